//! YAML: text to [`Value`](crate::value::Value) with places, and back to one canonical text.

mod emit;
mod parse;
mod scalar;

pub use emit::{emit, emit_traced};
pub use parse::{Parsed, parse};
