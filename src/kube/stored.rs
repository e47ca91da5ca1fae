//! A value as an API server stores it.

use std::borrow::Cow;

use crate::value::{Entry, Map, Node, Value};

/// From here on Go writes a float with an exponent, so that it comes back as one.
const FIRST_WITH_EXPONENT: f64 = 1e21;

/// Returns `value` as the API server stores it: a number without a fraction is an integer, however it was written.
#[must_use]
pub fn stored(value: &Value) -> Cow<'_, Value> {
    let mut has_float = false;
    value.walk(&mut |inner| has_float |= matches!(inner.node, Node::Float(_)));
    if has_float { Cow::Owned(with_integers(value)) } else { Cow::Borrowed(value) }
}

fn with_integers(value: &Value) -> Value {
    let node = match &value.node {
        Node::Float(text) => number(text),
        Node::List(items) => Node::List(items.iter().map(with_integers).collect()),
        Node::Map(map) => {
            let mut stored = Map::new();
            for Entry { key, key_span, value } in map {
                stored.push(Entry { key: key.clone(), key_span: *key_span, value: with_integers(value) });
            }
            Node::Map(stored)
        }
        node => node.clone(),
    };
    Value { node, origin: value.origin.clone() }
}

/// Returns a number that was written with a fraction, an exponent or too many digits.
fn number(text: &str) -> Node {
    match text.parse::<f64>() {
        // Rust writes the digits that Go writes: the shortest that tell the number, then zeros.
        Ok(number) if number.fract() == 0.0 && number.abs() < FIRST_WITH_EXPONENT => {
            let digits = number.to_string();
            digits.parse().map_or(Node::Float(digits.into()), Node::Int)
        }
        _ => Node::Float(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(written: &str, expected: &Node) {
        assert_eq!(stored(&Value::new(Node::Float(written.into()))).node, *expected, "{written}");
    }

    #[test]
    fn numbers_without_a_fraction_are_integers() {
        for (written, expected) in [("1.0", 1), ("1e3", 1000), ("-0.0", 0), ("-2.0", -2), ("1e10", 10_000_000_000)] {
            becomes(written, &Node::Int(expected));
        }
        for (written, expected) in [("1.5", "1.5"), ("1e21", "1e21"), ("9223372036854775808", "9223372036854776000")] {
            becomes(written, &Node::Float(expected.into()));
        }
    }

    #[test]
    fn nothing_is_copied_for_nothing() {
        assert!(matches!(stored(&Value::new("x")), Cow::Borrowed(_)));
    }
}
