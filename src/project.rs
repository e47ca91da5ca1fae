//! The settings of a project that others read: how it is delivered, and where its secrets come from.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{self, Cidr, Name};
use crate::value::Traced;

/// Group and version of the declarations that are bayplan's own.
pub(crate) const API_VERSION: &str = "bayplan.dev/v1alpha1";

/// The rules about the project.
pub(crate) const RULES: &[Rule] = &[SEVERAL, AUDIT_WITHOUT_CILIUM];

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
    #[expect(dead_code, reason = "there is one mode so far")]
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

/// How the tree reaches the cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Deliver {
    /// Delivery by Flux.
    #[serde(default)]
    flux: FluxSettings,
}

/// Delivery by Flux.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FluxSettings {
    /// The source that Flux reads the repository from. Default: the `GitRepository` `flux-system` in `flux-system`.
    #[serde(default)]
    source: FluxSourceSettings,
    /// Where the output stands in the repository. Default: `./kubernetes`. In a fleet, the cluster's name is added.
    path: Option<Traced<String>>,
}

/// A source of Flux.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FluxSourceSettings {
    /// Its kind. Default: `GitRepository`.
    kind: Option<Traced<FluxSourceKind>>,
    /// Its name. Default: `flux-system`.
    name: Option<Traced<Name>>,
    /// Its namespace. Default: `flux-system`.
    namespace: Option<Traced<Name>>,
}

/// The kinds of sources that a Kustomization of Flux can read.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
enum FluxSourceKind {
    /// A git repository.
    #[default]
    GitRepository,
    /// An artifact in an OCI registry.
    #[serde(rename = "OCIRepository")]
    OciRepository,
    /// A bucket.
    Bucket,
}

/// Where secrets come from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Secrets {
    /// `existing`: the tree refers to Secrets that somebody makes; SECRETS.md beside the tree lists them.
    #[serde(default)]
    #[expect(dead_code, reason = "there is one mode so far")]
    mode: Traced<SecretsMode>,
}

/// Where secrets come from.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum SecretsMode {
    /// Somebody makes them.
    #[default]
    Existing,
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

/// The source that Flux reads.
#[derive(Clone, Debug)]
pub(crate) struct FluxSource {
    /// Its kind.
    pub(crate) kind: Traced<&'static str>,
    /// Its name.
    pub(crate) name: Traced<String>,
    /// Its namespace, in which the Kustomizations of Flux live, too.
    pub(crate) namespace: Traced<String>,
}

/// Returns the JSON Schema of a project.
pub(crate) fn schema() -> &'static serde_json::Value {
    static SCHEMA: OnceLock<serde_json::Value> = OnceLock::new();
    SCHEMA.get_or_init(kube::schema_of::<Project>)
}

impl Project {
    /// Returns the source that Flux reads.
    pub(crate) fn flux_source(&self) -> FluxSource {
        let source = &self.spec.deliver.flux.source;
        let name = |name: &Option<Traced<Name>>| {
            name.as_ref()
                .map_or_else(|| Traced::literal("flux-system".to_owned()), |name| name.map(ToString::to_string))
        };
        FluxSource {
            kind: source.kind.clone().unwrap_or_default().map(|kind| match kind {
                FluxSourceKind::GitRepository => "GitRepository",
                FluxSourceKind::OciRepository => "OCIRepository",
                FluxSourceKind::Bucket => "Bucket",
            }),
            name: name(&source.name),
            namespace: name(&source.namespace),
        }
    }

    /// Returns where the output of the cluster `name` stands in the repository, `./kubernetes/alpha`.
    pub(crate) fn flux_path(&self, cluster: Option<&str>) -> Traced<String> {
        let base = self.spec.deliver.flux.path.clone().unwrap_or_else(|| Traced::literal("./kubernetes".to_owned()));
        base.map(|base| {
            let base = base.trim_end_matches('/');
            cluster.map_or_else(|| base.to_owned(), |cluster| format!("{base}/{cluster}"))
        })
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
    pub(crate) fn lint(&self) -> Vec<Diagnostic> {
        let policies = self.policies();
        let audit = *policies.enforcement.get() == Enforcement::Audit && *policies.cni.get() != Cni::Cilium;
        let place = policies.enforcement.origin().and(policies.cni.origin());
        let found = || AUDIT_WITHOUT_CILIUM.found("the mode `audit` needs Cilium").decided_at(place.spans(), "");
        audit.then(found).into_iter().collect()
    }

    /// Returns the objects that exist without this project.
    pub(crate) fn externals(&self) -> &[External] {
        &self.spec.externals
    }
}
