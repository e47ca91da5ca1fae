//! The settings of the operator: what it would do differently from one Kubernetes cluster to the next.

use super::install;
use super::versions::Version;
use crate::project::Project;
use crate::value::{Origin, Traced, Value};

/// The settings of a Restate operator.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Who says that there is an operator; nobody where none is.
    pub(super) declared: Origin,
    /// Its version.
    pub(super) version: Traced<Version>,
    /// The namespace that it runs in.
    pub(super) namespace: Traced<String>,
    /// The label of its pods. Without one no policy lets it in.
    pub(super) label: Option<(Traced<String>, Traced<String>)>,
    /// The name of the EKS cluster, where it makes Pod Identity Associations.
    pub(super) aws_pod_identity_association_cluster: Option<Traced<String>>,
    /// Whether it binds Google service accounts.
    pub(super) gcp_workload_identity: Traced<bool>,
    /// The image of tunnels to Restate Cloud.
    pub(super) tunnel_client_default_image: Traced<String>,
    /// The image that canary Jobs and the collector of certificates run.
    pub(super) canary_image: Traced<String>,
    /// The optional custom resources that the cluster serves, by kind.
    pub(super) installed_crds: Vec<Traced<String>>,
}

impl Default for Settings {
    /// Returns the settings of the operator's chart.
    fn default() -> Self {
        let literal = |text: &str| Traced::literal(text.to_owned());
        Self {
            declared: Origin::default(),
            version: Traced::default(),
            namespace: literal("restate-operator"),
            label: Some((literal("app"), literal("restate-operator"))),
            aws_pod_identity_association_cluster: None,
            gcp_workload_identity: Traced::literal(false),
            tunnel_client_default_image: literal("ghcr.io/restatedev/restate-cloud-tunnel-client:0.6.0"),
            canary_image: literal("alpine:3.21"),
            installed_crds: Vec::new(),
        }
    }
}

impl Settings {
    /// Returns the settings where no operator is declared, so that no policy needs to let it in.
    pub(super) fn without_operator() -> Self {
        Self { label: None, ..Self::default() }
    }

    /// Returns the settings of an operator that exists without the project: it is named as a kind of its own, by the
    /// namespace that it runs in, or by the definition that it watches.
    pub(crate) fn external(project: &Project) -> Option<Self> {
        let is_operator = |kind: &str, name: &str| {
            kind == "RestateOperator" || kind == "CustomResourceDefinition" && name == "restateclusters.restate.dev"
        };
        let found =
            project.externals().iter().find(|external| is_operator(external.kind.get(), external.name.get()))?;
        let mut settings = Self { declared: found.kind.origin().clone(), ..Self::default() };
        if let Some(namespace) = &found.namespace {
            settings.namespace = namespace.map(ToString::to_string);
        }
        Some(settings)
    }

    /// Returns the settings as an older tree installed the operator, if it did.
    pub(crate) fn before(&self, objects: &[Value]) -> Option<Self> {
        install::read_back(objects, self)
    }

    /// Returns who says that the cluster serves the custom resource `kind`, if it does.
    pub(super) fn installed(&self, kind: &str) -> Option<&Traced<String>> {
        self.installed_crds.iter().find(|known| known.get() == kind)
    }
}
