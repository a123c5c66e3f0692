//! `FILE:SYMBOL` as it is typed.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use fixscope::error::{Error, Result};
use fixscope::plan::FileSymbol;

/// What an argument names. What exists as a whole is a file (or folder), whatever its name; else the part behind
/// the last `:` is the symbol. Names of C++ in its own notation hold `::`, and so the last `:` that has a file in
/// front of it counts, when there is one.
///
/// # Errors
/// When nothing stands in front of the `:` or behind it, or the symbol is not UTF-8, as no symbol fixscope names is.
pub fn parse(typed: &OsStr) -> Result<FileSymbol> {
    let whole = Path::new(typed);
    let bytes = typed.as_bytes();
    let colons = || bytes.iter().enumerate().rev().filter(|(_, b)| **b == b':').map(|(at, _)| at);
    let path = |at: usize| Path::new(OsStr::from_bytes(&bytes[..at]));
    // A symbol's name may itself be that of a file, which is why the whole argument is looked at first.
    let Some(at) = colons().find(|&at| path(at).exists()).or_else(|| colons().next()) else {
        return Ok(FileSymbol { path: whole.to_path_buf(), symbol: None });
    };
    if whole.exists() {
        return Ok(FileSymbol { path: whole.to_path_buf(), symbol: None });
    }
    let refuse = |what: &str| Err(Error::Request(format!("{}: {what}", whole.display())));
    let symbol = match std::str::from_utf8(&bytes[at + 1..]) {
        Ok("") => return refuse("names no symbol behind `:`; write FILE:SYMBOL, or leave the `:` out"),
        Ok(symbol) => symbol.to_owned(),
        Err(_) => return refuse("the symbol is not UTF-8; write it as `fixscope info` lists it"),
    };
    if at == 0 {
        return refuse("names no file in front of `:`; write FILE:SYMBOL");
    }
    Ok(FileSymbol { path: PathBuf::from(path(at)), symbol: Some(symbol) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &Path) -> (PathBuf, Option<String>) {
        let FileSymbol { path, symbol } = parse(typed.as_os_str()).expect("it is understood");
        (path, symbol)
    }

    #[test]
    fn what_exists_is_a_file_and_else_the_last_colon_counts() {
        let dir = tempfile::tempdir().expect("a folder");
        let (plain, colon) = (dir.path().join("a.o"), dir.path().join("a:b.o"));
        for file in [&plain, &colon] {
            std::fs::write(file, "").expect("it is written");
        }
        let with = |path: &Path, rest: &str| PathBuf::from(format!("{}{rest}", path.display()));
        assert_eq!(parsed(&plain), (plain.clone(), None));
        assert_eq!(parsed(&colon), (colon.clone(), None));
        assert_eq!(parsed(&with(&plain, ":f.cold")), (plain.clone(), Some("f.cold".to_owned())));
        assert_eq!(parsed(&with(&colon, ":f")), (colon, Some("f".to_owned())));
        assert_eq!(parsed(&with(&plain, ":n::f(int)")), (plain, Some("n::f(int)".to_owned())));
        assert_eq!(parsed(Path::new("none.o")), (PathBuf::from("none.o"), None));
        assert_eq!(parsed(Path::new("no:ne.o:f")), (PathBuf::from("no:ne.o"), Some("f".to_owned())));
    }

    #[test]
    fn half_a_name_is_refused() {
        for typed in ["none.o:", ":f", ":"] {
            assert!(parse(OsStr::new(typed)).is_err(), "{typed}");
        }
        assert!(parse(OsStr::from_bytes(b"none.o:\xff")).is_err());
    }
}
