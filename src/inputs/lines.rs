//! `#line` directives that keep `__LINE__` below a hunk where it was, and the way back from the numbers a
//! compiler saw to the lines on disk.

/// Maps line numbers as the compiler saw them to the lines of the patched file on disk.
///
/// Both are 1-based. A map without segments is the identity: the file was compiled as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineMap {
    /// Runs of lines, ordered by `seen`.
    pub segments: Vec<LineSegment>,
}

/// A run of lines that the compiler numbered in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSegment {
    /// First number the compiler saw.
    pub seen: u32,
    /// Its line on disk.
    pub disk: u32,
    /// Number of lines.
    pub len: u32,
}

impl LineMap {
    /// The line on disk for a number the compiler saw; `None` for a number no line has.
    pub fn to_disk(&self, seen: u32) -> Option<u32> {
        if self.segments.is_empty() {
            return Some(seen);
        }
        let i = self.segments.partition_point(|s| s.seen <= seen).checked_sub(1)?;
        let s = &self.segments[i];
        (seen - s.seen < s.len).then(|| s.disk + (seen - s.seen))
    }
}
