//! Settings that fight with a consumer of the bucket.

use super::super::declaration::LifecycleRule;
use super::super::lifecycle::id;
use super::Bucket;
use crate::component::{Access, Managed};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::BucketName;
use crate::value::{Origin, Traced};

pub(in super::super) const EXPIRES_LIVE_DATA: Rule = Rule::error(
    "bucket/expires-live-data",
    "a rule deletes or moves what an application manages itself",
    "The application deletes what it needs no more, and does not know that somebody else does: it fails on what is missing, and what is gone is gone.",
    "delete the rule, limit it to a `prefix` that the application does not use, or give it more days than the application keeps anything",
);

pub(in super::super) const VERSIONS_STAY: Rule = Rule::warning(
    "bucket/versions-stay",
    "old versions stay for ever in a bucket whose application deletes objects",
    "What the application deletes becomes an old version and needs as much space as before.",
    "add a rule with `noncurrentDays` to `lifecycle`",
);

pub(super) fn lint(bucket: &Bucket, name: &Traced<BucketName>, accesses: &[&Access]) -> Vec<Diagnostic> {
    let managed: Vec<_> = accesses
        .iter()
        .flat_map(|access| access.manages.iter().map(move |managed| (*access, managed)))
        .filter(|(_, managed)| managed.bucket == *name)
        .collect();
    let rules =
        bucket.spec.lifecycle.iter().enumerate().filter(|(_, rule)| rule.enabled.as_ref().is_none_or(|on| *on.get()));
    let mut found = Vec::new();
    for (index, rule) in rules {
        for (access, managed) in &managed {
            let Some(place) = takes(rule, managed) else { continue };
            let message =
                format!("rule `{}` takes from `{}` in `{name}`: {}", id(rule, index), access.user, managed.what);
            let place = place.and(&access.claimant);
            found.push(EXPIRES_LIVE_DATA.found(message).decided_at(place.spans(), ""));
        }
    }
    let versioned = bucket.spec.versioning.as_ref().filter(|on| *on.get());
    let locked = bucket
        .spec
        .object_lock
        .as_ref()
        .map(|lock| lock.days.as_ref().map_or_else(|| bucket.origin(), |days| days.origin().clone()));
    let cleaned =
        bucket.spec.lifecycle.iter().any(|rule| rule.noncurrent_days.is_some() || rule.noncurrent_versions.is_some());
    if let (Some((access, managed)), Some(place), false) =
        (managed.first(), versioned.map(|on| on.origin().clone()).or(locked), cleaned)
    {
        let message = format!("`{}` deletes objects in `{name}` ({}), whose versions stay", access.user, managed.what);
        found.push(VERSIONS_STAY.found(message).decided_at(place.and(&access.claimant).spans(), ""));
    }
    found
}

/// Returns who decides that `rule` takes some of the objects that a consumer manages. It tags none of them.
fn takes(rule: &LifecycleRule, managed: &Managed) -> Option<Origin> {
    let prefix = rule.prefix.as_ref().map_or("", |prefix| prefix.get().as_str());
    let overlap = prefix.starts_with(&managed.prefix) || managed.prefix.starts_with(prefix);
    if !overlap || !rule.tags.is_empty() {
        return None;
    }
    let early = |days: &&Traced<i64>| managed.days.as_ref().is_none_or(|needed| days.get() < needed.get());
    let because =
        |origin: &Origin| managed.days.as_ref().map_or_else(|| origin.clone(), |days| origin.and(days.origin()));
    let days = rule.expire_days.as_ref().filter(early).map(|days| because(days.origin()));
    let day = rule.expire_on.as_ref().map(|day| day.origin().clone());
    let moved = rule.transition.as_ref().map(|moved| moved.days.origin().and(moved.storage_class.origin()));
    days.or(day).or(moved)
}
