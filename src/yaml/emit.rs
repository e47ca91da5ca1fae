//! Values to one canonical text.

use crate::value::{Origin, Value};

/// Returns the canonical text of `value`.
#[must_use]
pub fn emit(_value: &Value) -> String {
    String::new()
}

/// Returns the canonical text of `value` and, for each of its lines, who decided it.
#[must_use]
pub fn emit_traced(_value: &Value) -> (String, Vec<Origin>) {
    (String::new(), Vec::new())
}
