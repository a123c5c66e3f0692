//! Telling how far a long run has come, without knowing where it is shown.

/// Is told what a run does. Called from several threads at a time.
pub trait Progress: Sync {
    /// A stage begins: what it does, and of how many steps it consists where that is known.
    fn stage(&self, text: &str, total: Option<u64>);
    /// One step of the stage is done.
    fn advance(&self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _text: &str, _total: Option<u64>) {}
    fn advance(&self) {}
}
