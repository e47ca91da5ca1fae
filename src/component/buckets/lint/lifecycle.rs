//! Rules of a lifecycle that a store refuses, or reads otherwise than they are meant.
//!
//! Source: minio/minio, `internal/bucket/lifecycle/{expiration,rule,lifecycle}.go`, and what a server answers.

use std::collections::BTreeMap;

use super::super::declaration::LifecycleRule;
use super::super::lifecycle::id;
use super::Bucket;
use crate::component::{Maker, Store};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const NO_ACTION: Rule = Rule::error(
    "bucket/lifecycle-no-action",
    "a rule of a lifecycle does nothing",
    "The store refuses a rule without an action, and with it all rules of the bucket.",
    "say what happens, `expireDays: 30` say",
);

pub(super) const SAME_ID: Rule = Rule::error(
    "bucket/lifecycle-same-id",
    "two rules of a lifecycle have one name",
    "The store refuses the rules of the bucket.",
    "give each rule an `id` of its own",
);

pub(super) const CONTRADICTION: Rule = Rule::error(
    "bucket/lifecycle-contradiction",
    "two actions of a rule cannot stand beside each other",
    "The store refuses the rules of the bucket.",
    "make two rules of it",
);

pub(super) const LOCKED: Rule = Rule::error(
    "bucket/lifecycle-of-locked",
    "a rule would delete all versions in a bucket with object lock",
    "The lock is there to keep versions: the store refuses the rules of the bucket.",
    "delete `expireAllVersions` and `deleteMarkerDays`; use `noncurrentDays` for old versions",
);

pub(super) const ABORT_ON_MINIO: Rule = Rule::error(
    "bucket/lifecycle-abort-on-minio",
    "a rule would give up uploads in a MinIO",
    "MinIO drops this action without a word, and refuses a rule that has no other: it knows one time for all buckets.",
    "delete `abortUploadsDays`, and set `spec.staleUploads` of the `MinIO`, whose default is 24 hours",
);

pub(super) const TRANSITION_ON_MINIO: Rule = Rule::error(
    "bucket/lifecycle-transition-on-minio",
    "a rule would move objects of a MinIO to another storage class",
    "MinIO moves objects to tiers, which somebody sets up in the server with credentials of another store: it refuses a storage class that is none.",
    "delete `transition`",
);

pub(super) const ONLY_MINIO: Rule = Rule::error(
    "bucket/lifecycle-only-minio",
    "a rule has an action that only MinIO knows",
    "S3 has no such action: the store refuses the rules of the bucket, or drops it.",
    "delete `expireAllVersions` and `deleteMarkerDays`",
);

pub(super) fn lint(bucket: &Bucket) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut ids: BTreeMap<String, Origin> = BTreeMap::new();
    for (index, rule) in bucket.spec.lifecycle.iter().enumerate() {
        let id = id(rule, index);
        let place = Place { bucket, rule, id: id.clone() };
        if let Some(first) = ids.get(id.get()) {
            let message = format!("two rules are called `{id}`");
            found.push(SAME_ID.found(message).decided_at(place.of(id.origin()).and(first).spans(), ""));
        }
        ids.entry(id.get().clone()).or_insert_with(|| id.origin().clone());
        found.extend(contradictions(&place));
        let all_versions = flag(rule.expire_all_versions.as_ref());
        if let Some(which) = all_versions.or(rule.delete_marker_days.as_ref().map(Traced::origin))
            && bucket.spec.object_lock.is_some()
        {
            let message = format!("rule `{id}` cannot delete what object lock keeps");
            found.push(LOCKED.found(message).decided_at(which.spans(), ""));
        }
    }
    found
}

/// What is wrong with a rule in this store.
pub(super) fn in_store(bucket: &Bucket, store: &Store) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, rule) in bucket.spec.lifecycle.iter().enumerate() {
        let id = id(rule, index);
        let mut add = |rule: &Rule, message: String, place: Option<&Origin>| {
            found.extend(place.map(|place| rule.found(message).decided_at(place.and(&store.offered).spans(), "")));
        };
        match store.maker.get() {
            Maker::Everything(_) => {
                let abort = rule.abort_uploads_days.as_ref().map(Traced::origin);
                add(&ABORT_ON_MINIO, format!("MinIO does not read `abortUploadsDays` of rule `{id}`"), abort);
                let moves = rule.transition.as_ref().map(|transition| transition.storage_class.origin());
                add(&TRANSITION_ON_MINIO, format!("MinIO has no tier for rule `{id}`"), moves);
            }
            Maker::Buckets(_) => {
                let versions = flag(rule.expire_all_versions.as_ref());
                let only = versions.or(rule.delete_marker_days.as_ref().map(Traced::origin));
                add(&ONLY_MINIO, format!("only MinIO understands rule `{id}`"), only);
            }
            Maker::Somebody => {}
        }
    }
    found
}

/// Where a rule stands.
struct Place<'bucket> {
    bucket: &'bucket Bucket,
    rule: &'bucket LifecycleRule,
    id: Traced<String>,
}

impl Place<'_> {
    /// Returns `origin`, or where the whole bucket is declared.
    fn of(&self, origin: &Origin) -> Origin {
        if origin.is_empty() { self.bucket.origin() } else { origin.clone() }
    }
}

fn contradictions(place: &Place<'_>) -> Vec<Diagnostic> {
    let Place { rule, id, .. } = place;
    let days = rule.expire_days.as_ref().map(Traced::origin);
    let day = rule.expire_on.as_ref().map(Traced::origin);
    let markers = flag(rule.expire_delete_markers.as_ref());
    let all_versions = flag(rule.expire_all_versions.as_ref());
    let after_marker = rule.delete_marker_days.as_ref().map(Traced::origin);
    let actions = [
        days,
        day,
        markers,
        after_marker,
        rule.noncurrent_days.as_ref().map(Traced::origin),
        rule.noncurrent_versions.as_ref().map(Traced::origin),
        rule.abort_uploads_days.as_ref().map(Traced::origin),
        rule.transition.as_ref().map(|transition| transition.days.origin()),
    ];
    if actions.iter().all(Option::is_none) {
        let written = rule.id.as_ref().or(rule.prefix.as_ref()).or(rule.tags.values().next()).map(Traced::origin);
        let spans = place.of(all_versions.or(written).unwrap_or(&Origin::default()));
        return vec![NO_ACTION.found(format!("rule `{id}` does nothing")).decided_at(spans.spans(), "")];
    }
    let tag = rule.tags.values().next().map(Traced::origin);
    let pairs = [
        (days, day, "`expireDays` and `expireOn` are two answers to one question"),
        (markers, days.or(day), "`expireDeleteMarkers` cannot stand beside `expireDays` or `expireOn`"),
        (after_marker, tag, "`deleteMarkerDays` cannot be limited to `tags`, since a delete marker has none"),
    ];
    let mut found: Vec<_> = pairs
        .into_iter()
        .filter_map(|(one, other, message)| {
            let place = one?.and(other?);
            Some(CONTRADICTION.found(format!("{message} (rule `{id}`)")).decided_at(place.spans(), ""))
        })
        .collect();
    if let (Some(all), None) = (all_versions, days) {
        let message = format!("`expireAllVersions` needs `expireDays` (rule `{id}`)");
        found.push(CONTRADICTION.found(message).help("set `expireDays`").decided_at(all.spans(), ""));
    }
    found
}

fn flag(flag: Option<&Traced<bool>>) -> Option<&Origin> {
    flag.filter(|flag| *flag.get()).map(Traced::origin)
}
