//! What a person writes to have a Restate cluster: the custom resource of the Restate operator 2.8, field for field.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use k8s_openapi::api::core::v1::{
    Affinity, Container, EnvVar, Lifecycle, PodDNSConfig, ResourceRequirements, Toleration, TopologySpreadConstraint,
    Volume, VolumeMount,
};
use k8s_openapi::api::networking::v1::{NetworkPolicyEgressRule, NetworkPolicyPeer};
use schemars::JsonSchema;
use serde::Deserialize;

use super::metadata::ResourceMeta;
use super::toml::Config;
use crate::value::{Checked, Traced, Value};

/// A Restate cluster in a namespace of its own, which is named like it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestateCluster {
    /// `restate.dev/v1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `RestateCluster`.
    pub(super) kind: Traced<String>,
    /// Name, labels and annotations. The resource belongs to no namespace.
    pub(super) metadata: ResourceMeta,
    /// What is wanted of the cluster.
    pub(super) spec: Spec,
    /// What the operator found; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    status: Option<Status>,
    /// The configuration, read when it is first asked for.
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) toml: OnceLock<Config>,
    /// The resource as it was written, where it is to be delivered as such.
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) written: Option<Value>,
}

/// What is wanted of a Restate cluster.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-bayplan-moved" = { "clusterProvisioning": "it is `cluster.autoProvision`" }))]
pub(super) struct Spec {
    /// The name that the servers know the cluster by. Default: the name of the resource.
    pub(super) cluster_name: Option<Traced<String>>,
    /// How the cluster comes into being.
    pub(super) cluster: Option<Provisioning>,
    /// The configuration of the servers, in TOML. Default: empty.
    pub(super) config: Option<Traced<String>>,
    /// The pods.
    pub(super) compute: Compute,
    /// The volumes.
    pub(super) storage: Storage,
    /// Who may reach the cluster, what it may reach, and its keys.
    pub(super) security: Option<Security>,
}

/// How a cluster comes into being.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Provisioning {
    /// Whether the cluster is provisioned once its first pod runs. The servers' own `auto-provision` must then be false.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub(super) auto_provision: Traced<bool>,
}

/// The pods of a cluster.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Compute {
    /// Number of nodes. Default: 1.
    pub(super) replicas: Option<Traced<i32>>,
    /// The servers' image.
    #[schemars(extend("format" = "bayplan.container-image"))]
    pub(super) image: Traced<String>,
    /// When the image is pulled: `Always`, `IfNotPresent` or `Never`. Default: as Kubernetes decides by the tag.
    pub(super) image_pull_policy: Option<Traced<String>>,
    /// Secrets with credentials for registries.
    #[schemars(extend("x-kubernetes-list-map-keys" = ["name"]))]
    pub(super) image_pull_secrets: Option<Vec<SecretReference>>,
    /// The command, in place of the image's entrypoint.
    pub(super) command: Option<Vec<Traced<String>>>,
    /// Arguments of the command.
    pub(super) args: Option<Vec<Traced<String>>>,
    /// Environment of the servers. An entry takes the place of the operator's default of the same name.
    #[schemars(extend("x-kubernetes-list-map-keys" = ["name"]))]
    pub(super) env: Option<Vec<Checked<EnvVar>>>,
    /// CPU and memory of each node.
    pub(super) resources: Option<Checked<ResourceRequirements>>,
    /// Settings for the resolver of the pods.
    pub(super) dns_config: Option<Checked<PodDNSConfig>>,
    /// How the pods resolve names: `ClusterFirst`, `ClusterFirstWithHostNet`, `Default` or `None`.
    pub(super) dns_policy: Option<Traced<String>>,
    /// Taints that the pods tolerate.
    pub(super) tolerations: Option<Vec<Checked<Toleration>>>,
    /// Node labels that the pods need.
    pub(super) node_selector: Option<BTreeMap<String, Traced<String>>>,
    /// Where the pods may run.
    pub(super) affinity: Option<Checked<Affinity>>,
    /// How the pods spread over nodes and zones.
    #[schemars(extend("x-kubernetes-list-map-keys" = ["topologyKey", "whenUnsatisfiable"]))]
    pub(super) topology_spread_constraints: Option<Vec<Checked<TopologySpreadConstraint>>>,
    /// The priority class of the pods.
    pub(super) priority_class_name: Option<Traced<String>>,
    /// Annotations of the pods alone. Those of the resource win.
    pub(super) annotations: Option<BTreeMap<String, Traced<String>>>,
    /// Labels of the pods alone. Those of the resource win.
    pub(super) labels: Option<BTreeMap<String, Traced<String>>>,
    /// What runs after the start and before the stop of the server.
    pub(super) lifecycle: Option<Checked<Lifecycle>>,
    /// Containers that run beside the server, as init containers that are always restarted.
    #[schemars(extend("x-kubernetes-list-map-keys" = ["name"]))]
    pub(super) sidecars: Option<Vec<Checked<Container>>>,
    /// How long a server may take to stop, in seconds. Default: 60.
    pub(super) termination_grace_period_seconds: Option<Traced<i64>>,
    /// More volumes for the pods.
    pub(super) extra_volumes: Option<Vec<Checked<Volume>>>,
    /// More mounts for the server.
    pub(super) extra_volume_mounts: Option<Vec<Checked<VolumeMount>>>,
}

/// The name of a Secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretReference {
    /// The name.
    pub(super) name: Traced<String>,
}

/// The volumes of a cluster: one for each node.
#[expect(clippy::struct_field_names, reason = "the fields are called as upstream calls them")]
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Storage {
    /// The storage class. Default: the Kubernetes cluster's default class. It cannot be changed later.
    pub(super) storage_class_name: Option<Traced<String>>,
    /// Size of each volume in bytes. It may grow, and never shrink.
    #[schemars(range(min = 1))]
    pub(super) storage_request_bytes: Traced<i64>,
    /// The class of attributes that the volumes get.
    pub(super) volume_attributes_class_name: Option<Traced<String>>,
}

/// Who may reach a cluster, what it may reach, and its keys.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Security {
    /// Annotations of the Service `restate`.
    pub(super) service_annotations: Option<BTreeMap<String, Traced<String>>>,
    /// Annotations of the ServiceAccount.
    pub(super) service_account_annotations: Option<BTreeMap<String, Traced<String>>>,
    /// The AWS role that the pods get by an EKS Pod Identity Association.
    pub(super) aws_pod_identity_association_role_arn: Option<Traced<String>>,
    /// AWS security groups of the pods.
    pub(super) aws_pod_security_groups: Option<Vec<Traced<String>>>,
    /// Whether to do without any NetworkPolicy. Default: false.
    pub(super) disable_network_policies: Option<Traced<bool>>,
    /// Who may reach the ports of the cluster.
    pub(super) network_peers: Option<NetworkPeers>,
    /// Whether the operator may reach the admin port. Default: true.
    pub(super) allow_operator_access_to_admin: Option<Traced<bool>>,
    /// What the pods may reach, beside DNS, the public internet, each other, and pods that carry
    /// `allow.restate.dev/NAME: "true"`. Ports are those of pods, not of Services.
    pub(super) network_egress_rules: Option<Vec<Checked<NetworkPolicyEgressRule>>>,
    /// The key that the servers sign their requests to services with.
    pub(super) request_signing_private_key: Option<SigningKey>,
    /// Certificates of authorities that the servers trust beside the public ones.
    pub(super) trusted_ca_certs: Option<Vec<SecretKey>>,
}

/// Who may reach the ports of a cluster. An empty list lets everybody in; an absent one nobody.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NetworkPeers {
    /// Who may call services: port 8080.
    pub(super) ingress: Option<Vec<Checked<NetworkPolicyPeer>>>,
    /// Who may administer: port 9070.
    pub(super) admin: Option<Vec<Checked<NetworkPolicyPeer>>>,
    /// Who may reach the nodes, for metrics or `restatectl`: port 5122. The nodes reach each other in any case.
    pub(super) node: Option<Vec<Checked<NetworkPolicyPeer>>>,
    /// The old spelling of `node`, used where that is absent.
    pub(super) metrics: Option<Vec<Checked<NetworkPolicyPeer>>>,
}

/// The key that the servers sign their requests with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SigningKey {
    /// The version of the protocol: `v1`.
    pub(super) version: Traced<String>,
    /// A Secret that holds the key.
    pub(super) secret: Option<SecretKey>,
    /// A provider of the Secrets Store CSI driver that holds the key.
    pub(super) secret_provider: Option<SecretProvider>,
}

/// One key of a Secret in the cluster's namespace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretKey {
    /// The Secret's name.
    pub(super) secret_name: Traced<String>,
    /// The key in it.
    pub(super) key: Traced<String>,
}

/// A provider of the Secrets Store CSI driver.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretProvider {
    /// Parameters of the provider, as its documentation names them.
    pub(super) parameters: Option<BTreeMap<String, Traced<String>>>,
    /// Where the key stands in the mounted volume.
    pub(super) path: Traced<String>,
    /// The provider, such as `aws`, `azure`, `gcp` or `vault`: not the name of the driver.
    pub(super) provider: Option<Traced<String>>,
}

/// What the operator found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "allowed in the input, and ignored as the API server ignores it")]
struct Status {
    /// Its conditions.
    conditions: Option<Vec<Condition>>,
    /// Whether the cluster was provisioned.
    provisioned: Option<Traced<bool>>,
}

/// One condition.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "allowed in the input, and ignored as the API server ignores it")]
pub(super) struct Condition {
    /// When it last changed.
    last_transition_time: Option<Traced<String>>,
    /// Details, for people.
    message: Option<Traced<String>>,
    /// Why, in one word.
    reason: Option<Traced<String>>,
    /// `True`, `False` or `Unknown`.
    status: Traced<String>,
    /// What it is about.
    r#type: Traced<String>,
}
