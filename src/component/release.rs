//! What every release of a chart is held against, and fields that decide nothing beside others.

use super::Metadata;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

/// The rules about it.
pub(super) const RULES: &[Rule] = &[INEXACT_VERSION, OTHER_MAJOR, LONG_NAME, IDLE_FIELD];

const INEXACT_VERSION: Rule = Rule::error(
    "charts/inexact-version",
    "the chart's version is not exact",
    "The source looks for a tag of this very text; a range would also change without a commit.",
    "write the version in full, like `18.11.0`",
);

const OTHER_MAJOR: Rule = Rule::warning(
    "charts/other-major",
    "the chart has another major version than the values are written for",
    "Keys change with a major version, and a chart ignores those that it does not know.",
    "use a version of the known major one, or compare the rendered configuration",
);

const LONG_NAME: Rule = Rule::error(
    "charts/long-name",
    "the name is too long for what a chart names after it",
    "The chart adds to it for Services and pods, whose names and labels have 63 letters.",
    "use a shorter name",
);

const IDLE_FIELD: Rule = Rule::warning(
    "charts/idle-field",
    "a field decides nothing",
    "Whoever changes it waits for an effect that never comes.",
    "delete the field, or what makes it idle",
);

/// Returns the numbers of an exact version, `18.11.0`.
pub(crate) fn exact(version: &str) -> Option<[&str; 3]> {
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = version.split('.').collect();
    <[&str; 3]>::try_from(parts).ok().filter(|parts| parts.iter().all(is_number))
}

/// Holds the version that is wanted against `known`, one of the major version that the values are written for.
pub(crate) fn version(wanted: Option<&Traced<String>>, known: &str) -> Option<Diagnostic> {
    let wanted = wanted?;
    let major = known.split('.').next().unwrap_or(known);
    let found = match exact(wanted.get()) {
        None => INEXACT_VERSION.found(format!("`{wanted}` is not one version")),
        Some([other, ..]) if other != major => {
            OTHER_MAJOR.found(format!("chart `{wanted}` is not of version {major}, for which the values are"))
        }
        Some(_) => return None,
    };
    Some(found.decided_at(wanted.origin().spans(), ""))
}

/// Finds a name that the chart cannot add the `longest` of its suffixes to. `of` tells what allows so many letters.
pub(crate) fn name(metadata: &Metadata, longest: &str, of: &str) -> Option<Diagnostic> {
    let (name, allowed) = (&metadata.name, 63 - longest.len());
    let length = name.get().as_str().len();
    let found = (length > allowed)
        .then(|| LONG_NAME.found(format!("`{name}` has {length} letters, and {of} allows {allowed}")))?;
    Some(found.decided_at(name.origin().spans(), ""))
}

/// Returns where a field is written, if it is.
pub(crate) fn written<T>(field: Option<&Traced<T>>) -> Option<Origin> {
    field.map(|field| field.origin().clone())
}

/// Fields that something makes idle.
pub(crate) struct Idle<'a> {
    /// What makes them idle, to stand after "decides nothing".
    pub(crate) why: String,
    /// Where that is decided.
    pub(crate) because: &'a Origin,
    /// The fields, and where each is written if it is.
    pub(crate) fields: Vec<(&'a str, Option<Origin>)>,
}

impl Idle<'_> {
    /// Returns those that are written all the same.
    pub(crate) fn found(self) -> Vec<Diagnostic> {
        let written = self.fields.into_iter().filter_map(|(name, place)| Some((name, place?)));
        written
            .filter(|(_, place)| !place.is_empty())
            .map(|(name, place)| {
                let found = IDLE_FIELD.found(format!("`{name}` decides nothing {}", self.why));
                found.decided_at(place.and(self.because).spans(), "")
            })
            .collect()
    }
}
