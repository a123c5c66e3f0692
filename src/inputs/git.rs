//! From revisions of a git checkout to a [`Fix`].
use super::fix::Fix;
use crate::error::{Error, Result};
use std::path::Path;
pub(super) fn resolve(
    _root: &Path,
    _original: Option<&str>,
    _patched: &str,
    _allow_dirty: bool,
) -> Result<Fix> {
    Err(Error::Request("not yet".into()))
}
