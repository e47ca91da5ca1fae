//! What a person writes to run services: the custom resource of the Restate operator 2.8, field for field.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::component::restate::declaration::Condition;
use crate::component::restate::metadata::ResourceMeta;
use crate::kube::{Name, Subdomain};
use crate::value::{Checked, Traced, Verbatim};

/// Services of Restate in versions: each version keeps its pods until Restate has no work for it any more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestateDeployment {
    /// `restate.dev/v1beta1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `RestateDeployment`.
    pub(super) kind: Traced<String>,
    /// Name, namespace, labels and annotations.
    pub(super) metadata: ResourceMeta<Subdomain, Name>,
    /// What is wanted of the services.
    pub(super) spec: Spec,
    /// What the operator found. Only its count of collisions is read, which is part of a version's name.
    pub(super) status: Option<Status>,
}

/// What is wanted of the services.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// What runs the versions. Default: `replicaset`. It cannot be changed once it is set.
    pub(super) deployment_mode: Option<Traced<Mode>>,
    /// Settings for Knative, needed in that mode (`{}` is enough) and ignored in the other one.
    pub(super) knative: Option<Knative>,
    /// Number of pods of each version. Ignored with Knative. Default: 1.
    #[schemars(range(min = 0), extend("default" = 1))]
    pub(super) replicas: Option<Traced<i32>>,
    /// How many versions without pods are kept, for a way back. Default: 10.
    #[schemars(range(min = 0), extend("default" = 10))]
    #[expect(dead_code, reason = "decides what the operator deletes, and no object")]
    revision_history_limit: Option<Traced<i32>>,
    /// How long a pod must be ready before it counts, in seconds. Ignored with Knative. Default: 0, by Kubernetes.
    #[schemars(range(min = 0))]
    pub(super) min_ready_seconds: Option<Traced<i32>>,
    /// Which pods belong to the deployment: it must match the labels of the template. Ignored with Knative. Default: those of a version.
    pub(super) selector: Option<Checked<LabelSelector>>,
    /// The pods.
    pub(super) template: Template,
    /// How Restate learns of the services.
    pub(super) restate: Restate,
    /// The spec of a `HorizontalPodAutoscaler` for each version but the latest, as long as Restate needs it; without
    /// `scaleTargetRef`, which the operator sets. Not with Knative.
    #[schemars(extend("type" = "object"))]
    pub(super) autoscaling: Option<Verbatim>,
}

/// What runs the versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// A `ReplicaSet` and a Service for each version.
    Replicaset,
    /// A Configuration and a Route of Knative for each version.
    Knative,
}

/// Settings for Knative.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Knative {
    /// The version's name, kept while revisions replace each other. Default: a hash of the template, so that every
    /// change makes a version.
    #[schemars(extend("pattern" = "^[a-z]([-a-z0-9]*[a-z0-9])?$"))]
    pub(super) tag: Option<Traced<String>>,
    /// Least number of pods. Default: 0.
    #[schemars(range(min = 0))]
    pub(super) min_scale: Option<Traced<i32>>,
    /// Greatest number of pods. Default: no limit.
    #[schemars(range(min = 0))]
    pub(super) max_scale: Option<Traced<i32>>,
    /// How many requests one pod has at a time. Default: 100, by Knative.
    #[schemars(range(min = 0))]
    pub(super) target: Option<Traced<i32>>,
}

/// The pods.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PodTemplate")]
pub(super) struct Template {
    /// Their labels and annotations.
    pub(super) metadata: Option<TemplateMeta>,
    /// Their spec, a `PodSpec` of Kubernetes, and with Knative also the fields of a Revision. It is handed on as it is.
    pub(super) spec: Verbatim,
}

/// Labels and annotations of pods.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TemplateMeta {
    /// Annotations of the pods.
    pub(super) annotations: Option<BTreeMap<String, Traced<String>>>,
    /// Labels of the pods.
    pub(super) labels: Option<BTreeMap<String, Traced<String>>>,
}

/// How Restate learns of the services.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Restate {
    /// With which Restate they are registered: exactly one.
    #[schemars(extend("oneOf" = [
        { "required": ["cluster"] }, { "required": ["cloud"] }, { "required": ["service"] }, { "required": ["url"] },
    ]))]
    pub(super) register: Register,
    /// The path at which the services are found. Default: `/`.
    pub(super) service_path: Option<Traced<String>>,
    /// Whether Restate speaks HTTP/1.1 to them. Default: false.
    pub(super) use_http11: Option<Traced<bool>>,
    /// How Restate Cloud reaches them. Default: `external`.
    pub(super) tunnel_mode: Option<Traced<TunnelMode>>,
    /// How long a version that Restate does not need any more is kept, in seconds. Default: 300.
    #[schemars(range(min = 0))]
    #[expect(dead_code, reason = "decides what the operator deletes, and no object")]
    drain_delay_seconds: Option<Traced<i64>>,
    /// What becomes of invocations that are under way when the deployment is deleted. Since 3.1. Default: `drain`.
    pub(super) delete_policy: Option<Traced<DeletePolicy>>,
    /// How long they are waited for. Since 3.1.
    pub(super) drain: Option<Drain>,
}

/// What becomes of invocations that are under way when their deployment is deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum DeletePolicy {
    /// They are waited for.
    Drain,
    /// They are abandoned.
    Force,
}

/// How long invocations are waited for when their deployment is deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Drain {
    /// How long, in seconds. Default: 3600.
    #[schemars(range(min = 0))]
    pub(super) timeout_seconds: Option<Traced<i64>>,
    /// What then. Default: `hold`.
    pub(super) on_timeout: Option<Traced<OnTimeout>>,
}

/// What becomes of invocations that are still under way when the time is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum OnTimeout {
    /// They are still waited for, and the delay is told.
    Hold,
    /// They are abandoned.
    Force,
}

/// How Restate Cloud reaches services.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TunnelMode {
    /// By the pods that the operator runs for the RestateCloudEnvironment.
    External,
    /// By a tunnel that the pods of the services open themselves. It needs `register.cloud`, and no Knative.
    InProcess,
}

/// With which Restate services are registered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Register {
    /// The name of a RestateCluster.
    pub(super) cluster: Option<Traced<String>>,
    /// The name of a RestateCloudEnvironment.
    pub(super) cloud: Option<Traced<String>>,
    /// A Service in front of the admin API.
    pub(super) service: Option<AdminService>,
    /// The URL of the admin API.
    pub(super) url: Option<Traced<String>>,
}

/// A Service in front of an admin API.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AdminService {
    /// Its name.
    pub(super) name: Traced<String>,
    /// Its namespace.
    pub(super) namespace: Traced<String>,
    /// A path, which the operator loses: it calls `/query` and `/deployments` at the root.
    pub(super) path: Option<Traced<String>>,
    /// Its port. Default: 9070.
    #[schemars(range(min = 1, max = 65535))]
    #[expect(dead_code, reason = "decides where versions are registered, which no object tells")]
    port: Option<Traced<i32>>,
}

/// What the operator found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "DeploymentStatus")]
#[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
pub(super) struct Status {
    /// Number of available pods of the latest version.
    available_replicas: Option<Traced<i32>>,
    /// How often the name of a version was taken by another one.
    pub(super) collision_count: Option<Traced<i32>>,
    /// Its conditions.
    conditions: Option<Vec<Condition>>,
    /// By which identifier Restate knows the latest version.
    deployment_id: Option<Traced<String>>,
    /// Number of pods that are wanted.
    desired_replicas: Option<Traced<i32>>,
    /// What Knative made.
    knative: Option<KnativeStatus>,
    /// The selector of the pods, as text.
    label_selector: Option<Traced<String>>,
    /// Which generation of the resource this is about.
    observed_generation: Option<Traced<i64>>,
    /// Number of ready pods of the latest version.
    ready_replicas: Option<Traced<i32>>,
    /// Number of pods of the latest version.
    replicas: Traced<i32>,
    /// Number of unavailable pods of the latest version.
    unavailable_replicas: Option<Traced<i32>>,
}

/// What Knative made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "allowed in the input, as in a resource that was read from a cluster")]
pub(super) struct KnativeStatus {
    /// The Configuration.
    configuration_name: Option<Traced<String>>,
    /// The latest ready Revision.
    latest_revision: Option<Traced<String>>,
    /// The Route.
    route_name: Option<Traced<String>>,
    /// The URL of the Route.
    url: Option<Traced<String>>,
}

impl RestateDeployment {
    /// Returns what runs the versions. A block for Knative alone does not choose it.
    pub(super) fn mode(&self) -> Mode {
        self.spec.deployment_mode.as_ref().map_or(Mode::Replicaset, |mode| *mode.get())
    }

    /// Whether the pods open the tunnel to Restate Cloud themselves.
    pub(super) fn is_in_process(&self) -> bool {
        self.spec.restate.tunnel_mode.as_ref().is_some_and(|mode| *mode.get() == TunnelMode::InProcess)
    }

    /// Returns the name.
    pub(super) fn name(&self) -> Traced<String> {
        self.metadata.name.map(ToString::to_string)
    }

    /// Returns the namespace: without one it is `default`, as for whoever applies a file.
    pub(super) fn namespace(&self) -> Traced<String> {
        let written = self.metadata.namespace.as_ref();
        written.map_or_else(|| Traced::literal("default".to_owned()), |name| name.map(ToString::to_string))
    }
}
