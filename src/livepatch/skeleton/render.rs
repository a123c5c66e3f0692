//! The skeleton's text.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use crate::livepatch::reference::SYMBOL_PREFIX;

use super::definition::{self, Definition, Lookup};
use super::{NeedKind, SkeletonFunction, SkeletonInput, SourceText};
use crate::report::style::visible;

/// The Makefile of the module `name`.
pub(super) fn makefile(name: &str) -> String {
    format!(
        "# SPDX-License-Identifier: GPL-2.0\n\
         ifneq ($(KERNELRELEASE),)\n\
         \n\
         obj-m := {name}.o\n\
         \n\
         else\n\
         \n\
         # The build folder of the kernel that is to be patched.\n\
         KDIR ?= /lib/modules/$(shell uname -r)/build\n\
         \n\
         FIXSCOPE ?= fixscope\n\
         \n\
         # Symbols that are not exported are resolved by the kernel, and fixscope finds misspelt ones.\n\
         all:\n\
         \t$(MAKE) -C $(KDIR) M=$(CURDIR) KBUILD_MODPOST_WARN=1 modules\n\
         \t$(FIXSCOPE) livepatch link --symvers $(KDIR)/Module.symvers {name}.ko\n\
         \n\
         clean:\n\
         \t$(MAKE) -C $(KDIR) M=$(CURDIR) clean\n\
         \n\
         .PHONY: all clean\n\
         \n\
         endif\n"
    )
}

/// The module's C source. Bytes, because the copied text need not be UTF-8.
pub(super) fn source(input: &SkeletonInput) -> Vec<u8> {
    let mut functions: Vec<Planned> = input.functions.iter().map(Planned::new).collect();
    functions.sort_by_key(Planned::order);
    let names = Names::give(&mut functions);
    let mut out = Vec::new();
    head(input, &mut out);
    includes(&functions, &mut out);
    let mut unit = "";
    for index in 0..functions.len() {
        let function = &functions[index];
        if function.given.unit != unit {
            unit = &function.given.unit;
            let module = function.given.module.as_deref().unwrap_or("module not known");
            put(&mut out, &format!("/* ---- {} ({}) ---- */\n\n", comment(unit), comment(module)));
        }
        function.write(&functions, &mut out);
    }
    tables(&functions, &names, &mut out);
    out
}

/// A function and what is to be done with it.
struct Planned<'a> {
    given: &'a SkeletonFunction,
    copy: SourceCopy<'a>,
    /// Name of the copy in the skeleton; empty when there is none.
    copy_name: String,
}

enum SourceCopy<'a> {
    /// The definition's text is copied.
    Text(&'a SourceText, Definition),
    /// Another symbol of the same source function has brought the text already: its index.
    Shared(usize),
    /// There is no text, and why.
    None(String),
}

impl<'a> Planned<'a> {
    fn new(given: &'a SkeletonFunction) -> Self {
        Planned { given, copy: find_copy(given), copy_name: String::new() }
    }

    fn order(&self) -> (String, String, usize, String) {
        let (file, at) = match &self.copy {
            SourceCopy::Text(source, definition) => (source.file.clone(), definition.whole.start),
            _ => (String::new(), usize::MAX),
        };
        (self.given.unit.clone(), file, at, self.given.name.clone())
    }

    fn is_new(&self) -> bool {
        self.given.original_name.is_none()
    }

    fn write(&self, all: &[Planned<'_>], out: &mut Vec<u8>) {
        let given = self.given;
        let mut lines = Vec::new();
        let place = given.source.as_ref().map_or_else(
            || given.unit.clone(),
            |s| s.line.map_or_else(|| s.file.clone(), |line| format!("{}:{line}", s.file)),
        );
        let word = if self.is_new() { "new" } else { "changed" };
        lines.push(format!("{}: {}, {word}", given.name, place));
        match &self.copy {
            SourceCopy::Text(..) => {}
            SourceCopy::Shared(index) => {
                lines.push(format!("Its source is that of {}, see there.", all[*index].copy_name));
            }
            SourceCopy::None(why) => lines.push(format!("TODO: copy it by hand: {why}.")),
        }
        lines.extend(self.obstacles());
        lines.extend(self.warnings());
        lines.extend(self.needs(all));
        put(out, "/*\n");
        for line in &lines {
            put(out, &format!(" * {}\n", comment(line)));
        }
        put(out, " */\n");
        if let SourceCopy::Text(source, definition) = &self.copy {
            copied(&source.text, definition, &self.copy_name, out);
        }
        put(out, "\n");
    }

    /// Why the kernel cannot replace the original by a C function of the source: with an entry for it, the whole
    /// livepatch would not load, or do harm.
    fn obstacles(&self) -> Vec<String> {
        let Some(original) = self.given.original_name.as_deref() else { return Vec::new() };
        let mut obstacles = Vec::new();
        if original != self.given.stem || !is_identifier(original) {
            obstacles.push(format!(
                "TODO: the kernel has this code as {original}, whose calling convention the compiler chose: \
                 replace the functions that call it instead."
            ));
        }
        let header = self.text(|definition| definition.header.clone());
        let has = |word: &&&str| !definition::words(header, word).is_empty();
        if let Some(word) = ["__init", "__exit", "__meminit"].iter().find(has) {
            obstacles.push(format!("TODO: it is {word}: it has run, and the kernel has dropped it."));
        }
        // In the kernel every inline function is notrace, and what is not traced has no entry to redirect.
        if let Some(word) = ["inline", "__always_inline", "notrace", "noinstr"].iter().find(has) {
            obstacles.push(format!(
                "TODO: it is {word}, which the kernel cannot redirect: replace its callers instead."
            ));
        } else if self.given.traced == Some(false) {
            obstacles.push(
                "TODO: the original does not begin with a call to the tracer, so that the kernel cannot redirect it: \
                 replace its callers instead."
                    .to_owned(),
            );
        }
        obstacles
    }

    /// What else to mind.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.given.original_name.is_some() && self.given.ambiguous {
            warnings.push("TODO: more than one symbol has this name: set .old_sympos below.".to_owned());
        }
        let body = self.text(|definition| definition.header.end..definition.whole.end);
        if !self.is_new() && !definition::words(body, "static").is_empty() {
            warnings
                .push("TODO: its static variables: those of the copy are others and begin anew.".to_owned());
        }
        warnings
    }

    /// A part of the definition's text; nothing where there is no text.
    fn text(&self, part: impl Fn(&Definition) -> Range<usize>) -> &[u8] {
        match &self.copy {
            SourceCopy::Text(source, definition) => &source.text[part(definition)],
            _ => &[],
        }
    }

    fn needs(&self, all: &[Planned<'_>]) -> Vec<String> {
        let needs: BTreeSet<_> =
            self.given.needs.iter().filter(|need| need.name != self.given.name).collect();
        if needs.is_empty() {
            return Vec::new();
        }
        let mut lines = vec!["TODO: see to the symbols it needs:".to_owned()];
        let by_name = |name: &str| {
            let object = self.given.module.as_deref().unwrap_or("OBJECT");
            format!("asm(\"{SYMBOL_PREFIX}{object}.{name}$0\")")
        };
        for need in needs {
            let here = all.iter().find(|p| {
                let same = p.given.name == need.name || p.given.original_name.as_ref() == Some(&need.name);
                let local = matches!(need.kind, NeedKind::LocalFunction | NeedKind::GlobalFunction);
                same && !p.copy_name.is_empty() && (!local || p.given.unit == self.given.unit)
            });
            let what = match (here, need.kind) {
                (Some(copy), _) if copy.is_new() => format!("new, here as {}", copy.copy_name),
                (Some(copy), _) => format!("replaced here by {}", copy.copy_name),
                (None, NeedKind::LocalFunction) => {
                    format!("static function of the unit; declare it with {}", by_name(&need.name))
                }
                (None, NeedKind::LocalObject) => format!(
                    "static data object of the unit; a copy would be another one, declare it with {}",
                    by_name(&need.name)
                ),
                (None, NeedKind::GlobalFunction) => {
                    format!("function of the unit; if it is not exported, {}", by_name(&need.name))
                }
                (None, NeedKind::GlobalObject) => {
                    format!("data object of the unit; if it is not exported, {}", by_name(&need.name))
                }
                (None, NeedKind::Elsewhere) => "of another unit; is it exported?".to_owned(),
                (None, NeedKind::Exported) => "exported".to_owned(),
            };
            lines.push(format!("  {}: {what}", need.name));
        }
        lines
    }
}

fn find_copy(given: &SkeletonFunction) -> SourceCopy<'_> {
    let Some(source) = &given.source else {
        return SourceCopy::None("where its source is, is not known".to_owned());
    };
    let place = |d: &Definition| format!("lines {} to {} of {}", d.lines.start, d.lines.end - 1, source.file);
    match definition::find(&source.text, &given.stem, source.line) {
        Lookup::Found(_) if !is_identifier(&given.stem) => {
            SourceCopy::None(format!("its name is not one of C, see {}", source.file))
        }
        Lookup::Found(definition) => SourceCopy::Text(source, definition),
        Lookup::InMacro(definition) => {
            SourceCopy::None(format!("a macro defines it, {}", place(&definition)))
        }
        Lookup::Conditional(definition) => {
            SourceCopy::None(format!("half of it stands under a condition, {}", place(&definition)))
        }
        Lookup::Missing => SourceCopy::None(format!("no definition was found in {}", source.file)),
    }
}

/// Names that the skeleton's own declarations have.
struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Gives each copy its name, and finds out which functions share one.
    fn give(functions: &mut [Planned<'_>]) -> Self {
        let mut names = Names { taken: HashSet::new() };
        for index in 0..functions.len() {
            let (before, rest) = functions.split_at_mut(index);
            let function = &mut rest[0];
            let SourceCopy::Text(source, definition) = &function.copy else { continue };
            let same = before.iter().position(|other| {
                let SourceCopy::Text(s, d) = &other.copy else { return false };
                other.given.unit == function.given.unit
                    && s.file == source.file
                    && d.whole == definition.whole
            });
            if let Some(shared) = same {
                function.copy_name.clone_from(&before[shared].copy_name);
                function.copy = SourceCopy::Shared(shared);
                continue;
            }
            let stem = &function.given.stem;
            // A new function has no namesake in the kernel, and those that call it do so by this name.
            let wanted = if function.is_new() { stem.clone() } else { format!("livepatch_{stem}") };
            function.copy_name = names.unique(&wanted);
        }
        names
    }

    fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        name
    }
}

fn head(input: &SkeletonInput, out: &mut Vec<u8>) {
    let subject = input.subject.as_deref().unwrap_or("a source fix");
    put(out, "// SPDX-License-Identifier: GPL-2.0\n/*\n");
    put(out, &format!(" * Livepatch: {}\n *\n", comment(subject)));
    put(out, " * A beginning, made by fixscope from the functions that the compiler changed. What a\n");
    put(out, " * person has to see to is marked TODO. The functions' text is that of the patched tree;\n");
    put(out, " * what they need from their files (types, macros, other functions) is not copied.\n");
    if input.incomplete {
        put(out, " *\n * TODO: some units could not be compared, so that functions may be missing here.\n");
    }
    put(out, " */\n\n");
}

fn includes(functions: &[Planned<'_>], out: &mut Vec<u8>) {
    let own = ["<linux/kernel.h>", "<linux/module.h>", "<linux/livepatch.h>"];
    let mut plain: Vec<String> = Vec::new();
    let mut other: Vec<String> = Vec::new();
    let mut files = HashSet::new();
    for function in functions {
        let SourceCopy::Text(source, _) = &function.copy else { continue };
        if !files.insert(source.file.as_str()) {
            continue;
        }
        for (name, conditional) in definition::includes(&source.text) {
            let list = if conditional || name.starts_with('"') { &mut other } else { &mut plain };
            let shown = if conditional { format!("{name}, under a condition") } else { name.clone() };
            let line = if conditional || name.starts_with('"') {
                format!("{shown} ({})", source.file)
            } else {
                name
            };
            if !own.contains(&line.as_str()) && !list.contains(&line) {
                list.push(line);
            }
        }
    }
    for name in own {
        put(out, &format!("#include {name}\n"));
    }
    put(out, "\n");
    for name in plain.iter().filter(|name| !name.contains(|c: char| c.is_control())) {
        put(out, &format!("#include {name}\n"));
    }
    if !plain.is_empty() {
        put(out, "\n");
    }
    if !other.is_empty() {
        put(out, "/*\n * TODO: their files include these too; take over what the functions need:\n");
        for line in &other {
            put(out, &format!(" *   {}\n", comment(line)));
        }
        put(out, " */\n\n");
    }
}

/// The definition's text with the copy's name in place of its own, static.
fn copied(text: &[u8], definition: &Definition, name: &str, out: &mut Vec<u8>) {
    let Range { start, end } = definition.whole.clone();
    if definition::words(&text[definition.header.clone()], "static").is_empty() {
        put(out, "static ");
    }
    out.extend_from_slice(&text[start..definition.name.start]);
    put(out, name);
    out.extend_from_slice(&text[definition.name.end..end]);
    put(out, "\n");
}

/// The tables that tell the kernel what replaces what, and the module around them.
fn tables(functions: &[Planned<'_>], names: &Names, out: &mut Vec<u8>) {
    let mut names = Names { taken: names.taken.clone() };
    // Units whose module is not known are taken for built in, and it is said.
    let mut modules: BTreeMap<Option<&str>, Vec<&Planned<'_>>> = BTreeMap::new();
    for function in functions.iter().filter(|f| !f.is_new()) {
        let module = function.given.module.as_deref().filter(|module| *module != "vmlinux");
        modules.entry(module).or_default().push(function);
    }
    let mut objects = String::new();
    for (module, functions) in &modules {
        let plain: String = module
            .unwrap_or("vmlinux")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let array = names.unique(&format!("{plain}_funcs"));
        put(out, &format!("static struct klp_func {array}[] = {{\n"));
        let mut entries = 0;
        for function in functions {
            entries += u32::from(entry(function, out));
        }
        put(out, "\t{ }\n};\n\n");
        if entries == 0 {
            objects += "\t/* TODO: the kernel refuses an object without functions. */\n";
        }
        if module.is_none() && functions.iter().any(|f| f.given.module.is_none()) {
            objects += "\t/* TODO: the module of some units is not known; are they built in? */\n";
        }
        let name = match module {
            Some(module) => format!("\t\t.name = {},\n", c_string(module)),
            None => "\t\t/* No name: vmlinux. */\n".to_owned(),
        };
        objects += &format!("\t{{\n{name}\t\t.funcs = {array},\n\t}},\n");
    }
    let array = names.unique("livepatch_objects");
    let patch = names.unique("livepatch_patch");
    let init = names.unique("livepatch_init");
    let exit = names.unique("livepatch_exit");
    put(
        out,
        &format!(
            "static struct klp_object {array}[] = {{\n{objects}\t{{ }}\n}};\n\n\
             static struct klp_patch {patch} = {{\n\t.mod = THIS_MODULE,\n\t.objs = {array},\n}};\n\n\
             static int __init {init}(void)\n{{\n\treturn klp_enable_patch(&{patch});\n}}\n\n\
             static void __exit {exit}(void)\n{{\n}}\n\n\
             module_init({init});\nmodule_exit({exit});\nMODULE_LICENSE(\"GPL\");\nMODULE_INFO(livepatch, \"Y\");\n"
        ),
    );
}

/// Writes the entry of one function; a comment and `false` when it cannot have one.
fn entry(function: &Planned<'_>, out: &mut Vec<u8>) -> bool {
    let name = &function.given.name;
    let why = match (function.obstacles().is_empty(), function.copy_name.is_empty()) {
        (false, _) => "has no entry of its own",
        (true, true) => "has no copy yet",
        (true, false) => {
            let copy = &function.copy_name;
            put(
                out,
                &format!(
                    "\t{{\n\t\t.old_name = {},\n\t\t.new_func = {copy},\n",
                    c_string(&function.given.stem)
                ),
            );
            if function.given.ambiguous {
                put(out, "\t\t/* TODO: .old_sympos: which of the symbols of this name, from 1. */\n");
            }
            put(out, "\t},\n");
            return true;
        }
    };
    put(out, &format!("\t/* TODO: {} {why}, see above. */\n", comment(name)));
    false
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// Text that cannot end the comment it stands in, nor begin another.
fn comment(text: &str) -> String {
    visible(text).replace("*/", "* /").replace("/*", "/ *")
}

fn c_string(text: &str) -> String {
    let plain: String =
        visible(text).chars().map(|c| if matches!(c, '"' | '\\') { '_' } else { c }).collect();
    format!("\"{plain}\"")
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
