//! Rules about what bayplan itself is asked by annotations.

use crate::component::Context;
use crate::component::restate::delivery;
use crate::component::restate::making::{self, Making};
use crate::component::restate::needs_operator::{self, NO_OPERATOR};
use crate::component::restate::snapshots::{self, ANNOTATION, TABLE};
use crate::diagnostic::{Diagnostic, Rule};

pub(in super::super) const UNKNOWN_WISH: Rule = Rule::error(
    "restate/unknown-wish",
    "an annotation asks bayplan for something that it does not know",
    "Nothing comes of it.",
    "use `bayplan.dev/snapshots` or `bayplan.dev/delivery`, or delete the annotation",
);

pub(in super::super) const UNKNOWN_DELIVERY: Rule = Rule::error(
    "restate/unknown-delivery",
    "the annotation for the delivery names neither way",
    "It decides whether the tree holds the objects or the resource of which the operator makes them.",
    "write `expanded` or `operator`",
);

pub(in super::super) const SNAPSHOTS_UNREADABLE: Rule = Rule::error(
    "restate/snapshots-unreadable",
    "the annotation for snapshots names no store or no bucket",
    "Nothing can be claimed.",
    "write `STORE` or `STORE/BUCKET`, such as `minio/restate-snapshots`",
);

pub(in super::super) const SNAPSHOTS_CONTRADICTED: Rule = Rule::error(
    "restate/snapshots-contradicted",
    "the configuration sends snapshots elsewhere than the annotation",
    "One of both would silently win.",
    "delete the setting: the annotation sets it; or delete the annotation",
);

pub(in super::super) const CERTIFICATE_NOT_IN_SECRET: Rule = Rule::error(
    "restate/certificate-not-in-secret",
    "the certificate that a store is trusted by lies in no Secret",
    "The operator takes certificates from Secrets alone: the servers would refuse the store.",
    "put it into a Secret in the namespace of the cluster, and name it by `certificateAuthority.secretName` of the ObjectStore; or deliver the cluster `expanded`",
);

pub(super) fn lint(making: &Making<'_>, context: &Context) -> Vec<Diagnostic> {
    let mut found = unknown(making);
    found.extend(delivery(making, context));
    let annotation = making.declared.metadata.annotations.get(ANNOTATION);
    if let (Some(annotation), Some(Err(reason))) = (annotation, snapshots::wish(making.declared)) {
        found.push(SNAPSHOTS_UNREADABLE.found(reason).decided_at(annotation.origin().spans(), ""));
    }
    let Some(snapshots) = &making.snapshots else { return found };
    let trust = snapshots.trust(making.declared).filter(|_| delivery::is_by_operator(making.declared));
    if trust.is_some_and(|trust| trust.volume.get("secret").is_none()) {
        let message = format!("the servers cannot be made to trust the store `{}`", snapshots.store.name);
        found.push(CERTIFICATE_NOT_IN_SECRET.found(message).decided_at(snapshots.because().spans(), ""));
    }
    for setting in snapshots.settings(making.declared) {
        let Some(said) = making.declared.said(TABLE, setting.key) else { continue };
        if setting.agrees(&said) {
            continue;
        }
        let text = said.text().map_or_else(|| "read from elsewhere".to_owned(), |text| format!("`{text}`"));
        let shown = if setting.key.starts_with("aws-secret") { "set".to_owned() } else { text };
        let message = format!("`{}` is {shown}, and the annotation makes it {}", setting.key, setting.shown());
        let contradicted = SNAPSHOTS_CONTRADICTED.found(message).decided_at(&said.places(context), "");
        found.push(
            snapshots.because().spans().iter().fold(contradicted, |found, &span| found.at(span, "asked for here")),
        );
    }
    found
}

fn delivery(making: &Making<'_>, context: &Context) -> Option<Diagnostic> {
    let wish = making.declared.metadata.annotations.get(delivery::ANNOTATION)?;
    match wish.get().as_str() {
        delivery::EXPANDED => None,
        delivery::OPERATOR => {
            let what = format!("RestateCluster `{}`", making.declared.metadata.name);
            let found = needs_operator::check(context, &what, wish.origin());
            found.map(|found| found.help(format!("{}, or write `expanded`", NO_OPERATOR.help)))
        }
        other => {
            let message = format!("there is no delivery `{other}`, only {}", delivery::choices());
            Some(UNKNOWN_DELIVERY.found(message).decided_at(wish.origin().spans(), ""))
        }
    }
}

fn unknown(making: &Making<'_>) -> Vec<Diagnostic> {
    let wishes = making.declared.metadata.annotations.iter().filter(|(key, _)| making::is_wish(key));
    wishes
        .filter(|(key, _)| ![ANNOTATION, delivery::ANNOTATION].contains(&key.as_str()))
        .map(|(key, value)| {
            UNKNOWN_WISH.found(format!("bayplan knows no `{key}`")).decided_at(value.origin().spans(), "")
        })
        .collect()
}
