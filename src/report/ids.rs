//! Ids of what reports list.

use rustc_hash::{FxHashMap, FxHashSet};

/// Gives out ids that are unique in one report: `UNIT#NAME`, with the FILE symbol or a number where that is taken.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: FxHashSet<String>,
    /// By id without a number: the number to try next. Counting from the start each time would cost the square of how
    /// often a name occurs.
    numbers: FxHashMap<String, u64>,
}

impl Ids {
    /// The id of the next thing of that name. What is defined in no unit has none in its id.
    pub(crate) fn give(&mut self, unit: Option<&str>, name: &str, file: Option<&str>) -> String {
        let of_unit = |name: &str| match unit {
            Some(unit) => format!("{unit}#{name}"),
            None => name.to_owned(),
        };
        let plain = of_unit(name);
        let mut id = plain.clone();
        if self.taken.contains(&id)
            && let Some(file) = file
        {
            id = of_unit(&format!("{file}:{name}"));
        }
        if self.taken.contains(&id) {
            let number = self.numbers.entry(plain.clone()).or_insert(1);
            while self.taken.contains(&id) {
                *number += 1;
                id = format!("{plain}.{number}");
            }
        }
        self.taken.insert(id.clone());
        id
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn a_name_that_occurs_again_gets_its_file_or_a_number() {
        let mut ids = Ids::default();
        let mut give = |name: &str, file| ids.give(Some("u.o"), name, file);
        assert_eq!(give("f", None), "u.o#f");
        assert_eq!(give("f.2", None), "u.o#f.2");
        assert_eq!(give("f", Some("a.c")), "u.o#a.c:f");
        assert_eq!(give("f", Some("a.c")), "u.o#f.3");
        assert_eq!(give("f", None), "u.o#f.4");
        assert_eq!(give("f.2", None), "u.o#f.2.2");
        assert_eq!(ids.give(None, "f", None), "f");
        assert_eq!(ids.give(None, "f", None), "f.2");
    }
}
