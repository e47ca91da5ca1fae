//! What a person writes to have a BuildKit.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ResourceRequirements, Toleration};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::{Connection, CredentialSettings, Metadata, StoreKind};
use crate::kube::{BucketName, Duration, Image, LabelValue, Name, Quantity};
use crate::value::{Checked, Traced};

/// A BuildKit: a daemon that builds images, with its cache in a bucket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BuildKit {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `BuildKit`.
    pub(super) kind: Traced<String>,
    /// Name and namespace. Its Service is named after it: `tcp://NAME.NAMESPACE.svc:1234`.
    pub(super) metadata: Metadata,
    /// What is wanted of it.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// What is wanted of a BuildKit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// With which rights the daemon runs. Default: `rootless`.
    #[serde(default)]
    pub(super) mode: Traced<Mode>,
    /// The image. Default: the one that bayplan knows, as the mode needs it.
    pub(super) image: Option<Traced<Image>>,
    /// Number of pods, each with a volume of its own. Default: 1.
    #[schemars(range(min = 1))]
    pub(super) replicas: Option<Traced<i64>>,
    /// The cache that builds share.
    #[serde(default)]
    pub(super) cache: Cache,
    /// Size of each pod's volume, which nobody can change later. Default: `20Gi`.
    pub(super) size: Option<Traced<Quantity>>,
    /// Storage class of the volumes. Default: the cluster's default class.
    pub(super) storage_class_name: Option<Traced<String>>,
    /// Resources of each pod. Default: requests of 500m CPU and 1Gi memory, and a memory limit of 4Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Labels of the nodes that it may run on.
    #[serde(default)]
    pub(super) node_selector: BTreeMap<String, Traced<String>>,
    /// Taints that it bears.
    #[serde(default)]
    pub(super) tolerations: Vec<Checked<Toleration>>,
    /// The Secret with the certificate of the daemon: `tls.crt`, `tls.key`, and `ca.crt`, whose certificates clients must
    /// show. Default: none, and whoever reaches the daemon may build.
    pub(super) tls_secret_name: Option<Traced<Name>>,
    /// More configuration of the daemon, the text of a `buildkitd.toml`.
    pub(super) configuration: Option<Traced<String>>,
    /// Who may reach the daemon. Default: every pod of the namespace.
    #[serde(default)]
    pub(super) clients: Vec<Client>,
    /// Whom builds reach beside the store, and web servers outside of the cluster: a registry of the cluster, say.
    #[serde(default)]
    pub(super) connections: Vec<Connection>,
}

/// With which rights the daemon runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mode {
    /// As a user without rights, in namespaces of its own: the kernel's calls must not be filtered.
    #[default]
    Rootless,
    /// With all rights of the node.
    Privileged,
}

/// The cache that builds share.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cache {
    /// Where it is. Default: `s3` where somebody offers a store or one is named, else `filesystem`: each pod then has its
    /// own.
    #[serde(rename = "type")]
    pub(super) kind: Option<Traced<StoreKind>>,
    /// The store, as `NAME` or `NAMESPACE/NAME`. Default: the only one there is.
    pub(super) store: Option<Traced<String>>,
    /// The bucket. Nobody deletes what is in it but a lifecycle of the bucket. Default: `NAME-cache`.
    pub(super) bucket: Option<Traced<BucketName>>,
    /// What the names of all objects begin with. Default: nothing.
    pub(super) prefix: Option<Traced<String>>,
    /// The name that a build stores its cache under, unless the build says another one. Default: `buildkit`.
    pub(super) name: Option<Traced<String>>,
    /// Which layers are stored. Default: `max`.
    #[serde(default)]
    pub(super) mode: Traced<CacheMode>,
    /// After which time what a build still uses is stored again as new. A lifecycle that deletes objects must leave them
    /// for longer than this and the time between two builds. Default: `24h`.
    pub(super) touch_refresh: Option<Traced<Duration>>,
    /// The credentials for the store: a Secret with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, by default
    /// `NAME-s3-credentials`.
    #[serde(default)]
    pub(super) credentials: CredentialSettings,
}

/// Which layers are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum CacheMode {
    /// Those of every step.
    #[default]
    Max,
    /// Those of the image alone.
    Min,
}

/// Pods that may reach the daemon.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Client {
    /// Their namespace.
    pub(super) namespace: Traced<Name>,
    /// Labels that they carry. Default: every pod of the namespace.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "bayplan.label-key" }))]
    pub(super) labels: BTreeMap<String, Traced<LabelValue>>,
}

impl Mode {
    pub(super) fn is_rootless(self) -> bool {
        self == Mode::Rootless
    }
}

impl CacheMode {
    pub(super) fn name(self) -> &'static str {
        match self {
            CacheMode::Max => "max",
            CacheMode::Min => "min",
        }
    }
}
