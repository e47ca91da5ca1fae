//! Events of a bucket, and where they go.

use super::Bucket;
use super::declaration::{Event, EventType};
use crate::component::{BucketEvent, EventTarget, Offers};
use crate::value::{Origin, Traced};

impl EventType {
    /// Returns what the client of MinIO calls it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            EventType::Put => "put",
            EventType::Delete => "delete",
            EventType::Get => "get",
            EventType::Replica => "replica",
            EventType::Ilm => "ilm",
            EventType::Scanner => "scanner",
        }
    }

    /// Returns what it stands for in the store. Source: minio/mc, `cmd/client-s3.go`, `AddNotificationConfig`.
    fn in_store(self) -> &'static [&'static str] {
        match self {
            EventType::Put => &["s3:ObjectCreated:*"],
            EventType::Delete => &["s3:ObjectRemoved:*"],
            EventType::Get => &["s3:ObjectAccessed:*"],
            EventType::Replica => &["s3:Replication:*"],
            EventType::Ilm => &["s3:ObjectRestore:*", "s3:ObjectTransition:*"],
            EventType::Scanner => &["s3:Scanner:ManyVersions", "s3:Scanner:BigPrefix"],
        }
    }
}

/// Returns the events whose target is there; the others are told of.
pub(super) fn events(bucket: &Bucket, offers: &Offers) -> Vec<BucketEvent> {
    let targets = offers.store(bucket.spec.store.as_ref()).map_or(&[][..], |store| &store.event_targets[..]);
    let event = |event: &Event| {
        let arn = arn(event, targets)?;
        let types = event.types();
        let mut origin = arn.origin().clone();
        let optional = [event.prefix.as_ref(), event.suffix.as_ref()].into_iter().flatten().map(Traced::origin);
        event.events.iter().map(Traced::origin).chain(optional).for_each(|one| origin.add(one));
        let in_store: Vec<_> = types.iter().flat_map(|one| one.in_store()).copied().collect();
        Some(BucketEvent {
            arn: arn.get().clone(),
            types: types.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(","),
            in_store: in_store.join(","),
            prefix: event.prefix.as_ref().map(|prefix| prefix.get().clone()),
            suffix: event.suffix.as_ref().map(|suffix| suffix.get().clone()),
            origin,
        })
    };
    bucket.spec.events.iter().filter_map(event).collect()
}

/// Returns the ARN of an event's target: that of the store's with this name, or what is written as one.
pub(super) fn arn(event: &Event, targets: &[EventTarget]) -> Option<Traced<String>> {
    let wanted = &event.target;
    if wanted.get().starts_with("arn:") {
        return Some(wanted.clone());
    }
    let target = targets.iter().find(|target| target.name == *wanted)?;
    let origin: Origin = target.arn.origin().and(wanted.origin());
    Some(Traced::new(target.arn.get().clone(), origin))
}
