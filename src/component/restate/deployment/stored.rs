//! The JSON that the operator writes of a value that the API server stores.

use crate::value::{Node, Value};

/// Returns the compact JSON of a stored value, keys in the order of their bytes.
pub(super) fn json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// Appends the compact JSON of a stored value.
fn write(value: &Value, json: &mut String) {
    match &value.node {
        Node::Null => json.push_str("null"),
        Node::Bool(truth) => json.push_str(if *truth { "true" } else { "false" }),
        Node::Int(number) => json.push_str(&number.to_string()),
        Node::Float(text) => json.push_str(&float(text)),
        Node::String(text) => write_text(text, json),
        Node::List(items) => {
            json.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write(item, json);
            }
            json.push(']');
        }
        Node::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            json.push('{');
            for (index, entry) in entries.into_iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write_text(&entry.key, json);
                json.push(':');
                write(&entry.value, json);
            }
            json.push('}');
        }
    }
}

/// Appends a text as a JSON string: nothing is escaped that need not be.
fn write_text(text: &str, json: &mut String) {
    json.push_str(&serde_json::to_string(text).expect("a text is JSON"));
}

/// Returns a float as the operator writes it: an integer if it has 64 bits and no sign, else in the shortest form.
fn float(text: &str) -> String {
    if text.parse::<u64>().is_ok() {
        return text.to_owned();
    }
    text.parse()
        .ok()
        .and_then(serde_json::Number::from_f64)
        .map_or_else(|| text.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::stored;
    use crate::value::manifest;

    #[track_caller]
    fn becomes(written: &str, expected: &str) {
        assert_eq!(json(&stored(&Value::new(Node::Float(written.into())))), expected, "{written}");
    }

    #[test]
    fn numbers_are_those_of_the_api_server() {
        for (written, expected) in [
            ("1.0", "1"),
            ("1e3", "1000"),
            ("1.5", "1.5"),
            ("-0.0", "0"),
            ("-2.0", "-2"),
            ("0.10", "0.1"),
            ("1e-7", "1e-7"),
            ("0.000001", "1e-6"),
            ("0.00001", "0.00001"),
            ("9223372036854775808", "9223372036854776000"),
            ("1152921504606846976.0", "1152921504606847000"),
        ] {
            becomes(written, expected);
        }
    }

    #[test]
    fn keys_are_sorted_and_little_is_escaped() {
        let value = manifest!({ b: [true, Value::default()], "é<&>": "a\"\\\n\u{1}\u{7f}é\u{2028}", A: {} });
        assert_eq!(json(&value), "{\"A\":{},\"b\":[true,null],\"é<&>\":\"a\\\"\\\\\\n\\u0001\u{7f}é\u{2028}\"}");
    }
}
