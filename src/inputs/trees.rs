//! From a second tree to a [`Fix`].
use super::fix::Fix;
use crate::error::{Error, Result};
use std::path::Path;
pub(super) fn resolve(_root: &Path, _dir: &Path) -> Result<Fix> {
    Err(Error::Request("not yet".into()))
}
