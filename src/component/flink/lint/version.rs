//! Rules about the version of Flink.

use super::super::version::Version;
use super::super::{Flink, versions};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Traced;

pub(super) const UNKNOWN: Rule = Rule::error(
    "flink/unknown-version",
    "nothing tells which version of Flink it is",
    "Options have other names in other versions, and the file of a plugin is named after the exact one.",
    "set `version` to the exact version in the image, like `2.1.1`",
);

pub(super) const INEXACT: Rule = Rule::error(
    "flink/inexact-version",
    "the version of Flink is not exact",
    "The file of a plugin is named after the exact version: the pods would not find it, and not start.",
    "write the version in full, like `2.1.1`, or `1.19.2-cp2` for Confluent's builds",
);

pub(super) const UNSUPPORTED: Rule = Rule::error(
    "flink/unsupported-version",
    "the version of Flink is too old or too new",
    "The operator does not take it, or its options are not known here.",
    "use a version in the range",
);

pub(super) const MISMATCH: Rule = Rule::error(
    "flink/version-mismatch",
    "the version is not that of the image",
    "The operator would submit a job as one version expects it to another, and the plugin would not be found.",
    "delete `version`: the image tells it",
);

pub(super) fn lint(flink: &Flink) -> Vec<Diagnostic> {
    let spec = &flink.spec;
    let mut found = Vec::new();
    let Some(version) = flink.version() else {
        let (problem, place) = match (&spec.version, &spec.image) {
            (Some(version), _) => (INEXACT.found(format!("`{version}` is not one version")), version.origin()),
            (None, Some(image)) => {
                (UNKNOWN.found(format!("`{image}` does not tell the version of Flink in it")), image.origin())
            }
            (None, None) => (UNKNOWN.found("neither `version` nor `image` is set"), spec.distribution.origin()),
        };
        return vec![problem.decided_at(place.spans(), "")];
    };
    let (oldest, newest) = if spec.is_confluent() {
        (versions::OLDEST_OF_CONFLUENT, versions::NEWEST_OF_CONFLUENT)
    } else {
        (versions::OLDEST, versions::NEWEST)
    };
    if !(oldest..=newest).contains(&version.get().minor) {
        let message = format!("Flink {} is not one of those that can run", version.get().exact);
        let help = format!("use a version from {}.{} to {}.{}", oldest.0, oldest.1, newest.0, newest.1);
        found.push(UNSUPPORTED.found(message).help(help).decided_at(version.origin().spans(), ""));
    }
    let of_image = spec.image.as_ref().and_then(|image| {
        Some(image.map(|_| ()).zip(&Traced::literal(Version::of_image(image.get())?), |(), version| version.clone()))
    });
    if let Some(of_image) = of_image.filter(|of_image| of_image != &version) {
        let message = format!("the image has Flink {}, not {}", of_image.get().exact, version.get().exact);
        let place = version.origin().and(of_image.origin());
        found.push(MISMATCH.found(message).decided_at(place.spans(), ""));
    }
    found
}
