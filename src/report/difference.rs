//! How two reports differ, as a list for people.

use std::io::{self, Write};

use super::style::{Role, Style, visible};
use super::text::{count, json_name};
use crate::saved::difference::{Difference, Differing, Said};

/// Writes the list: units, and below each what the reports say of a thing, the first report before the second.
///
/// # Errors
/// Only those of `out`.
pub fn write(difference: &Difference, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (word, run) in [("first", &difference.first), ("second", &difference.second)] {
        let sides = format!("{} -> {}", run.original, run.patched);
        let name = visible(&run.report);
        writeln!(
            out,
            "{:<8}{name}  {}",
            format!("{word}:"),
            style.paint(Role::Quiet, &format!("({sides})"))
        )?;
    }
    for of_unit in difference.entries.chunk_by(|a, b| a.unit == b.unit) {
        writeln!(out)?;
        writeln!(out, "{}", style.paint(Role::Heading, &of_unit[0].unit))?;
        of_unit.iter().try_for_each(|entry| write_entry(entry, style, out))?;
    }
    writeln!(out)?;
    writeln!(out, "{}", conclusion(difference))
}

fn write_entry(entry: &Differing, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (mark, word, role) = match (touched(&entry.first), touched(&entry.second)) {
        (true, false) => ('-', "first only", Role::Removed),
        (false, true) => ('+', "second only", Role::New),
        _ => ('*', "both", Role::Changed),
    };
    let label = format!("{mark} {word:<11}");
    write!(out, "  {}  {}", style.paint(role, &label), visible(&entry.name))?;
    let other = [&entry.second_name, &entry.second_unit].into_iter().flatten();
    let other: Vec<String> = other.map(|name| format!("second: {name}")).collect();
    if !other.is_empty() {
        write!(out, "  {}", style.paint(Role::Quiet, &format!("({})", other.join(", "))))?;
    }
    writeln!(out)?;
    for (word, said) in [("first", &entry.first), ("second", &entry.second)] {
        writeln!(out, "      {word:<8}{}", visible(&words(said)))?;
    }
    Ok(())
}

fn touched(said: &Said) -> bool {
    use super::model::Status::{Changed, New, Removed};
    matches!(said.status, Some(Changed | New | Removed)) || said.closure == Some(true)
}

/// What a report says, in a few words.
fn words(said: &Said) -> String {
    let mut words = match (said.unit, said.status) {
        (false, _) => return "the unit is not in the report".to_owned(),
        (true, None) => return "not among what differs".to_owned(),
        (true, Some(status)) => json_name(&status).replace('_', " "),
    };
    if !said.causes.is_empty() {
        let causes: Vec<String> = said.causes.iter().map(json_name).collect();
        words += &format!(" ({})", causes.join(", "));
    }
    if let Some(member) = said.closure {
        words += if member { ", to be replaced" } else { ", need not be replaced" };
    }
    if let Some(verdict) = said.patchability {
        words += &format!(", patchability {}", json_name(&verdict));
    }
    if let Some(abi) = said.abi.as_ref().filter(|abi| !abi.is_empty()) {
        words += &format!(", relied on: {}", abi.join(", "));
    }
    words
}

fn conclusion(difference: &Difference) -> String {
    let entries = |a: bool, b: bool| {
        difference.entries.iter().filter(|e| (touched(&e.first), touched(&e.second)) == (a, b)).count()
    };
    let (first, second) = (entries(true, false), entries(false, true));
    let otherwise = difference.entries.len() - first - second;
    let mut text = match difference.entries.is_empty() {
        true => format!("Both say the same of {} functions and data objects", difference.same),
        false => format!(
            "{} the same, {first} in the first only, {second} in the second only, {otherwise} told differently",
            difference.same
        ),
    };
    if !difference.failed.is_empty() {
        let failed = count(difference.failed.len() as u64, "unit", "units");
        text += &format!("; {failed} failed");
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Status;
    use crate::report::text::tests::sample;
    use crate::saved::difference::difference;

    #[test]
    fn the_list() {
        let (first, mut second) = (sample(), sample());
        second.units[1].symbols[0].status = Status::Unchanged;
        second.units.remove(3);
        second.units[0].errors.clear();
        let found = difference(("a\x1b.json", &first), ("b.json", &second));
        let mut out = Vec::new();
        write(&found, Style::PLAIN, &mut out).expect("memory takes all");
        let expected = [
            "first:  a\\u{1b}.json  (demo -> fix.patch)",
            "second: b.json  (demo -> fix.patch)",
            "",
            "lib/list.c",
            "  - first only   list_insert",
            "      first   changed (source, inline)",
            "      second  unchanged (source, inline)",
            "",
            "lib/show.c",
            "  - first only   show",
            "      first   changed (reference)",
            "      second  the unit is not in the report",
            "",
            "3 the same, 2 in the first only, 0 in the second only, 0 told differently; 1 unit failed.",
            "",
        ];
        assert_eq!(String::from_utf8(out).expect("it is text"), expected.join("\n"));
    }
}
