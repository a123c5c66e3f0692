//! Instruction sets as fixscope sees them.
