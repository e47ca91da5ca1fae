//! YAML: text to [`Value`](crate::value::Value) with places, and back to one canonical text.

mod build;
mod emit;
mod kubectl;
mod parse;
mod place;
mod plain;
mod rules;
mod scalar;
mod trace;

pub use emit::{emit, emit_traced, in_order};
pub use parse::{Parsed, parse};
pub use place::place_in_scalar;
pub(crate) use rules::AMBIGUOUS_SCALAR;
pub use rules::RULES;
