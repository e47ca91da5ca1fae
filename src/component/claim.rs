//! What one component asks of another, and what it offers: the only channel between components.

use std::collections::BTreeMap;

use super::part::AppId;
use crate::kube::BucketName;
use crate::value::{Origin, Text, Traced};

/// Buckets in a store that one consumer needs, with a user who may use them and a way to reach them.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// The store by `name` or `namespace/name`; without it the only one there is.
    pub(crate) store: Option<Traced<String>>,
    /// The user's name: also that of the policy.
    pub(crate) user: Traced<String>,
    /// The buckets.
    pub(crate) buckets: Vec<Traced<BucketName>>,
    /// What the user may do with what is in them.
    pub(crate) permissions: Permissions,
    /// The Secret that the consumer reads its credentials from.
    pub(crate) credentials: Credentials,
    /// The pods that reach the store.
    pub(crate) pods: Pods,
    /// The declaration that claims.
    pub(crate) claimant: Origin,
}

/// What a user may do with the objects in its buckets, beside listing them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Permissions {
    /// Read, write and delete objects.
    ReadWriteDelete,
}

impl Permissions {
    /// Returns the actions on objects, as a policy names them.
    pub(crate) fn object_actions(self) -> &'static [&'static str] {
        match self {
            Permissions::ReadWriteDelete => &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        }
    }
}

/// A Secret with an access key and its secret key.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    /// The Secret's namespace: the consumer's.
    pub(crate) namespace: Traced<String>,
    /// The Secret's name.
    pub(crate) name: Traced<String>,
    /// The key that holds the access key.
    pub(crate) access_key: &'static str,
    /// The key that holds the secret key.
    pub(crate) secret_key: &'static str,
}

/// A Secret that the tree refers to and that somebody makes, since none enters the tree.
#[derive(Clone, Debug)]
pub(crate) struct NeededSecret {
    /// Its namespace.
    pub(crate) namespace: Traced<String>,
    /// Its name.
    pub(crate) name: Traced<String>,
    /// Its keys, and what each holds.
    pub(crate) keys: Vec<(Text, Traced<String>)>,
    /// What it is for.
    pub(crate) purpose: Traced<String>,
    /// The declaration that needs it.
    pub(crate) claimant: Origin,
}

/// Pods by namespace and labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pods {
    /// The namespace.
    pub(crate) namespace: Traced<String>,
    /// Labels that the pods really carry. None stands for every pod of the namespace.
    pub(crate) labels: BTreeMap<String, Traced<String>>,
}

/// An S3 store that buckets can be claimed in.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// Its name.
    pub(crate) name: Traced<String>,
    /// Its namespace.
    pub(crate) namespace: Traced<String>,
    /// The host that consumers reach it at, without a port.
    pub(crate) host: Traced<String>,
    /// Whether it speaks TLS.
    pub(crate) tls: Traced<bool>,
    /// The region that clients sign requests for.
    pub(crate) region: Traced<String>,
    /// Whether buckets stand in the path of a URL and not in its host.
    pub(crate) path_style: bool,
    /// The pods behind it.
    pub(crate) pods: Pods,
    /// The port of the pods, which network policies see; not that of the Service.
    pub(crate) pod_port: u16,
    /// The stage after which the claimed buckets and users exist.
    pub(crate) buckets_stage: Traced<AppId>,
    /// The declaration that offers it.
    pub(crate) offered: Origin,
}

impl Store {
    /// Returns the URL of the S3 API; the port follows from the scheme.
    pub(crate) fn url(&self) -> Traced<String> {
        let url = self.host.zip(&self.tls, |host, &tls| format!("{}://{host}", if tls { "https" } else { "http" }));
        url.because(&self.offered)
    }
}
