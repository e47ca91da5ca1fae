//! The rules that a `Bucket` is held against.

mod lifecycle;
mod live;

use super::Bucket;
use super::declaration::{Anonymous, Event};
use crate::component::{Context, Maker, Store};
use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::kube::BucketName;
use crate::value::Traced;

pub(super) const RULES: &[Rule] = &[
    INVALID_NAME,
    NOBODY_MAKES_IT,
    NEEDS_ADMIN,
    LOCK_WITHOUT_VERSIONING,
    LOCK_WITHOUT_DAYS,
    ANYBODY,
    UNKNOWN_TARGET,
    SAME_EVENT,
    lifecycle::NO_ACTION,
    lifecycle::SAME_ID,
    lifecycle::CONTRADICTION,
    lifecycle::LOCKED,
    lifecycle::ABORT_ON_MINIO,
    lifecycle::TRANSITION_ON_MINIO,
    lifecycle::ONLY_MINIO,
    live::EXPIRES_LIVE_DATA,
    live::VERSIONS_STAY,
];

const INVALID_NAME: Rule = Rule::error(
    "bucket/invalid-name",
    "the name of a declaration is no name of a bucket",
    "The bucket is called like its declaration, and the store would refuse it.",
    "set `spec.name`",
);

const NOBODY_MAKES_IT: Rule = Rule::error(
    "bucket/nobody-makes-it",
    "a bucket is declared in a store in which this tree makes none",
    "Nothing would make it, and nothing would set it up.",
    "set `buckets: job` or `buckets: s3` of the `ObjectStore`, or delete the `Bucket`",
);

const NEEDS_ADMIN: Rule = Rule::error(
    "bucket/needs-admin",
    "a setting needs more than S3",
    "S3 has no call for it: the Job would fail on a store that is no MinIO.",
    "delete the setting; if the store is a MinIO, set `buckets: job` of the `ObjectStore`",
);

const LOCK_WITHOUT_VERSIONING: Rule = Rule::error(
    "bucket/lock-without-versioning",
    "versioning is turned off in a bucket with object lock",
    "Object lock protects versions: the store refuses to suspend versioning, and the Job fails.",
    "delete `versioning: false`, or `objectLock`",
);

const LOCK_WITHOUT_DAYS: Rule = Rule::warning(
    "bucket/lock-without-days",
    "a mode of object lock has no days",
    "Without days a new version is locked only where whoever writes it asks for that, with a mode of his own.",
    "set `days`, or delete `mode`",
);

const ANYBODY: Rule = Rule::warning(
    "bucket/anybody",
    "a bucket is open to everybody",
    "Whoever reaches the store needs no credentials for it; with `upload` and `public` he can fill it, too.",
    "delete `anonymous`, if that is not wished",
);

const UNKNOWN_TARGET: Rule = Rule::error(
    "bucket/unknown-event-target",
    "events go to a target that the store does not know",
    "The store refuses a target without settings, and the Job fails.",
    "declare it among the `eventTargets` of the `MinIO`, or correct the name",
);

const SAME_EVENT: Rule = Rule::error(
    "bucket/same-event",
    "one target is told twice of the same objects",
    "The store refuses two such events, and the Job fails.",
    "put all `events` into one of them",
);

pub(super) fn lint(bucket: &Bucket, context: &Context) -> Vec<Diagnostic> {
    let Some(name) = bucket.bucket_name() else {
        let why = BucketName::parse(bucket.metadata.name.get().as_str()).err().unwrap_or_default();
        return vec![INVALID_NAME.found(why).decided_at(bucket.metadata.name.origin().spans(), "")];
    };
    let mut found = settings(bucket);
    found.extend(lifecycle::lint(bucket));
    if let Some(store) = context.offers.store(bucket.spec.store.as_ref()) {
        found.extend(in_store(bucket, &name, store));
        found.extend(events(bucket, store));
        found.extend(lifecycle::in_store(bucket, store));
        found.extend(live::lint(bucket, &name, &context.accesses_to(store)));
    }
    found
}

fn settings(bucket: &Bucket) -> Vec<Diagnostic> {
    let spec = &bucket.spec;
    let mut found = Vec::new();
    if let (Some(versioning), Some(_)) = (spec.versioning.as_ref().filter(|on| !on.get()), &spec.object_lock) {
        let message = "versioning cannot be off where there is object lock";
        found.push(LOCK_WITHOUT_VERSIONING.found(message).decided_at(versioning.origin().spans(), ""));
    }
    if let Some((mode, None)) = spec.object_lock.as_ref().and_then(|lock| Some((lock.mode.as_ref()?, &lock.days))) {
        found.push(LOCK_WITHOUT_DAYS.found("`mode` decides nothing").decided_at(mode.origin().spans(), ""));
    }
    let anybody = match spec.anonymous.get() {
        Anonymous::None => return found,
        Anonymous::Download => "read",
        Anonymous::Upload => "write",
        Anonymous::Public => "read, write and delete",
    };
    let message = format!("everybody may {anybody} what is in the bucket");
    found.push(ANYBODY.found(message).decided_at(spec.anonymous.origin().spans(), ""));
    found
}

fn events(bucket: &Bucket, store: &Store) -> Vec<Diagnostic> {
    let events = &bucket.spec.events;
    let mut found = Vec::new();
    for (index, event) in events.iter().enumerate() {
        if super::events::arn(event, &store.event_targets).is_none() {
            let names = store.event_targets.iter().map(|target| target.name.get().as_str());
            let told = UNKNOWN_TARGET.found(format!("store `{}` has no event target `{}`", store.name, event.target));
            let told = match nearest(event.target.get(), names) {
                Some(nearest) => told.help(format!("did you mean `{nearest}`?")),
                None => told,
            };
            found.push(told.decided_at(event.target.origin().and(&store.offered).spans(), ""));
        }
        let same = |other: &&Event| {
            other.target == event.target
                && other.prefix == event.prefix
                && other.suffix == event.suffix
                && other.types().iter().any(|one| event.types().contains(one))
        };
        if let Some(first) = events[..index].iter().find(same) {
            let message = format!("`{}` is told twice of the same", event.target);
            let place = event.target.origin().and(first.target.origin());
            found.push(SAME_EVENT.found(message).decided_at(place.spans(), ""));
        }
    }
    found
}

fn in_store(bucket: &Bucket, name: &Traced<BucketName>, store: &Store) -> Vec<Diagnostic> {
    let maker = store.maker.origin().and(&store.offered);
    match store.maker.get() {
        Maker::Everything(_) => Vec::new(),
        Maker::Buckets(_) => {
            let quota = bucket.spec.quota.iter().map(|quota| {
                let message = format!("store `{}` cannot be told a quota", store.name);
                NEEDS_ADMIN.found(message).decided_at(quota.origin().and(&maker).spans(), "")
            });
            quota.collect()
        }
        Maker::Somebody => {
            let message = format!("nothing makes bucket `{name}` in store `{}`", store.name);
            vec![NOBODY_MAKES_IT.found(message).decided_at(bucket.origin().and(&maker).spans(), "")]
        }
    }
}
