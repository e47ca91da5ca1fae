//! Buckets that should become what they can only be made as.

use std::collections::BTreeSet;

use super::Changed;
use crate::diagnostic::Rule;
use crate::value::Value;

pub(super) const LOCK_LATE: Rule = Rule::warning(
    "update/bucket-lock-late",
    "object lock is wanted of a bucket that was made without it",
    "A bucket gets object lock only when it is made: the Job of the store fails, and whatever waits for its buckets waits.",
    "declare a bucket with another name and move the objects there, or delete `objectLock`",
);

/// Compares the scripts of the Job that makes buckets.
pub(super) fn compare(changed: &mut Changed<'_>) {
    if changed.new.id.kind != "ConfigMap" {
        return;
    }
    let script = |value: &Value| value.at(&["data", "buckets.sh"]).and_then(Value::as_str).map(str::to_owned);
    let (Some(old), Some(new)) = (script(changed.old), script(&changed.new.value)) else { return };
    let (unlocked, locked) = (buckets(&old, false), buckets(&new, true));
    for bucket in unlocked.intersection(&locked) {
        changed.found(&LOCK_LATE, &format!("bucket `{bucket}` is there without object lock"), None);
    }
}

/// Returns the buckets that a script makes with object lock, or without.
fn buckets(script: &str, locked: bool) -> BTreeSet<String> {
    let made = script.lines().filter_map(|line| line.strip_prefix("mc mb "));
    let alike = made.filter(|made| made.split(' ').any(|word| word == "--with-lock") == locked);
    alike.filter_map(|made| made.rsplit_once('/').map(|(_, bucket)| bucket.to_owned())).collect()
}
