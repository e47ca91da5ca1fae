//! How a plain scalar is read, and how a number is written.
//!
//! Readers disagree. This is what was measured, and what [`read`] makes of it (`PyYAML` stands for YAML 1.1; js-yaml and
//! npm `yaml` for YAML 1.2; kubectl reads by Go's mixture of both; `serde_yaml` reads a leading zero as text):
//!
//! | plain scalar | `PyYAML` | kubectl | js-yaml, `yaml` | here |
//! |---|---|---|---|---|
//! | `null Null NULL ~`, nothing | null | null | null | null |
//! | `true True TRUE`, `false` … | bool | bool | bool | bool |
//! | `yes no on off`, `Yes`, `YES` … | bool | bool | text | refused |
//! | `y Y n N` | text | bool | text | refused |
//! | `0 -1 +1 -0` | int | int | int | int |
//! | `0777 08 00` | 511, text, 0 | 511, 8, 0 | 777, 8, 0 | refused |
//! | `0x1F` up to 64 bits | 31 | 31 | 31 | int |
//! | `-0x1F 0X1F`, longer ones | int or text | int or text | text or float | refused |
//! | `0o17 0b1` and kin | text, 1 | 15, 1 | 15, text | refused |
//! | `1_000 0x1_F 1_0.5` | number | number | text | refused |
//! | `12:30 12:30:45 1:30.5` | number | text | text | refused |
//! | `09:30 00:11:22` | text | text | text; a number in 1.1 mode | refused |
//! | 20 digits and more | int | float | float | float, as it came |
//! | `1.5 .5 1. +1.5 01.5 1.0e+3` | float | float | float | float, as JSON writes it |
//! | `-.5 1e3 1.0e3 1e+3` | text | float | float | refused |
//! | `1e400`, `.inf`, `.nan` and kin | float | error or text | float or text | refused: JSON has none |
//! | `2024-01-01`, timestamps | date | text | text; a date in 1.1 mode | refused |
//! | `=` `<<` as a value | error | text | text | refused |
//! | all else (`1.2.3`, `nan`, `None`, `1e`, `e3`) | text | text | text | text |

/// What a plain scalar is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Reading {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// Any other finite number, as JSON writes it.
    Float(Box<str>),
    /// Text, as it stands.
    Text,
    /// Readers disagree.
    Disputed(Dispute),
    /// Infinite, or not a number: JSON, and so the API server, cannot hold it.
    NotFinite,
}

/// What the two kinds of readers make of one scalar, in words.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Dispute {
    /// To readers of YAML 1.1.
    pub(super) old: String,
    /// To readers of YAML 1.2.
    pub(super) new: String,
}

/// Returns how every reader takes the plain scalar `text`, or that they do not agree.
pub(super) fn read(text: &str) -> Reading {
    match text.as_bytes() {
        [] | [b'~'] => Reading::Null,
        [b'='] => disputed("an error", "text"),
        [b'<', b'<'] => disputed("a merge key", "text"),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => number(text),
        [first, ..] if first.is_ascii_alphabetic() && text.len() <= 5 => word(text),
        _ => Reading::Text,
    }
}

fn word(text: &str) -> Reading {
    match text {
        "null" | "Null" | "NULL" => Reading::Null,
        "true" | "True" | "TRUE" => Reading::Bool(true),
        "false" | "False" | "FALSE" => Reading::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => disputed("`true`", "text"),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => disputed("`false`", "text"),
        _ => Reading::Text,
    }
}

fn disputed(old: impl Into<String>, new: impl Into<String>) -> Reading {
    Reading::Disputed(Dispute { old: old.into(), new: new.into() })
}

/// Reads what begins with a digit, a sign or a dot.
fn number(text: &str) -> Reading {
    let (sign, body) = match text.as_bytes()[0] {
        b'-' => ("-", &text[1..]),
        b'+' => ("+", &text[1..]),
        _ => ("", text),
    };
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Reading::NotFinite;
    }
    if !body.as_bytes().first().is_some_and(|&first| first.is_ascii_digit() || first == b'.') {
        return if body.contains('_') && number_without_underscores(text) {
            disputed("a number", "text")
        } else {
            Reading::Text
        };
    }
    if is_date(text) {
        return disputed("a date", "text");
    }
    if is_base_60(body) {
        return disputed("a number in base 60", "text");
    }
    match body.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..] if are_digits(digits, u8::is_ascii_hexdigit) => {
            return match i64::from_str_radix(&body[2..], 16) {
                Ok(value) if text.starts_with("0x") => Reading::Int(value),
                Ok(value) => disputed(format!("{}{value}", sign.trim_start_matches('+')), "text"),
                Err(_) => disputed("a number", "text, or a number"),
            };
        }
        [b'0', b'o' | b'O', digits @ ..] if are_digits(digits, |digit| matches!(digit, b'0'..=b'7')) => {
            return disputed("text", "a number in octal");
        }
        [b'0', b'b' | b'B', digits @ ..] if are_digits(digits, |digit| matches!(digit, b'0' | b'1')) => {
            return disputed("a number in binary", "text");
        }
        _ => {}
    }
    if text.contains('_') && number_without_underscores(text) {
        return disputed("a number", "text");
    }
    decimal_reading(sign, body)
}

/// Whether `digits` are such digits with underscores between them, at least one of either.
fn are_digits(digits: &[u8], is_digit: impl Fn(&u8) -> bool) -> bool {
    digits.iter().any(&is_digit) && digits.iter().all(|digit| is_digit(digit) || *digit == b'_')
}

fn number_without_underscores(text: &str) -> bool {
    !matches!(number(&text.replace('_', "")), Reading::Text)
}

/// Whether it is a date or a timestamp to some reader: `2024-1-1` or `2024-01-01T…`.
fn is_date(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let Some((year, rest)) = text.split_once('-') else { return false };
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let (day, time) = rest.split_at(digits(rest));
    let is_day = year.len() == 4
        && digits(year) == 4
        && (1..=2).contains(&month.len())
        && digits(month) == month.len()
        && (1..=2).contains(&day.len());
    let is_time = || {
        time.starts_with(['T', 't', ' ', '\t'])
            && time[1..].trim_start_matches([' ', '\t']).starts_with(|first: char| first.is_ascii_digit())
            && time[1..]
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'Z' | b'z' | b'+' | b'-' | b' ' | b'\t'))
    };
    is_day && (time.is_empty() || is_time())
}

/// Whether it is a number of base 60 to some reader: `12:30`, `1:30.5`.
fn is_base_60(body: &str) -> bool {
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let mut more = 0;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        more += 1;
        let (whole, fraction) = match part.split_once('.') {
            Some((whole, fraction)) if parts.peek().is_none() => (whole, fraction),
            _ => (part, ""),
        };
        let fits = matches!(whole.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
        if !fits || !fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
            return false;
        }
    }
    more > 0 && are_digits(first.as_bytes(), u8::is_ascii_digit)
}

/// The parts of a decimal number without its sign.
struct Decimal<'text> {
    whole: &'text str,
    /// What follows the dot, if there is one.
    fraction: Option<&'text str>,
    /// What follows the `e`, if there is one.
    exponent: Option<&'text str>,
}

impl<'text> Decimal<'text> {
    /// Takes `body` apart, if it is a decimal number.
    fn split(body: &'text str) -> Option<Self> {
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (body, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let good_exponent = exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !digits.is_empty() && all_digits(digits)
        });
        let any = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
        (any && all_digits(whole) && fraction.is_none_or(all_digits) && good_exponent).then_some(Self {
            whole,
            fraction,
            exponent,
        })
    }
}

/// Returns the decimal number as JSON writes it, if it is a finite one.
pub(super) fn decimal(minus: &str, body: &str) -> Option<String> {
    let parts = Decimal::split(body)?;
    body.parse::<f64>().is_ok_and(f64::is_finite).then(|| json_number(minus, &parts))
}

fn decimal_reading(sign: &str, body: &str) -> Reading {
    let Some(parts) = Decimal::split(body) else { return Reading::Text };
    let minus = sign.trim_start_matches('+');
    if parts.fraction.is_none() && parts.exponent.is_none() {
        if body.len() > 1 && body.starts_with('0') {
            let digits = body.trim_start_matches('0');
            let new = format!("{minus}{}, or text", if digits.is_empty() { "0" } else { digits });
            return match i64::from_str_radix(body, 8) {
                Ok(octal) => disputed(format!("{minus}{octal} (octal)"), new),
                Err(_) => disputed("text", new),
            };
        }
        if let Ok(value) = format!("{minus}{body}").parse() {
            return Reading::Int(value);
        }
    }
    // YAML 1.1 wants a dot and the exponent's sign, and no sign before a dot.
    let unsigned_exponent = parts.exponent.is_some_and(|exponent| !exponent.starts_with(['+', '-']));
    if !body.parse::<f64>().is_ok_and(f64::is_finite) {
        return Reading::NotFinite;
    }
    if unsigned_exponent
        || (parts.exponent.is_some() && parts.fraction.is_none())
        || (parts.whole.is_empty() && !sign.is_empty())
    {
        return disputed("text", "a number");
    }
    Reading::Float(json_number(minus, &parts).into())
}

/// Writes a decimal number as JSON has it: no plus, no leading zeros, digits on both sides of the dot.
fn json_number(minus: &str, parts: &Decimal<'_>) -> String {
    let whole = parts.whole.trim_start_matches('0');
    let mut text = format!("{minus}{}", if whole.is_empty() { "0" } else { whole });
    if let Some(fraction) = parts.fraction {
        text.push('.');
        text.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = parts.exponent {
        text.push('e');
        text.push_str(exponent);
    }
    text
}

/// Returns the number `text` in the one form that every reader takes for that number: an exponent has its sign and a
/// dot before it. Nothing, if it is no finite decimal number.
pub(super) fn portable_number(text: &str) -> Option<String> {
    let (minus, body) = match text.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = Decimal::split(body)?;
    if !body.parse::<f64>().is_ok_and(f64::is_finite) {
        return None;
    }
    let Some(exponent) = parts.exponent else { return Some(json_number(minus, &parts)) };
    parts.fraction = parts.fraction.or(Some("0"));
    let signed = if exponent.starts_with(['+', '-']) { exponent.to_owned() } else { format!("+{exponent}") };
    parts.exponent = Some(&signed);
    Some(json_number(minus, &parts))
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

    #[track_caller]
    fn all_disputed(texts: &[&str]) {
        for text in texts {
            assert!(matches!(read(text), Reading::Disputed(_)), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn what_readers_agree_on() {
        all("null Null NULL ~", &Reading::Null);
        assert_eq!(read(""), Reading::Null);
        all("true True TRUE", &Reading::Bool(true));
        all("false False FALSE", &Reading::Bool(false));
        all("31 +31 0x1F 0x1f", &Reading::Int(31));
        all("0 -0 +0", &Reading::Int(0));
        all("-9223372036854775808", &Reading::Int(i64::MIN));
        all("9223372036854775808 +9223372036854775808", &Reading::Float("9223372036854775808".into()));
        all(".5 0.5 +0.5 00.5", &Reading::Float("0.5".into()));
        all("1. +1. 01.", &Reading::Float("1.0".into()));
        all("1.0e+3 1.0E+3 +1.0e+3", &Reading::Float("1.0e+3".into()));
        all("-0.0", &Reading::Float("-0.0".into()));
    }

    #[test]
    fn what_is_text_to_all() {
        all(
            "1.2.3 nan NaN inf Infinity +inf None nUll yEs tRue . .. ... + -a --1 1e 1e+ e3 .e1 1.0e -. 10.0.0.1 1,000 \
             0x 0xg 0b 0b2 0o 0o8 0x1p3 1:60 8080:80 1:2: :1 a:1 1Gi 100m 12d 1-2 2024-01 24-01-01 2024-01-01-a \
             2024-01-01T 2024-01-01-02 _1 __ +_ fe80::1 ::1 1/2 0.1.2 12:30pm *x ١٢",
            &Reading::Text,
        );
    }

    #[test]
    fn what_readers_disagree_on() {
        let words = "yes Yes YES no No NO on On ON off Off OFF y Y n N = <<";
        let integers = "0777 -0777 +0777 08 09 00 007 000 -08 0o17 0O17 -0o17 +0o17 0b1 0B1 -0b1 -0x1F +0x1f 0X1F 0x1_F 0x_1 \
            1_000 1_ 1__0 0_7 0_ -_1 0b1_1 0o_7 0xFFFFFFFFFFFFFFFF";
        let floats = "1e3 1E3 1e+3 1e-3 1.0e3 1.e3 .5e3 +1e3 12e03 0e0 0e1234567 -.5 +.5 1_0.5 1.5_0 1e1_0 1_e3 .1_0 \
            685.230_15e+03 5e6 7e19";
        let times = "12:30 12:30:45 190:20:30 -1:20 +1:20 1:30.5 09:30 0:0 00:11:22:33:44:55 1_0:20 2024-01-01 2024-1-1 \
            2024-13-45 2024-01-01T00:00:00Z 2024-01-01t00:00:00.5+01:00 2024-01-01T00:00";
        for texts in [words, integers, floats, times] {
            all_disputed(&texts.split_whitespace().collect::<Vec<_>>());
        }
        all_disputed(&[
            "2024-01-01 00:00:00",
            "2001-12-15 2:59:43.10",
            "2024-01-01  0:00:00 +1",
            "2024-01-01\t00:00:00 Z",
        ]);
    }

    #[test]
    fn what_no_json_holds() {
        all(".inf -.inf +.inf .Inf .INF .nan .NaN .NAN 1e400 1.0e+400 -1.0e+400", &Reading::NotFinite);
    }

    #[test]
    fn a_dispute_names_both_readings() {
        assert_eq!(read("no"), disputed("`false`", "text"));
        assert_eq!(read("-0777"), disputed("-511 (octal)", "-777, or text"));
        assert_eq!(read("08"), disputed("text", "8, or text"));
        assert_eq!(read("-0x1F"), disputed("-31", "text"));
    }

    #[test]
    fn numbers_get_the_portable_form() {
        for (text, portable) in [
            ("1e21", "1.0e+21"),
            ("1E-7", "1.0e-7"),
            ("1.5e3", "1.5e+3"),
            ("0.5", "0.5"),
            ("-.5", "-0.5"),
            ("18446744073709551616", "18446744073709551616"),
        ] {
            assert_eq!(portable_number(text).as_deref(), Some(portable));
            assert!(matches!(read(portable), Reading::Float(same) if &*same == portable));
        }
        for text in ["NaN", "inf", "1e999", "", "1_0", "x", "0x10"] {
            assert_eq!(portable_number(text), None, "{text}");
        }
    }
}
