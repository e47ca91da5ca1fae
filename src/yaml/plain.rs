//! Which text may be written without quotes.

/// Whether every reader of YAML 1.1 and 1.2 takes `text`, written plain in block style, for just this text.
///
/// An allow-list: words and paths that begin with a letter, `/`, `./` or `_`; and numbers with a unit (`50Gi`, `100m`, `7d`).
pub(super) fn may_be_plain(text: &str) -> bool {
    match text.as_bytes() {
        [b'A'..=b'Z' | b'a'..=b'z' | b'/' | b'_', rest @ ..] => {
            rest.len() <= 1000 && are_plain_bytes(rest) && !is_word_of_some_reader(text) && !is_exponent_like(text)
        }
        // A path that begins in this folder, as people write it in a kustomization.yaml.
        [b'.', b'/', rest @ ..] => rest.len() <= 1000 && are_plain_bytes(rest),
        [b'0'..=b'9', ..] => has_unit(text),
        _ => false,
    }
}

/// Whether the bytes behind the first one may stand in a plain scalar: a colon or a blank only before another byte.
fn are_plain_bytes(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(index, &byte)| {
        PLAIN[usize::from(byte)]
            || matches!(byte, b':' | b' ') && bytes.get(index + 1).is_some_and(|&next| next != b' ' && next != b':')
    })
}

/// Which bytes may stand anywhere behind the first one. A table, since every byte of every tree is looked up here.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@' | b'+' | b'=' | b',' | b'(' | b')' | b';');
        byte += 1;
    }
    plain
};

/// Whether some reader takes it for a truth value, nothing, or a number, in whatever case.
fn is_word_of_some_reader(text: &str) -> bool {
    const WORDS: [&str; 15] = [
        "y",
        "n",
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "nil",
        "none",
        "nan",
        "inf",
        "infinity",
        "undefined",
    ];
    text.len() <= 9 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether it looks like the tail of a number, `e3` or `_1`, or like hexadecimal digits only.
fn is_exponent_like(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-' | b'+' | b'e' | b'E' | b':'))
}

/// Whether it is a number with a unit that is part of no number in any reader: `50Gi`, `100m`, `1.5s`.
fn has_unit(text: &str) -> bool {
    const UNITS: [&str; 18] =
        ["m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "s", "h", "d", "w", "ms", "us"];
    let (number, unit) = text.split_at(text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count());
    let good = match number.split_once('.') {
        Some((whole, fraction)) => !whole.is_empty() && !fraction.is_empty() && !fraction.contains('.'),
        None => true,
    };
    good && UNITS.contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::scalar::{Reading, read};

    #[test]
    fn plain_text_is_read_as_text() {
        for text in [
            "minio",
            "a b",
            "http://x:80/",
            "k8s.io/x",
            "50Gi",
            "100m",
            "1.5s",
            "/data",
            "./a.yaml",
            "a:b",
            "v1",
            "_x",
            "a=b",
        ] {
            assert!(may_be_plain(text), "{text}");
            assert_eq!(read(text), Reading::Text);
        }
        for text in [
            "",
            "y",
            "NO",
            "nULL",
            "1",
            "1.2.3",
            "a: b",
            "a:",
            "a #b",
            " a",
            "a ",
            "-a",
            "e3",
            "_1",
            "1E",
            "0x1F",
            "1.5.2s",
            "12:30s",
            "é",
            "a\nb",
            "a\tb",
            "<<",
            "=",
            "*a",
            "a  b",
            "a{b",
            "a#b",
            "...",
            "---",
            "2024-01-01",
            ".5",
            "nil",
            "E1.5",
        ] {
            assert!(!may_be_plain(text), "{text}");
        }
    }
}
