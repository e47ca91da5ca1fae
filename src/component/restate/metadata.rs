//! The metadata of a custom resource: all that a real file may hold.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, OwnerReference};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::kube::{self, LabelValue};
use crate::value::{Checked, Traced};

/// Name, labels and annotations of a custom resource, and what an API server adds to them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ResourceMeta")]
pub(super) struct ResourceMeta<Name = kube::Name, Namespace = String> {
    /// The name. Objects are named like it: that of a RestateCluster has 63 characters at most, that of a
    /// RestateCloudEnvironment 56, and that of a RestateDeployment 52, with a letter at its beginning and no dot.
    pub(super) name: Traced<Name>,
    /// The namespace of a RestateDeployment. The other kinds belong to none, and Kubernetes ignores it.
    pub(super) namespace: Option<Traced<Namespace>>,
    /// Labels for the objects that the resource stands for; of a RestateDeployment, not for a `ReplicaSet`.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "bayplan.label-key" }))]
    pub(super) labels: BTreeMap<String, Traced<LabelValue>>,
    /// Annotations for the objects that the resource stands for, but for wishes to bayplan (`bayplan.dev/…`).
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "format": "bayplan.annotation-key" }))]
    pub(super) annotations: BTreeMap<String, Traced<String>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    creation_timestamp: Option<Traced<String>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    deletion_timestamp: Option<Traced<String>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    deletion_grace_period_seconds: Option<Traced<i64>>,
    /// Who must agree before the resource is deleted; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    finalizers: Option<Vec<Traced<String>>>,
    /// Ignored, since the resource has a name.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    generate_name: Option<Traced<String>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    generation: Option<Traced<i64>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    managed_fields: Option<Vec<Checked<ManagedFieldsEntry>>>,
    /// The objects that the resource belongs to; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    owner_references: Option<Vec<Checked<OwnerReference>>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    resource_version: Option<Traced<String>>,
    /// Set by API servers of old; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    self_link: Option<Traced<String>>,
    /// Set by the API server; ignored.
    #[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
    uid: Option<Traced<String>>,
}
