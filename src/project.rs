//! The settings of a project that others read: how it is delivered, and where its secrets come from.

mod deliver;
mod secrets;

pub(crate) use deliver::{ArgoCd, Deliver, FluxSource, Mode, RULES as DELIVER_RULES};
pub(crate) use secrets::{FIRST, ROTATION, Secrets, SecretsMode, StoreReference};

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{self, Cidr, Name};
use crate::source::Sources;
use crate::value::{Origin, Traced};

/// Group and version of the declarations that are bayplan's own.
pub(crate) const API_VERSION: &str = "bayplan.dev/v1alpha1";

/// The rules about the project.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    [SEVERAL, AUDIT_WITHOUT_CILIUM].iter().chain(secrets::RULES)
}

const AUDIT_WITHOUT_CILIUM: Rule = Rule::error(
    "project/audit-without-cilium",
    "policies are to be seen and not enforced, and the network plugin is not Cilium",
    "A NetworkPolicy denies whatever it does not name: there is no other way to have it.",
    "set `cni: cilium` in the `Project`, or `enforce` the policies, or turn them `off`",
);

/// Told by the compile step.
pub(crate) const SEVERAL: Rule = Rule::error(
    "project/several",
    "there is more than one `Project`",
    "Two sets of settings for one tree contradict each other sooner or later.",
    "keep one of them",
);

/// The settings of a project. At most one; all is optional.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Project {
    /// `bayplan.dev/v1alpha1`.
    #[serde(rename = "apiVersion")]
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Option<Traced<String>>,
    /// `Project`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    kind: Option<Traced<String>>,
    /// Its name, for people.
    #[expect(dead_code, reason = "for people")]
    metadata: Option<ProjectMetadata>,
    /// The settings.
    #[serde(default)]
    spec: Spec,
}

/// The metadata of a project.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProjectMetadata {
    /// Its name, for people.
    #[expect(dead_code, reason = "for people")]
    name: Option<Traced<Name>>,
}

/// The settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    /// How the tree reaches the cluster.
    #[serde(default)]
    deliver: Deliver,
    /// Where secrets come from.
    #[serde(default)]
    secrets: Secrets,
    /// The network plugin, which decides how policies are written. Default: `kubernetes`.
    cni: Option<Traced<Cni>>,
    /// What policies do. Default: what the switch `network_policies_mode` says, else `enforce`.
    network_policies: Option<Traced<Enforcement>>,
    /// The addresses of the API server as CIDRs, for policies that can name it by nothing else. Default: any address.
    #[serde(default)]
    api_server: Vec<Traced<Cidr>>,
    /// Names of further variables whose values must not be seen, beside those whose names say so.
    #[serde(default)]
    #[expect(dead_code, reason = "read before the variables are, and so before the project")]
    secret_variables: Vec<Traced<String>>,
    /// Objects that exist in the cluster without this project, so that references to them are no mistake.
    #[serde(default)]
    externals: Vec<External>,
}

/// The network plugin of a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Cni {
    /// Any that enforces a NetworkPolicy.
    #[default]
    Kubernetes,
    /// Cilium, by CiliumNetworkPolicy.
    Cilium,
}

/// What policies do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Enforcement {
    /// They deny whatever they do not name.
    #[default]
    Enforce,
    /// They deny nothing, and show what they would deny. Needs Cilium.
    Audit,
    /// There are none.
    Off,
}

/// How policies are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies {
    /// The network plugin.
    pub(crate) cni: Traced<Cni>,
    /// What they do.
    pub(crate) enforcement: Traced<Enforcement>,
    /// The addresses of the API server; none stands for any.
    pub(crate) api_server: Vec<Traced<String>>,
}

/// An object that exists in the cluster without this project.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct External {
    /// Its kind, `Secret`.
    pub(crate) kind: Traced<String>,
    /// Its namespace; none for a cluster-scoped one.
    pub(crate) namespace: Option<Traced<Name>>,
    /// Its name.
    pub(crate) name: Traced<String>,
}

/// Returns the JSON Schema of a project.
pub(crate) fn schema() -> &'static serde_json::Value {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    SCHEMA.get_or_init(kube::schema_of::<Project>)
}

impl Project {
    /// Returns how the tree reaches the cluster.
    pub(crate) fn deliver(&self) -> &Deliver {
        &self.spec.deliver
    }

    /// Sets what policies do, unless it is written.
    pub(crate) fn imply_policies(&mut self, enforcement: Traced<Enforcement>) {
        self.spec.network_policies.get_or_insert(enforcement);
    }

    /// Returns how policies are written.
    pub(crate) fn policies(&self) -> Policies {
        let spec = &self.spec;
        Policies {
            cni: spec.cni.clone().unwrap_or_default(),
            enforcement: spec.network_policies.clone().unwrap_or_default(),
            api_server: spec.api_server.iter().map(|address| address.map(ToString::to_string)).collect(),
        }
    }

    /// Returns what contradicts itself in the settings.
    /// `declared` is its declaration.
    pub(crate) fn lint(&self, declared: &Origin) -> Vec<Diagnostic> {
        let policies = self.policies();
        let audit = *policies.enforcement.get() == Enforcement::Audit && *policies.cni.get() != Cni::Cilium;
        let place = policies.enforcement.origin().and(policies.cni.origin());
        let found = || AUDIT_WITHOUT_CILIUM.found("the mode `audit` needs Cilium").decided_at(place.spans(), "");
        audit.then(found).into_iter().chain(self.spec.deliver.lint(declared)).collect()
    }

    /// Returns where secrets come from.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.spec.secrets
    }

    /// Finds the files that the settings name, and returns what is missing.
    pub(crate) fn complete(&mut self, sources: &Sources) -> Vec<Diagnostic> {
        self.spec.secrets.complete(sources)
    }

    /// Returns namespace and name of the Secrets that exist without this project.
    pub(crate) fn external_secrets(&self) -> impl Iterator<Item = (String, String)> {
        let secrets = self.externals().iter().filter(|external| external.kind.get() == "Secret");
        secrets.filter_map(|external| Some((external.namespace.as_ref()?.to_string(), external.name.get().clone())))
    }

    /// Returns the objects that exist without this project.
    pub(crate) fn externals(&self) -> &[External] {
        &self.spec.externals
    }
}
