//! What only make can tell of the patched side: new units, and headers that are generated from what is touched.

use std::fs;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::Driver;
use crate::error::Result;
use crate::inputs::fix::TouchedFile;
use crate::inputs::kbuild::classify::{Kind, kind};
use crate::inputs::kbuild::cmdfile::CmdFile;
use crate::inputs::kbuild::configured::{Configured, Query};
use crate::inputs::kbuild::generated::Generated;
use crate::inputs::kbuild::index::{Index, Reader};
use crate::inputs::kbuild::make::{self, Outcome};
use crate::inputs::kbuild::records::object_of;
use crate::inputs::sides::Place;
use crate::pair::{Pair, Side};
use crate::report::model::ReportError;

impl Driver<'_> {
    /// Whatever needs make on the patched side: new sources, and headers that are generated from what is touched.
    pub(super) fn patched_side(&mut self, generators: &[Reader], candidates: &[String]) -> Result<()> {
        let new: Vec<(&TouchedFile, String)> = self
            .fix
            .files
            .iter()
            .filter(|f| {
                kind(f.path()) == Kind::Source && f.patched.is_some() && f.original_path != f.patched_path
            })
            .filter_map(|f| Some((f, object_of(f.patched_path.as_deref()?))))
            .collect();
        let inputs = self.fix.files.iter().any(|f| kind(f.path()) == Kind::Input);
        let feeds = generators.iter().any(|r| !r.file.target.ends_with(".lds"));
        if new.is_empty() && !inputs && !feeds {
            return Ok(());
        }
        let prepared = self.kernel.objects_shadow.join("include/generated/autoconf.h").is_file();
        if (inputs || feeds) && !prepared {
            self.progress.stage("Running make prepare on the original side", None);
            make::prepare(self.kernel, self.runner, self.plan)?;
        }
        let before = Generated::read(self.kernel)?;
        self.sides.put(Place::PatchedPlain)?;
        let mut wanted = Vec::new();
        let mut query = Query::new(self.kernel, self.runner, &self.work.scratch())?;
        for (file, target) in new {
            let path = file.patched_path.as_deref().unwrap_or(file.path());
            if query.ask(path) != Configured::No {
                wanted.push((file, target));
            }
        }
        drop(query);
        if wanted.is_empty() {
            if inputs || (feeds && !self.same_offsets(generators)?) {
                self.progress.stage("Running make prepare on the patched side", None);
                make::prepare(self.kernel, self.runner, self.plan)?;
            }
        } else {
            self.progress.stage("Running make for new units", None);
            let names: Vec<String> = wanted.iter().map(|(_, t)| t.clone()).collect();
            let outcomes = self.make(&names)?;
            for ((file, target), outcome) in wanted.into_iter().zip(outcomes) {
                match outcome {
                    Outcome::Made(record) => self.new_unit(file, &target, &record)?,
                    Outcome::NoRule => {}
                    Outcome::Failed(message) => self.failed(&target, Some(file), Side::Patched, message),
                }
            }
        }
        self.changed_headers(&before, candidates)
    }

    /// Whether the patched side, which is in place, makes the same constants for headers such as `asm-offsets.h`.
    ///
    /// Almost every central header feeds these, and few fixes change one of their constants. They come from
    /// assembly that kbuild keeps, in lines marked `->`; making that again is much cheaper than `make prepare`.
    fn same_offsets(&self, generators: &[Reader]) -> Result<bool> {
        let constants = |path: &Path| {
            let text = fs::read(path).ok()?;
            let text = String::from_utf8_lossy(&text).into_owned();
            Some(text.lines().filter(|l| l.contains("->")).map(str::to_owned).collect::<Vec<_>>())
        };
        for (i, reader) in generators.iter().filter(|r| !r.file.target.ends_with(".lds")).enumerate() {
            let original = constants(&self.kernel.objects_shadow.join(&reader.file.target));
            let (true, Some(command), Some(original)) =
                (reader.file.target.ends_with(".s"), self.compilation(&reader.file), original)
            else {
                return Ok(false);
            };
            let output = self.work.scratch().join(format!("offsets-{i}.s"));
            // A failure is for make to tell.
            if !self.runner.run(&command.for_assembly(&output, &[]))?.success()
                || constants(&output) != Some(original)
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn new_unit(&mut self, file: &TouchedFile, target: &str, record: &CmdFile) -> Result<()> {
        let made = self.made(target, record)?;
        // A renamed file is one unit with another command on each side.
        if let Some(original) = file.original_path.as_deref().map(object_of)
            && let Some(mut unit) = self.units.remove(&original)
        {
            unit.commands.patched = self.compilation(record);
            unit.source = file.path().to_path_buf();
            unit.name = file.path().display().to_string();
            self.units.insert(target.to_owned(), unit);
            return Ok(());
        }
        self.add_unit(record, true, Pair::new(None, made), None)?;
        if let Some(unit) = self.units.get_mut(target) {
            unit.commands.original = None;
        }
        Ok(())
    }

    /// Finds the units that read generated headers which differ on the patched side.
    fn changed_headers(&mut self, before: &Generated, candidates: &[String]) -> Result<()> {
        let changes = before.changes(&Generated::read(self.kernel)?);
        if changes.is_empty() {
            return Ok(());
        }
        let mut wanted = FxHashSet::default();
        for (path, contents) in changes {
            let user = self.kernel.objects.join(&path);
            wanted.insert(user.clone());
            let (shadow, rel) = match user.strip_prefix(self.kernel.shadows[0].real_tree()) {
                Ok(rel) => (0, rel.to_path_buf()),
                Err(_) => (1, path.clone()),
            };
            self.sides.add_generated(shadow, rel, contents);
            if !self.kernel.is_built() && candidates.is_empty() {
                self.built.errors.push(ReportError {
                    code: "unknown-users".into(),
                    message: format!(
                        "{} is generated and differs on the patched side, and this tree was not built to the end, so \
                         that its users are unknown; build the tree, or name sources with --units",
                        path.display()
                    ),
                    path: Some(path.display().to_string()),
                });
            }
        }
        let readers = Index::new(self.kernel)?.readers(self.kernel, &wanted, &[]);
        self.add_readers(readers, candidates)?;
        // What fed the generators is compared through what they made.
        let inputs = self.fix.files.iter().filter(|f| matches!(kind(f.path()), Kind::Input | Kind::Header));
        self.covered.extend(inputs.map(|f| self.kernel.source.join(f.path())));
        Ok(())
    }
}
