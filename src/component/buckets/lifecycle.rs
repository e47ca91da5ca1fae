//! Rules of a lifecycle as S3 reads them.

use super::declaration::LifecycleRule;
use crate::value::{Map, Origin, Traced, Value, manifest};

/// Returns the rules in JSON, as `mc ilm rule import` takes them; nothing where there are none, which it refuses.
pub(super) fn document(rules: &[LifecycleRule]) -> Option<Traced<String>> {
    if rules.is_empty() {
        return None;
    }
    let rules: Vec<_> = rules.iter().enumerate().map(|(index, written)| rule(written, index)).collect();
    let document = manifest!({ Rules: rules });
    let mut origin = Origin::default();
    document.walk(&mut |value| origin.add(&value.origin));
    let text = serde_json::to_string_pretty(&document.to_json()).expect("rules are JSON") + "\n";
    Some(Traced::new(text, origin))
}

/// Returns the identifier of the rule number `index`.
pub(super) fn id(rule: &LifecycleRule, index: usize) -> Traced<String> {
    rule.id.clone().unwrap_or_else(|| Traced::literal(format!("rule-{}", index + 1)))
}

fn rule(written: &LifecycleRule, index: usize) -> Value {
    let enabled = written.enabled.clone().unwrap_or_else(|| Traced::literal(true));
    let is = |flag: &Option<Traced<bool>>| flag.clone().filter(|flag| *flag.get());
    let expiration = optional(manifest!({
        Days: written.expire_days,
        Date: written.expire_on.as_ref().map(|day| day.map(|day| format!("{day}T00:00:00Z"))),
        ExpiredObjectAllVersions: is(&written.expire_all_versions),
        ExpiredObjectDeleteMarker: is(&written.expire_delete_markers),
    }));
    manifest!({
        ID: id(written, index),
        Status: enabled.map(|&enabled| if enabled { "Enabled" } else { "Disabled" }),
        Filter: filter(written),
        Expiration: expiration,
        DelMarkerExpiration: optional(manifest!({ Days: written.delete_marker_days })),
        NoncurrentVersionExpiration: optional(manifest!({
            NoncurrentDays: written.noncurrent_days,
            NewerNoncurrentVersions: written.noncurrent_versions,
        })),
        AbortIncompleteMultipartUpload: optional(manifest!({ DaysAfterInitiation: written.abort_uploads_days })),
        Transition: written.transition.as_ref().map(|transition| manifest!({
            Days: transition.days, StorageClass: transition.storage_class,
        })),
    })
}

/// A filter is exactly one of a prefix, a tag, and several of them.
fn filter(written: &LifecycleRule) -> Option<Value> {
    let mut tags: Vec<_> = written.tags.iter().map(|(key, value)| manifest!({ Key: key, Value: value })).collect();
    match (&written.prefix, tags.len()) {
        (None, 0) => None,
        (Some(prefix), 0) => Some(manifest!({ Prefix: prefix })),
        (None, 1) => tags.pop().map(|tag| manifest!({ Tag: tag })),
        (prefix, _) => Some(manifest!({ And: { Prefix: prefix, Tags: tags } })),
    }
}

/// Returns a map that has something in it.
fn optional(map: Value) -> Option<Value> {
    Some(map).filter(|map| !map.as_map().is_some_and(Map::is_empty))
}
