//! Keys and values of labels and annotations.

use super::name::{SubdomainGrammar, check_length, shown};
use super::parsed::{Grammar, Parsed};

/// A key of a label: up to 63 characters, after an optional subdomain and `/`.
///
/// See <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>.
pub type LabelKey = Parsed<LabelKeyGrammar>;

/// A value of a label: empty or up to 63 characters.
pub type LabelValue = Parsed<LabelValueGrammar>;

/// The grammar of [`LabelKey`].
pub enum LabelKeyGrammar {}
/// The grammar of [`LabelValue`].
pub enum LabelValueGrammar {}
/// The grammar of keys of annotations: those of labels, but the prefix may have upper-case letters.
pub(super) enum AnnotationKeyGrammar {}

impl Grammar for LabelKeyGrammar {
    const FORMAT: &'static str = "bayplan.label-key";
    const CODE: &'static str = super::rules::INVALID_LABEL_KEY.code;
    const WHAT: &'static str = "key of a label";
    const PATTERN: &'static str = "^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$";

    fn check(text: &str) -> Result<(), String> {
        let name = match text.split_once('/') {
            None => text,
            Some((prefix, name)) => {
                SubdomainGrammar::check(prefix).map_err(|reason| format!("before the `/`, {reason}"))?;
                name
            }
        };
        check_part(name)
    }
}

impl Grammar for LabelValueGrammar {
    const FORMAT: &'static str = "bayplan.label-value";
    const CODE: &'static str = super::rules::INVALID_LABEL_VALUE.code;
    const WHAT: &'static str = "value of a label";
    const PATTERN: &'static str = "^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$";

    fn check(text: &str) -> Result<(), String> {
        if text.is_empty() { Ok(()) } else { check_part(text) }
    }
}

impl Grammar for AnnotationKeyGrammar {
    const FORMAT: &'static str = "bayplan.annotation-key";
    const CODE: &'static str = super::rules::INVALID_ANNOTATION_KEY.code;
    const WHAT: &'static str = "key of an annotation";
    const PATTERN: &'static str = "^([A-Za-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$";

    fn check(text: &str) -> Result<(), String> {
        LabelKeyGrammar::check(&text.to_ascii_lowercase())
    }
}

fn check_part(text: &str) -> Result<(), String> {
    let inner = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if let Some(letter) = text.chars().find(|&letter| !inner(letter)) {
        return Err(format!("it may hold letters, digits, `-`, `_` and `.` only, not {}", shown(letter)));
    }
    check_length(text, 63)?;
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    if text.starts_with(edge) && text.ends_with(edge) {
        Ok(())
    } else {
        Err("it must begin and end with a letter or digit".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_an_optional_prefix() {
        for good in ["app", "app.kubernetes.io/name", "v1.min.io/tenant", "A_b", &"a".repeat(63)] {
            assert!(LabelKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "-a", "a_", "A.io/b", "a b", &"a".repeat(64)] {
            assert!(LabelKey::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(AnnotationKeyGrammar::check("A.io/b"), Ok(()));
    }

    #[test]
    fn values_may_be_empty() {
        for good in ["", "v1.2_x", "A"] {
            assert!(LabelValue::parse(good).is_ok(), "{good}");
        }
        for bad in ["a/b", "a ", "-", "x:1"] {
            assert!(LabelValue::parse(bad).is_err(), "{bad}");
        }
    }
}
