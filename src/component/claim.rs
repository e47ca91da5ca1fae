//! What one component asks of another: with `Store` the only channel between components.

use super::credential::Credential;
use super::network::Pods;
use crate::kube::BucketName;
use crate::value::{Origin, Traced};

/// Something that one component asks of another.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    /// Buckets of a store, with a user who may use them.
    Access(Access),
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
    /// The declaration that claims.
    pub(crate) claimant: Origin,
}

/// What a user may do with the objects in its buckets, beside listing them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Permissions {
    /// Read objects.
    Read,
    /// Read and write objects.
    ReadWrite,
    /// Read, write and delete objects.
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
        }
    }

    /// Returns what puts claims in order.
    pub(crate) fn key(&self) -> (&str, &str) {
        match self {
            Claim::Access(access) => (access.user.get(), access.namespace.get()),
        }
    }

    /// Returns the declaration that claims.
    pub(crate) fn claimant(&self) -> &Origin {
        match self {
            Claim::Access(access) => &access.claimant,
        }
    }
}
