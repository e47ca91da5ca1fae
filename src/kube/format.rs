//! The one table of formats that a JSON Schema can ask for.

use super::bucket_name::BucketNameGrammar;
use super::data_key::DataKeyGrammar;
use super::day::DayGrammar;
use super::duration::DurationGrammar;
use super::endpoint::{CidrGrammar, EndpointGrammar, HostAndPortGrammar, UrlGrammar};
use super::host::HostGrammar;
use super::image::ImageGrammar;
use super::label::{AnnotationKeyGrammar, LabelKeyGrammar, LabelValueGrammar};
use super::name::{NameGrammar, PathNameGrammar, SubdomainGrammar};
use super::object::ApiVersionGrammar;
use super::parsed::Grammar;
use super::quantity::QuantityGrammar;

/// A format by its name, for the walker over schemas.
pub struct Format {
    /// The name, `bayplan.quantity`.
    pub name: &'static str,
    /// The code of the error, `shape/invalid-quantity`.
    pub code: &'static str,
    /// What it is, to stand after "is no".
    pub what: &'static str,
    /// Whether the API server refuses what is not one.
    pub refused: bool,
    /// A regular expression that every good text matches, and hardly a bad one; none where there is a name for it.
    pub pattern: Option<&'static str>,
    /// Why a text is not one, without quoting it.
    pub check: fn(&str) -> Result<(), String>,
    /// What it was probably meant to be.
    pub nearest: fn(&str) -> Option<String>,
}

impl Format {
    const fn of<G: Grammar>() -> Self {
        Self {
            name: G::FORMAT,
            code: G::CODE,
            what: G::WHAT,
            refused: true,
            pattern: Some(G::PATTERN),
            check: G::check,
            nearest: G::nearest,
        }
    }
}

/// All formats. Names without a dot are those of `OpenAPI`.
pub static FORMATS: &[Format] = &[
    Format::of::<NameGrammar>(),
    Format::of::<SubdomainGrammar>(),
    Format::of::<PathNameGrammar>(),
    Format::of::<LabelKeyGrammar>(),
    Format::of::<LabelValueGrammar>(),
    Format::of::<AnnotationKeyGrammar>(),
    Format::of::<ApiVersionGrammar>(),
    Format::of::<QuantityGrammar>(),
    Format::of::<ImageGrammar>(),
    // The API server takes any text as the image of a container; the node fails to pull it.
    Format { name: "bayplan.container-image", refused: false, ..Format::of::<ImageGrammar>() },
    Format::of::<BucketNameGrammar>(),
    Format::of::<DataKeyGrammar>(),
    Format::of::<DurationGrammar>(),
    Format::of::<DayGrammar>(),
    Format::of::<EndpointGrammar>(),
    Format::of::<UrlGrammar>(),
    Format::of::<HostAndPortGrammar>(),
    Format::of::<CidrGrammar>(),
    Format::of::<HostGrammar>(),
    Format {
        name: "byte",
        code: super::rules::INVALID_BASE64.code,
        what: "base64",
        refused: true,
        pattern: None,
        check: check_base64,
        nearest: |_| None,
    },
];

/// Returns the format `name`.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Line ends are ignored, as Go does.
fn check_base64(text: &str) -> Result<(), String> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let padding = letters.iter().rev().take_while(|&&byte| byte == b'=').count();
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if !letters[..letters.len() - padding].iter().all(known) {
        return Err("it may hold letters, digits, `+` and `/` only, and `=` at the end".to_owned());
    }
    if padding > 2 || !letters.len().is_multiple_of(4) {
        return Err("its length is not a multiple of 4, padded with `=`".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found_by_name() {
        assert_eq!(format("bayplan.quantity").unwrap().code, "shape/invalid-quantity");
        assert!(format("unheard-of").is_none());
        let names: std::collections::BTreeSet<_> = FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), FORMATS.len());
    }

    #[test]
    fn base64_is_padded() {
        for good in ["", "YQ==", "YWI=", "YWJj", "YWJj\nYQ==\n"] {
            assert_eq!(check_base64(good), Ok(()), "{good:?}");
        }
        for bad in ["YQ", "YQ=", "a b=", "YQ==YQ==", "===="] {
            assert!(check_base64(bad).is_err(), "{bad:?}");
        }
    }
}
