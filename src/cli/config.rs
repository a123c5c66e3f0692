//! A project's own defaults: `.fixscope.toml` at the root of its tree.

use std::path::Path;

use clap::ValueEnum;
use fixscope::error::{Error, Result};
use serde::Deserialize;

use super::args::{AnalyzeArgs, Build, Colour};

/// Name of the file.
const NAME: &str = ".fixscope.toml";

/// What it may hold; every name is that of an option.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Config {
    build: Option<String>,
    build_command: Option<String>,
    #[serde(default)]
    cflags: Vec<String>,
    launcher: Option<String>,
    #[serde(default)]
    units: Vec<String>,
    keep_line_changes: Option<bool>,
    context: Option<usize>,
    color: Option<String>,
}

/// Fills in what was not typed. Lists of the file stand before typed ones, as a later flag wins.
///
/// # Errors
/// When the file cannot be read, or holds what is no setting.
pub fn fill(args: &mut AnalyzeArgs, tree: &Path) -> Result<()> {
    if args.no_config {
        return Ok(());
    }
    let path = tree.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::io(&path, e)),
    };
    let refuse = |what: String| Error::input(&path, "config", what);
    let config: Config = toml::from_str(&text).map_err(|e| {
        refuse(format!("{}; mend it, or pass it over with --no-config", e.to_string().trim_end()))
    })?;
    fn named<T: ValueEnum>(name: &str, value: &str) -> std::result::Result<T, String> {
        T::from_str(value, false).map_err(|_| {
            let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
            format!("{name} = {value:?}: is none of {}", known.join(", "))
        })
    }
    if let Some(build) =
        config.build.as_deref().filter(|_| args.build == Build::Auto && args.build_command.is_none())
    {
        args.build = named("build", build).map_err(refuse)?;
    }
    if matches!(args.build, Build::Auto | Build::Make) && args.build_command.is_none() {
        args.build_command = config.build_command;
    }
    args.cflags.splice(0..0, config.cflags);
    args.units.splice(0..0, config.units);
    args.launcher = args.launcher.take().or(config.launcher);
    args.keep_line_changes |= config.keep_line_changes.unwrap_or(false);
    let view = &mut args.output.view;
    if !view.full {
        view.context = view.context.or(config.context);
    }
    if let Some(color) = config.color.as_deref().filter(|_| view.color == Colour::Auto) {
        view.color = named("color", color).map_err(refuse)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::{Cli, Command};
    use super::*;

    fn filled(text: &str, words: &[&str]) -> Result<AnalyzeArgs> {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join(NAME), text).expect("it is written");
        let cli = Cli::try_parse_from(["fixscope", "analyze", "--rev", "x"].iter().chain(words));
        let Command::Analyze(mut args) = cli.expect("it parses").command else { panic!("it is analyze") };
        fill(&mut args, dir.path()).map(|()| *args)
    }

    #[test]
    fn settings_are_defaults_and_options_win() {
        let text = "build-command = \"make x\"\ncflags = [\"-g3\"]\ncontext = 9\ncolor = \"never\"\n";
        let args = filled(text, &[]).expect("it is fine");
        assert_eq!(args.build_command.as_deref(), Some("make x"));
        assert_eq!((args.cflags.len(), args.output.view.context), (1, Some(9)));
        assert_eq!(args.output.view.color, Colour::Never);
        let words = ["--build-command", "make y", "--cflags=-O1", "-U1", "--color", "always"];
        let args = filled(text, &words).expect("it is fine");
        assert_eq!(args.build_command.as_deref(), Some("make y"));
        assert_eq!((args.cflags, args.output.view.context), (vec!["-g3".into(), "-O1".into()], Some(1)));
        assert_eq!(args.output.view.color, Colour::Always);
        let args = filled(text, &["--build", "kbuild"]).expect("it is fine");
        assert_eq!(args.build_command, None, "another kind of build was asked for");
        assert!(filled(text, &["--no-config"]).expect("it is fine").cflags.is_empty());
    }

    #[test]
    fn what_is_no_setting_is_refused_by_its_place() {
        for text in ["bild = \"make\"", "context = -1", "build = \"ninja\"", "cflags = [", "color = 1"] {
            let error = filled(text, &[]).expect_err(text).to_string();
            assert!(error.contains(NAME), "{error}");
        }
    }
}
