//! How kubectl reads a plain scalar on which readers disagree: by the rules of Go's `yaml.v2`, which knows YAML 1.1 and
//! the numbers of Go.

use super::scalar::{Reading, decimal};

/// Returns what `text`, on which readers disagree, is to kubectl. Dates and numbers of base 60 are text to it.
pub(super) fn read(text: &str) -> Reading {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Reading::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Reading::Bool(false),
        _ if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) => {
            return Reading::Text;
        }
        _ => {}
    }
    let text = text.replace('_', "");
    let (minus, body) = match text.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", text.strip_prefix('+').unwrap_or(&text)),
    };
    if let Some(number) = integer(minus, body) {
        return number;
    }
    match decimal(minus, body) {
        // A leading zero is nothing to a float.
        Some(number) => number.parse().map_or(Reading::Float(number.into()), Reading::Int),
        None => Reading::Text,
    }
}

/// Reads an integer as Go does: a leading zero alone makes it octal.
fn integer(minus: &str, body: &str) -> Option<Reading> {
    let (digits, base) = match body.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&body[2..], 16),
        [b'0', b'o' | b'O', ..] => (&body[2..], 8),
        [b'0', b'b' | b'B', ..] => (&body[2..], 2),
        [b'0', _, ..] => (&body[1..], 8),
        _ => (body, 10),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{minus}{digits}"), base).map(Reading::Int);
    let unsigned = || u64::from_str_radix(digits, base).map(|number| Reading::Float(number.to_string().into()));
    signed.or_else(|error| if minus.is_empty() { unsigned() } else { Err(error) }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all(texts: &str, expected: &Reading) {
        for text in texts.split_whitespace() {
            assert_eq!(&read(text), expected, "{text}");
        }
    }

    /// kubectl was asked.
    #[test]
    fn what_readers_dispute_is_what_kubectl_makes_of_it() {
        all("y Y yes on ON", &Reading::Bool(true));
        all("n No off", &Reading::Bool(false));
        all("0777 0o777 0O777 0x1FF 0b111111111 511_ 5_1_1", &Reading::Int(511));
        all("-0777 -0x1ff", &Reading::Int(-511));
        all("08 8_ 008", &Reading::Int(8));
        all("00 0_0", &Reading::Int(0));
        all("0xFFFFFFFFFFFFFFFF", &Reading::Float("18446744073709551615".into()));
        all("1e3 +1e3", &Reading::Float("1e3".into()));
        all("-.5", &Reading::Float("-0.5".into()));
        all("1_0.5", &Reading::Float("10.5".into()));
        all("12:30 12:30:45 09:30 2024-01-01 2024-01-01T00:00:00Z = <<", &Reading::Text);
    }
}
