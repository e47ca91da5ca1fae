//! What a person writes to set up a bucket.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::Metadata;
use crate::kube::{BucketName, Day, Quantity};
use crate::value::Traced;

/// A bucket of a store. Its settings are those that stand here: what is left out is taken away from the bucket, but for
/// versioning and object lock, which protect what is in it. A bucket stays when its declaration goes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Bucket {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `Bucket`.
    pub(super) kind: Traced<String>,
    /// Its name, which is that of the bucket unless `spec.name` is another one.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a bucket.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The bucket's name in the store. Default: the name of the declaration.
    pub(super) name: Option<Traced<BucketName>>,
    /// Whether old versions of objects are kept. Default: as it is, and with `objectLock` true.
    pub(super) versioning: Option<Traced<bool>>,
    /// Protects versions of objects against deletion. It can be had only when the bucket is made, and never be taken away.
    pub(super) object_lock: Option<ObjectLock>,
    /// How much fits into the bucket, in bytes. Default: as much as into the store.
    pub(super) quota: Option<Traced<Quantity>>,
    /// What is deleted or moved by and by. Default: nothing.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub(super) lifecycle: Vec<LifecycleRule>,
    /// Who is told when something happens to objects. Default: nobody.
    #[serde(default)]
    pub(super) events: Vec<Event>,
    /// What everybody may do who has no credentials. Default: `none`.
    #[serde(default)]
    pub(super) anonymous: Traced<Anonymous>,
}

/// Protects versions of objects against deletion.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ObjectLock {
    /// Who may delete a version before its time. Default: `governance`.
    pub(super) mode: Option<Traced<Mode>>,
    /// For how many days a new version cannot be deleted. Default: for as long as whoever writes it says.
    #[schemars(range(min = 1))]
    pub(super) days: Option<Traced<i64>>,
}

/// Who may delete a version before its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mode {
    /// Whoever has the right to bypass it.
    #[default]
    Governance,
    /// Nobody.
    Compliance,
}

/// What happens to some of the objects by and by.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LifecycleRule {
    /// Its name, unique in the bucket. Default: `rule-1`, `rule-2` and so on.
    #[schemars(length(min = 1, max = 255))]
    pub(super) id: Option<Traced<String>>,
    /// Whether it is in force. Default: true.
    pub(super) enabled: Option<Traced<bool>>,
    /// What the names of the objects begin with. Default: all objects.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) prefix: Option<Traced<String>>,
    /// Tags that the objects all have. Default: any.
    #[serde(default)]
    pub(super) tags: BTreeMap<String, Traced<String>>,
    /// After how many days an object is deleted.
    #[schemars(range(min = 1))]
    pub(super) expire_days: Option<Traced<i64>>,
    /// The day on which the objects are deleted, in UTC.
    pub(super) expire_on: Option<Traced<Day>>,
    /// Whether all versions of an object are deleted when it expires by `expireDays`. Only MinIO knows it. Default: false.
    pub(super) expire_all_versions: Option<Traced<bool>>,
    /// Whether a delete marker goes that hides no version any more. Default: false.
    pub(super) expire_delete_markers: Option<Traced<bool>>,
    /// After how many days an object goes whose newest version is a delete marker. Only MinIO knows it.
    #[schemars(range(min = 1))]
    pub(super) delete_marker_days: Option<Traced<i64>>,
    /// For how many days an old version is kept.
    #[schemars(range(min = 1))]
    pub(super) noncurrent_days: Option<Traced<i64>>,
    /// How many old versions are kept, however old they are.
    #[schemars(range(min = 1))]
    pub(super) noncurrent_versions: Option<Traced<i64>>,
    /// After how many days an upload in parts is given up that was not finished. MinIO has no such rule: there
    /// `spec.staleUploads` of the `MinIO` says it for all buckets.
    #[schemars(range(min = 1))]
    pub(super) abort_uploads_days: Option<Traced<i64>>,
    /// Moves objects to another storage class of the store. Not on MinIO, which needs a tier that somebody sets up.
    pub(super) transition: Option<Transition>,
}

/// Moves objects to another storage class.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Transition {
    /// After how many days.
    pub(super) days: Traced<i64>,
    /// The storage class, `GLACIER` say.
    #[schemars(length(min = 1))]
    pub(super) storage_class: Traced<String>,
}

/// Something that happens to objects, and who is told of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Event {
    /// The target: the name of one of the `eventTargets` of the `MinIO`, or an ARN that another store understands.
    #[schemars(length(min = 1))]
    pub(super) target: Traced<String>,
    /// What happens to the objects.
    #[schemars(length(min = 1))]
    pub(super) events: Vec<Traced<EventType>>,
    /// What the names of the objects begin with. Default: all objects.
    pub(super) prefix: Option<Traced<String>>,
    /// What the names of the objects end with. Default: all objects.
    pub(super) suffix: Option<Traced<String>>,
}

/// Something that happens to objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum EventType {
    /// An object is written.
    Put,
    /// An object is deleted.
    Delete,
    /// An object is read.
    Get,
    /// An object is replicated, or fails to be.
    Replica,
    /// An object is moved to a tier, or back.
    Ilm,
    /// The scanner finds an object with many versions, or a folder with many objects.
    Scanner,
}

impl Event {
    /// Returns what happens, each once.
    pub(super) fn types(&self) -> Vec<EventType> {
        let mut types: Vec<_> = self.events.iter().map(|one| *one.get()).collect();
        types.sort();
        types.dedup();
        types
    }
}

/// What everybody may do in a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Anonymous {
    /// Nothing.
    #[default]
    None,
    /// List and read objects.
    Download,
    /// Write objects.
    Upload,
    /// List, read, write and delete objects.
    Public,
}

impl Anonymous {
    /// Returns what the client of MinIO calls it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Anonymous::None => "private",
            Anonymous::Download => "download",
            Anonymous::Upload => "upload",
            Anonymous::Public => "public",
        }
    }
}
