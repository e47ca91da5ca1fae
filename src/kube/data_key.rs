//! Keys of Secrets and of `ConfigMap`s.

use super::name::{check_length, shown};
use super::parsed::{Grammar, Parsed};

/// A key of a Secret or of a `ConfigMap`: up to 253 letters, digits, `-`, `_` and `.`.
///
/// See <https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data>.
pub type DataKey = Parsed<DataKeyGrammar>;

/// The grammar of [`DataKey`].
pub enum DataKeyGrammar {}

impl Grammar for DataKeyGrammar {
    const FORMAT: &'static str = "bayplan.data-key";
    const CODE: &'static str = super::rules::INVALID_DATA_KEY.code;
    const WHAT: &'static str = "key of a Secret";
    const PATTERN: &'static str = "^[A-Za-z0-9._-]{1,253}$";

    fn check(text: &str) -> Result<(), String> {
        let fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        if let Some(letter) = text.chars().find(|&letter| !fine(letter)) {
            return Err(format!("it may hold letters, digits, `-`, `_` and `.` only, not {}", shown(letter)));
        }
        check_length(text, 253)?;
        if text == "." || text.starts_with("..") {
            return Err("it may not be `.` nor begin with `..`".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_names_of_variables_or_of_files() {
        for good in ["REGISTRY_STORAGE_S3_ACCESSKEY", "access-key", ".s3cfg", "a"] {
            assert_eq!(DataKeyGrammar::check(good), Ok(()), "{good}");
        }
        for bad in ["", "a b", "a/b", ".", "..", "..a", &"a".repeat(254)] {
            assert!(DataKeyGrammar::check(bad).is_err(), "{bad}");
        }
    }
}
