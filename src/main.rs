//! The command line of fixscope.

fn main() {}
