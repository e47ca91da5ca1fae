//! Rules about the names of versions.

use super::{Making, Mode, at};
use crate::diagnostic::{Diagnostic, Rule};

pub(super) const VERSIONED_NAME: Rule = Rule::refusal(
    "restate/versioned-name",
    "the name of a version is none that a Service can have",
    "The operator makes the ReplicaSet, and the API server refuses its Service: nothing is ever registered.",
    "choose a name that begins with a letter, has no dot, and has 52 characters at most",
);

pub(super) const KNATIVE_NAME: Rule = Rule::error(
    "restate/knative-name",
    "the name of a version is none that Knative takes",
    "Knative refuses the Configuration.",
    "choose a name that begins with a letter and has no dot, and a short tag: both together have 62 characters at most",
);

pub(super) const TAG: Rule = Rule::refusal(
    "restate/tag",
    "the tag of a version is no part of a name",
    "The API server refuses the resource.",
    "use lower-case letters, digits and `-`; begin with a letter, and end with a letter or digit",
);

pub(super) fn lint(making: &Making<'_>) -> Vec<Diagnostic> {
    let declared = making.declared;
    let mut found = Vec::new();
    let tag = declared.spec.knative.as_ref().and_then(|knative| knative.tag.as_ref());
    let bad_tag = tag.and_then(|tag| Some((tag, problem(tag.get())?)));
    if let Some((tag, problem)) = &bad_tag {
        found.push(at(TAG.found(format!("`{tag}` is no tag: {problem}")), tag.origin()));
    }
    let name = making.versioned_name();
    let too_long =
        || (name.get().len() > 63).then(|| format!("it has {} characters, at most 63 are allowed", name.get().len()));
    let Some(problem) = problem(name.get()).or_else(too_long) else { return found };
    let place = declared.metadata.name.origin();
    match declared.mode() {
        Mode::Replicaset => {
            found.push(at(VERSIONED_NAME.found(format!("no Service can be called `{name}`: {problem}")), place));
        }
        Mode::Knative if bad_tag.is_none() => {
            found.push(at(KNATIVE_NAME.found(format!("no Configuration can be called `{name}`: {problem}")), place));
        }
        Mode::Knative => {}
    }
    found
}

/// Returns why `text` is no label of RFC 1035, whatever its length.
fn problem(text: &str) -> Option<String> {
    let known = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if let Some(letter) = text.chars().find(|&letter| !known(letter)) {
        return Some(format!("it may hold lower-case letters, digits and `-` only, not `{}`", letter.escape_debug()));
    }
    if !text.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        return Some("it must begin with a letter".to_owned());
    }
    text.ends_with('-').then(|| "it must end with a letter or digit".to_owned())
}
