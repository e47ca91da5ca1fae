//! What a person writes to use a store that exists already.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::{CertificateAuthority, Metadata, ServerPods};
use crate::kube::{Cidr, Endpoint, Image, Name};
use crate::value::Traced;

/// An S3 store that somebody else runs: AWS S3, RustFS, Garage, the MinIO of another cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ObjectStore {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `ObjectStore`.
    pub(super) kind: Traced<String>,
    /// Its name, by which others claim buckets in it, and the namespace of the Job that makes them.
    pub(super) metadata: Metadata,
    /// What is known of it.
    pub(super) spec: Spec,
}

/// What is known of a store.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// The URL of its S3 API, `https://s3.eu-central-1.amazonaws.com`, as consumers reach it.
    pub(super) endpoint: Traced<Endpoint>,
    /// The region that clients sign requests for. Default: `us-east-1`.
    pub(super) region: Option<Traced<String>>,
    /// Whether buckets stand in the path of a URL and not in its host. Default: true, but for AWS S3.
    pub(super) path_style: Option<Traced<bool>>,
    /// Who signed its certificate, where the authorities that every system trusts did not.
    pub(super) certificate_authority: Option<CertificateAuthority>,
    /// The pods behind it, where it runs in this cluster: policies see them, and not the Service.
    pub(super) pods: Option<ServerPods>,
    /// Its addresses as CIDRs, where it is outside of the cluster. Default: any address, and where the network plugin is
    /// Cilium, the endpoint's host by its name.
    #[serde(default)]
    pub(super) addresses: Vec<Traced<Cidr>>,
    /// Who makes the buckets that are claimed. Default: `somebody`, and SECRETS.md lists them.
    #[serde(default)]
    pub(super) buckets: Traced<Buckets>,
    /// The Secret with credentials that may make buckets, key `config.env`, where `buckets` is `job` or `s3`. Default:
    /// `NAME-config`.
    pub(super) root_secret_name: Option<Traced<Name>>,
    /// The image of the client that makes buckets. Default: the last one that the community project published.
    pub(super) client_image: Option<Traced<Image>>,
}

/// Who makes the buckets that are claimed in a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Buckets {
    /// Somebody makes buckets and users before the tree is applied.
    #[default]
    Somebody,
    /// A Job makes the buckets, users and policies by the client of MinIO: the store is a MinIO.
    Job,
    /// A Job makes the buckets by S3 alone, which every store understands. Somebody makes users and policies, and
    /// SECRETS.md lists them.
    S3,
}
