//! What operators know since 3.1: new fields, and an annotation by which they leave a resource alone.

use super::making::Texts;
use super::settings::Settings;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const NEWER_FIELD: Rule = Rule::refusal(
    "restate/newer-field",
    "a field is newer than the operator",
    "The definitions of the operator do not know the field: the API server drops it, most often without a word.",
    "set `version: \"3.1\"` of the RestateOperator, or delete the field",
);

pub(super) const PAUSED: Rule = Rule::warning(
    "restate/paused",
    "the operator is told to leave a resource alone",
    "Whatever changes in the resource comes to nothing until the annotation is gone.",
    "delete the annotation once the operator shall act again",
);

/// The annotation; only one value counts.
const PAUSE: (&str, &str) = ("restate.dev/reconcile", "disabled");

/// Returns the annotation by which the operator leaves the resource alone, if it knows that one.
pub(super) fn pause<'resource>(
    annotations: &'resource Texts,
    settings: &Settings,
) -> Option<&'resource Traced<String>> {
    let known = settings.version.get().knows_3_1();
    annotations.get(PAUSE.0).filter(|value| known && value.get() == PAUSE.1)
}

/// Returns what there is to say of a resource that the operator leaves alone.
pub(super) fn paused(what: &str, annotations: &Texts, settings: &Settings) -> Option<Diagnostic> {
    let pause = pause(annotations, settings)?;
    let found = PAUSED.found(format!("the operator leaves {what} alone"));
    Some(found.decided_at(pause.origin().spans(), ""))
}

/// Reports each of `fields`, where the operator does not know them yet.
pub(super) fn fields(settings: &Settings, fields: &[(&'static str, Option<&Origin>)]) -> Vec<Diagnostic> {
    if settings.version.get().knows_3_1() {
        return Vec::new();
    }
    let set = fields.iter().filter_map(|(field, origin)| Some((field, (*origin)?)));
    set.map(|(field, origin)| {
        let found = NEWER_FIELD.found(format!("the operator {} knows no `{field}`", settings.version.get().name()));
        found.decided_at(origin.spans(), "unknown field").decided_at(settings.version.origin().spans(), "")
    })
    .collect()
}
