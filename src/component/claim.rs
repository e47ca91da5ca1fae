//! What one component asks of another: with `Store` the only channel between components.

use schemars::JsonSchema;
use serde::Deserialize;

use super::credential::Credential;
use super::network::Pods;
use crate::kube::{BucketName, Duration, Quantity};
use crate::value::{Origin, Traced};

/// Something that one component asks of another.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// Buckets of a store, with a user who may use them.
    Access(Access),
    /// The settings of a bucket, which then is made in any case.
    Bucket(BucketSettings),
}

/// Buckets in a store that one consumer needs, with a user who may use them and a way to reach them.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The store by `name` or `namespace/name`; without it the only one there is.
    pub(crate) store: Option<Traced<String>>,
    /// The user's name: also that of the policy.
    pub(crate) user: Traced<String>,
    /// The buckets.
    pub(crate) buckets: Vec<Traced<BucketName>>,
    /// What the user may do with what is in them.
    pub(crate) permissions: Permissions,
    /// The user's keys.
    pub(crate) credential: Credential,
    /// The namespace of the consumer.
    pub(crate) namespace: Traced<String>,
    /// The pods that reach the store; none where the consumer is outside of the cluster.
    pub(crate) pods: Option<Pods>,
    /// The objects that the consumer deletes itself: nobody else may do it while it needs them.
    pub(crate) manages: Vec<Managed>,
    /// The declaration that claims.
    pub(crate) claimant: Origin,
}

/// Objects that a consumer deletes itself, once it needs them no more.
#[derive(Clone, Debug)]
pub(crate) struct Managed {
    /// Their bucket.
    pub(crate) bucket: Traced<BucketName>,
    /// What their names begin with; empty for all of the bucket.
    pub(crate) prefix: String,
    /// For how many days it needs each of them at the most. None stands for as long as it likes.
    pub(crate) days: Option<Traced<i64>>,
    /// What they are, in a message: `logs`.
    pub(crate) what: &'static str,
}

impl Managed {
    /// Returns what stands for all objects of a bucket, of which each is needed as long as `retention` says, or as long as
    /// the consumer likes.
    pub(crate) fn all(
        bucket: Option<Traced<BucketName>>,
        retention: Option<Traced<Duration>>,
        what: &'static str,
    ) -> Option<Self> {
        const DAY: u64 = 86_400;
        let days = |kept: &Duration| i64::try_from(kept.seconds().div_ceil(DAY)).unwrap_or(i64::MAX);
        let days = retention.map(|retention| retention.map(days));
        Some(Self { bucket: bucket?, prefix: String::new(), days, what })
    }
}

/// The settings of one bucket. Whoever claims them owns them: what is not set is taken away, but for versioning and object
/// lock, which protect what is there.
#[derive(Clone, Debug)]
pub(crate) struct BucketSettings {
    /// The store by `name` or `namespace/name`; without it the only one there is.
    pub(crate) store: Option<Traced<String>>,
    /// The bucket.
    pub(crate) name: Traced<BucketName>,
    /// Whether old versions of objects are kept; without it as it is.
    pub(crate) versioning: Option<Traced<bool>>,
    /// Whether versions can be locked against deletion, and for how long new ones are.
    pub(crate) lock: Option<Traced<Option<Retention>>>,
    /// How much fits into it.
    pub(crate) quota: Option<Traced<Quantity>>,
    /// What is deleted by and by: the rules as S3 reads them, in JSON.
    pub(crate) lifecycle: Option<Traced<String>>,
    /// What is told of when something happens to objects.
    pub(crate) events: Vec<BucketEvent>,
    /// What everybody may do, as the client of MinIO calls it.
    pub(crate) anonymous: Traced<&'static str>,
    /// The namespace of the declaration.
    pub(crate) namespace: Traced<String>,
    /// The declaration that claims.
    pub(crate) claimant: Origin,
}

/// Something that happens to objects, and who is told of it.
#[derive(Clone, Debug)]
pub(crate) struct BucketEvent {
    /// The target, as the store calls it.
    pub(crate) arn: String,
    /// What happens, as the client of MinIO calls it: `put,delete`.
    pub(crate) types: String,
    /// What happens, as the store calls it.
    pub(crate) in_store: String,
    /// What the names of the objects begin with.
    pub(crate) prefix: Option<String>,
    /// What the names of the objects end with.
    pub(crate) suffix: Option<String>,
    /// Who decides all of it.
    pub(crate) origin: Origin,
}

/// For how long a new version of an object cannot be deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Retention {
    /// The mode, as S3 calls it.
    pub(crate) mode: &'static str,
    /// How many days.
    pub(crate) days: i64,
}

/// What a user may do with the objects in its buckets, beside listing them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Permissions {
    /// Read objects.
    Read,
    /// Read and write objects.
    ReadWrite,
    /// Read, write and delete objects.
    #[default]
    ReadWriteDelete,
    /// Read, write and delete objects, and look after uploads in parts that were not finished.
    ReadWriteDeleteParts,
}

impl Permissions {
    /// Returns the actions on buckets, as a policy names them.
    pub(crate) fn bucket_actions(self) -> &'static [&'static str] {
        match self {
            Permissions::ReadWriteDeleteParts => {
                &["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
            }
            _ => &["s3:GetBucketLocation", "s3:ListBucket"],
        }
    }

    /// Returns the actions on objects, as a policy names them.
    pub(crate) fn object_actions(self) -> &'static [&'static str] {
        match self {
            Permissions::Read => &["s3:GetObject"],
            Permissions::ReadWrite => &["s3:GetObject", "s3:PutObject"],
            Permissions::ReadWriteDelete => &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            Permissions::ReadWriteDeleteParts => &[
                "s3:GetObject",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
            ],
        }
    }
}

impl Claim {
    /// Returns the store that it is made in, as the claimant names it.
    pub(crate) fn store(&self) -> Option<&Traced<String>> {
        match self {
            Claim::Access(access) => access.store.as_ref(),
            Claim::Bucket(bucket) => bucket.store.as_ref(),
        }
    }

    /// Returns what puts claims in order.
    pub(crate) fn key(&self) -> (&str, &str) {
        match self {
            Claim::Access(access) => (access.user.get(), access.namespace.get()),
            Claim::Bucket(bucket) => (bucket.name.get().as_str(), bucket.namespace.get()),
        }
    }

    /// Returns the declaration that claims.
    pub(crate) fn claimant(&self) -> &Origin {
        match self {
            Claim::Access(access) => &access.claimant,
            Claim::Bucket(bucket) => &bucket.claimant,
        }
    }
}
