//! Names of Kubernetes objects.

use super::parsed::{Grammar, Parsed};

/// A label of RFC 1123, up to 63 characters: the names of namespaces, Services, containers and ports of a Service.
///
/// See <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>.
pub type Name = Parsed<NameGrammar>;

/// A subdomain of RFC 1123, up to 253 characters: the names of most objects.
pub type Subdomain = Parsed<SubdomainGrammar>;

/// A name that must only fit into a URL: those of roles and their bindings, `system:node`.
pub type PathName = Parsed<PathNameGrammar>;

/// The grammar of [`Name`].
pub enum NameGrammar {}
/// The grammar of [`Subdomain`].
pub enum SubdomainGrammar {}
/// The grammar of [`PathName`].
pub enum PathNameGrammar {}

impl Grammar for NameGrammar {
    const FORMAT: &'static str = "bayplan.name";
    const CODE: &'static str = super::rules::INVALID_NAME.code;
    const WHAT: &'static str = "Kubernetes name";
    const PATTERN: &'static str = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";

    fn check(text: &str) -> Result<(), String> {
        if let Some(letter) = text.chars().find(|&letter| !is_label_letter(letter)) {
            return Err(format!("it may hold lower-case letters, digits and `-` only, not {}", shown(letter)));
        }
        check_label(text)
    }

    fn nearest(text: &str) -> Option<String> {
        nearest_name::<Self>(text, |letter| letter == '_' || letter == '.' || letter == ' ')
    }
}

impl Grammar for SubdomainGrammar {
    const FORMAT: &'static str = "bayplan.subdomain";
    const CODE: &'static str = super::rules::INVALID_NAME.code;
    const WHAT: &'static str = "Kubernetes name";
    const PATTERN: &'static str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    fn check(text: &str) -> Result<(), String> {
        if let Some(letter) = text.chars().find(|&letter| letter != '.' && !is_label_letter(letter)) {
            return Err(format!("it may hold lower-case letters, digits, `-` and `.` only, not {}", shown(letter)));
        }
        check_length(text, 253)?;
        text.split('.').try_for_each(|part| {
            let fine = part.starts_with(|letter| letter != '-') && !part.ends_with('-');
            fine.then_some(())
                .ok_or_else(|| "each part between dots must begin and end with a letter or digit".to_owned())
        })
    }

    fn nearest(text: &str) -> Option<String> {
        nearest_name::<Self>(text, |letter| letter == '_' || letter == ' ')
    }
}

impl Grammar for PathNameGrammar {
    const FORMAT: &'static str = "bayplan.path-name";
    const CODE: &'static str = super::rules::INVALID_NAME.code;
    const WHAT: &'static str = "Kubernetes name";
    const PATTERN: &'static str = "^[^/%]+$";

    fn check(text: &str) -> Result<(), String> {
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        if matches!(text, "." | "..") || text.contains(['/', '%']) {
            return Err("it may not be `.` or `..`, nor hold `/` or `%`".to_owned());
        }
        Ok(())
    }
}

/// Whether `letter` may stand in a label of RFC 1123.
pub(super) fn is_label_letter(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
}

fn check_label(text: &str) -> Result<(), String> {
    check_length(text, 63)?;
    if text.starts_with('-') || text.ends_with('-') {
        return Err("it must begin and end with a letter or digit".to_owned());
    }
    Ok(())
}

/// Refuses empty text and text of more than `most` bytes; the alphabet was checked before, so bytes are characters.
pub(super) fn check_length(text: &str, most: usize) -> Result<(), String> {
    match text.len() {
        0 => Err("it is empty".to_owned()),
        length if length > most => Err(format!("it has {length} characters, at most {most} are allowed")),
        _ => Ok(()),
    }
}

/// Returns a character inside backticks, so that blanks and control characters can be seen.
pub(super) fn shown(letter: char) -> String {
    match letter {
        ' ' => "a blank".to_owned(),
        letter if letter.is_control() => format!("`{}`", letter.escape_default()),
        letter => format!("`{letter}`"),
    }
}

/// Returns `text` in lower case with `-` for each letter that `is_gap`, if that is a good value.
pub(super) fn nearest_name<G: Grammar>(text: &str, is_gap: fn(char) -> bool) -> Option<String> {
    let lower = text.to_ascii_lowercase().replace(is_gap, "-");
    let name = lower.trim_matches(['-', '.']);
    G::check(name).is_ok().then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels() {
        for good in ["a", "minio", "0-9", &"a".repeat(63)] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a.b", "a_b", "A", "ä", "a b", "../x", &"a".repeat(64)] {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Name::parse("My_Name").unwrap_err(),
            "`My_Name` is no Kubernetes name: it may hold lower-case letters, digits and `-` only, not `M`"
        );
        assert_eq!(NameGrammar::nearest("My_Name").as_deref(), Some("my-name"));
        assert_eq!(NameGrammar::nearest("ä"), None);
    }

    #[test]
    fn subdomains_have_parts() {
        for good in ["a", "a.b", "restateclusters.restate.dev", &"a".repeat(253)] {
            assert!(Subdomain::parse(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "a..b", "a.-b", "a-.b", "a.", "..", &"a".repeat(254)] {
            assert!(Subdomain::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_may_have_colons() {
        assert!(PathName::parse("system:Node").is_ok());
        assert!(PathName::parse("..").is_err());
        assert!(PathName::parse("a/b").is_err());
    }
}
