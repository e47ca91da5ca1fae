//! What a person writes to reach Restate Cloud: the custom resource of the Restate operator 2.8, field for field.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Affinity, EnvVar, PodDNSConfig, ResourceRequirements, Toleration};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::restate::metadata::ResourceMeta;
use crate::value::{Checked, Traced, Verbatim};

/// An environment of Restate Cloud that services of this cluster register with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestateCloudEnvironment {
    /// `restate.dev/v1beta1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `RestateCloudEnvironment`.
    pub(super) kind: Traced<String>,
    /// Name, labels and annotations. The resource belongs to no namespace.
    pub(super) metadata: ResourceMeta,
    /// Which environment, and how it is reached.
    pub(super) spec: Spec,
    /// What the operator found; ignored. Since 3.1.
    #[schemars(extend("type" = "object"))]
    pub(super) status: Option<Verbatim>,
}

/// Which environment, and how it is reached.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// The environment's identifier, `env_…`.
    pub(super) environment_id: Traced<String>,
    /// The short name of its region, such as `us` or `eu`.
    pub(super) region: Traced<String>,
    /// The public key that its requests are signed for, `publickeyv1_…`. It is no secret.
    pub(super) signing_public_key: Traced<String>,
    /// Where the API key of the environment comes from.
    pub(super) authentication: Authentication,
    /// The pods of the tunnel.
    pub(super) tunnel: Option<Tunnel>,
}

/// Where the API key of an environment comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Authentication {
    /// The Secret that holds it, in the namespace of the operator.
    pub(super) secret: SecretReference,
}

/// One key of a Secret in the namespace of the operator.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "TokenReference")]
pub(super) struct SecretReference {
    /// The Secret's name.
    pub(super) name: Traced<String>,
    /// The key in it.
    pub(super) key: Traced<String>,
}

/// The pods of a tunnel.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tunnel {
    /// Whether the pods let everybody who reaches them into the environment, at ports 8080 and 9070. Default: false.
    pub(super) remote_proxy: Option<Traced<bool>>,
    /// Number of pods. Default: 1, by Kubernetes.
    pub(super) replicas: Option<Traced<i32>>,
    /// The image of the tunnel. Default: `tunnelClientDefaultImage` of the operator.
    #[schemars(extend("format" = "bayplan.container-image"))]
    pub(super) image: Option<Traced<String>>,
    /// When the image is pulled: `Always`, `IfNotPresent` or `Never`. Default: as Kubernetes decides by the tag.
    pub(super) image_pull_policy: Option<Traced<String>>,
    /// Environment of the tunnel. An entry takes the place of the operator's default of the same name.
    #[schemars(extend("x-kubernetes-list-map-keys" = ["name"]))]
    pub(super) env: Option<Vec<Checked<EnvVar>>>,
    /// CPU and memory of each pod. Whatever is written here, `{}` included, takes the place of all defaults.
    /// Default: requests of 1 CPU and 1Gi, limits of 2 CPU and 2Gi.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Settings for the resolver of the pods.
    pub(super) dns_config: Option<Checked<PodDNSConfig>>,
    /// How the pods resolve names: `ClusterFirst`, `ClusterFirstWithHostNet`, `Default` or `None`.
    pub(super) dns_policy: Option<Traced<String>>,
    /// Taints that the pods tolerate.
    pub(super) tolerations: Option<Vec<Checked<Toleration>>>,
    /// Node labels that the pods need.
    pub(super) node_selector: Option<BTreeMap<String, Traced<String>>>,
    /// Where the pods may run. Default: anywhere.
    pub(super) affinity: Option<Checked<Affinity>>,
}
