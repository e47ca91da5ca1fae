//! `RestateOperator`: the settings of the operator that make a difference to its clusters.

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::Settings;
use crate::component::{App, Component, Context};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Name;
use crate::project;
use crate::value::Traced;

/// The Restate operator of a cluster, as far as its settings decide what it makes of its resources.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestateOperator {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `RestateOperator`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    kind: Traced<String>,
    /// Its name, for people.
    #[expect(dead_code, reason = "read before, to tell declarations apart")]
    metadata: OperatorMeta,
    /// Its settings.
    #[serde(default)]
    spec: Spec,
}

/// The metadata of an operator.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OperatorMeta {
    /// Its name, for people.
    #[expect(dead_code, reason = "read before, to tell declarations apart")]
    name: Traced<Name>,
}

/// Settings of the operator.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    /// The namespace that it runs in. Default: `restate-operator`.
    namespace: Option<Traced<Name>>,
    /// The label of its pods, by which policies let it in. Default: `app: restate-operator`, as its chart sets it.
    label: Option<Label>,
    /// The EKS cluster that it makes Pod Identity Associations for. Default: none.
    aws_pod_identity_association_cluster: Option<Traced<String>>,
    /// Whether it binds the Google service accounts that clusters name. Default: false.
    #[serde(default)]
    gcp_workload_identity: Traced<bool>,
    /// The image of tunnels to Restate Cloud. Default: `ghcr.io/restatedev/restate-cloud-tunnel-client:0.6.0`.
    tunnel_client_default_image: Option<Traced<String>>,
    /// The domain of the cluster. Default: `cluster.local`.
    #[expect(dead_code, reason = "decides where versions are registered, which no object tells")]
    cluster_dns: Option<Traced<String>>,
    /// The image that canary Jobs and the collector of certificates run. Default: `alpine:3.21`.
    canary_image: Option<Traced<String>>,
    /// The optional custom resources that the cluster serves. Default: none.
    #[serde(default)]
    installed_crds: Vec<Traced<OptionalKind>>,
}

/// A label; without name or value there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Label {
    /// Its key.
    name: Option<Traced<String>>,
    /// Its value.
    value: Option<Traced<String>>,
}

/// A custom resource that the operator can do without.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
enum OptionalKind {
    /// Puts pods into security groups of AWS.
    SecurityGroupPolicy,
    /// Mounts secrets by the Secrets Store CSI driver.
    SecretProviderClass,
}

impl OptionalKind {
    fn name(self) -> &'static str {
        match self {
            Self::SecurityGroupPolicy => super::cloud::GROUPS_KIND,
            Self::SecretProviderClass => super::extras::KEY_CLASS_KIND,
        }
    }
}

impl Component for RestateOperator {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "RestateOperator";
    const ABOUT: &'static str = "settings of the Restate operator that decide what becomes of a RestateCluster";
    const RULES: &'static [Rule] = &[];

    fn restate_operator(&self) -> Option<Settings> {
        let spec = &self.spec;
        let defaults = Settings::default();
        let label = match &spec.label {
            Some(label) => label.name.clone().zip(label.value.clone()),
            None => defaults.label,
        };
        Some(Settings {
            namespace: spec.namespace.as_ref().map_or(defaults.namespace, |name| name.map(ToString::to_string)),
            label,
            aws_pod_identity_association_cluster: spec.aws_pod_identity_association_cluster.clone(),
            gcp_workload_identity: spec.gcp_workload_identity.clone(),
            tunnel_client_default_image: spec
                .tunnel_client_default_image
                .clone()
                .unwrap_or(defaults.tunnel_client_default_image),
            canary_image: spec.canary_image.clone().unwrap_or(defaults.canary_image),
            installed_crds: spec.installed_crds.iter().map(|kind| kind.map(|kind| kind.name().to_owned())).collect(),
        })
    }

    fn lint(&self, _: &Context) -> Vec<Diagnostic> {
        Vec::new()
    }

    /// The operator itself is installed by something else.
    fn expand(&self, _: &Context) -> Vec<App> {
        Vec::new()
    }
}
