//! `RestateDeployment`: services in versions, as the Restate operator 2.8 makes them.

mod declaration;
mod in_process;
mod knative;
mod lint;
mod metadata;
mod pods;
mod replica_set;
mod stored;
mod url;
mod version;

use super::making::{LAST_APPLIED, Texts, is_wish};
use super::needs_operator;
use super::registry::Registry;
use super::resource::Resource;
use crate::component::{App, AppId, Component, Context, Health, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube;
use crate::value::{Traced, text};
use declaration::{Mode, RestateDeployment};
use in_process::Tunnel;
use version::Version;

/// A declared deployment.
pub(in super::super) type Deployment = Resource<RestateDeployment>;

/// The annotation that tells the tunnel that pods open themselves. A user's is not handed on.
const TUNNEL_NAME: &str = "restate.dev/tunnel-name";

/// Without conditions Flux would call it ready before the operator has seen it.
const HEALTH: Health = Health {
    api_version: Deployment::API_VERSION,
    kind: Deployment::KIND,
    current: "has(status.conditions) && status.conditions.exists(e, e.type == 'Ready' && e.status == 'True')",
    in_progress: "!has(status.conditions) || status.conditions.exists(e, e.type == 'Ready' && e.status == 'False')",
    failed: "has(status.conditions) && status.conditions.exists(e, e.type == 'Ready' && e.status == 'Unknown' && e.reason == 'FailedReconcile')",
};

impl Component for Deployment {
    const API_VERSION: &'static str = "restate.dev/v1beta1";
    const KIND: &'static str = "RestateDeployment";
    const ABOUT: &'static str = "services of Restate in versions, delivered as the custom resource";
    const RULES: &'static [Rule] = lint::RULES;

    fn schema() -> serde_json::Value {
        kube::resource_schema_of::<Self>()
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(&self.declared, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let declared = &self.declared;
        let id =
            declared.namespace().zip(&declared.name(), |namespace, name| AppId::new(namespace.clone(), name.clone()));
        match context.purpose {
            Purpose::Twin => {
                let making = Making::new(declared, context);
                let objects = match declared.mode() {
                    Mode::Replicaset => [replica_set::replica_set(&making), replica_set::service(&making)],
                    Mode::Knative => [knative::configuration(&making), knative::route(&making)],
                };
                vec![App::new(id, objects.map(Into::into).into())]
            }
            Purpose::Tree => {
                let settings = needs_operator::settings(context);
                let registry = registry(declared, context).map(|registry| registry.stage(&settings));
                let app = App { health: vec![HEALTH], timeout: "15m", ..App::new(id, vec![self.delivered().into()]) };
                vec![app.after(needs_operator::stage(context)).after(registry)]
            }
        }
    }
}

/// Returns what the deployment registers with, if that is declared.
fn registry<'context>(declared: &RestateDeployment, context: &'context Context<'_>) -> Option<&'context Registry> {
    let register = &declared.spec.restate.register;
    let (name, is_cloud) = match (&register.cluster, &register.cloud) {
        (Some(name), _) => (name, false),
        (None, cloud) => (cloud.as_ref()?, true),
    };
    context.restate_registries.iter().find(|one| one.name == *name && one.cloud.is_some() == is_cloud)
}

/// The label by which the operator's objects are known.
fn managed_by_operator() -> (String, Traced<String>) {
    ("app.kubernetes.io/managed-by".to_owned(), Traced::literal("restate-operator".to_owned()))
}

/// A deployment with all that decides its objects.
struct Making<'declared> {
    declared: &'declared RestateDeployment,
    version: Version,
    /// The tunnel that the pods open themselves.
    tunnel: Option<Tunnel>,
}

impl<'declared> Making<'declared> {
    fn new(declared: &'declared RestateDeployment, context: &Context) -> Self {
        let in_process = declared.is_in_process() && declared.mode() == Mode::Replicaset;
        let tunnel = in_process.then(|| Tunnel::to_registry(registry(declared, context))).flatten();
        Self { declared, version: Version::of(declared, tunnel.as_ref()), tunnel }
    }

    /// Returns the tag of the version: with Knative the user's, if there is one; else the hash.
    fn tag(&self) -> Traced<String> {
        let knative = self.declared.spec.knative.as_ref().filter(|_| self.declared.mode() == Mode::Knative);
        let tag = knative.and_then(|knative| knative.tag.clone());
        tag.unwrap_or_else(|| Traced::literal(self.version.hash.clone()))
    }

    /// Returns the name of the version's objects.
    fn versioned_name(&self) -> Traced<String> {
        text!("{}-{}", self.declared.metadata.name, self.tag())
    }

    /// Returns the labels of the resource.
    fn labels(&self) -> Texts {
        let labels = &self.declared.metadata.labels;
        labels.iter().map(|(key, value)| (key.clone(), value.map(ToString::to_string))).collect()
    }

    /// Returns the labels by which the operator finds its objects.
    fn own_labels(&self) -> Texts {
        Texts::from([("restate.dev/owned-by".to_owned(), self.declared.name()), managed_by_operator()])
    }

    /// Returns the label by which the policies of a cluster let its traffic to the pods.
    fn allow_label(&self) -> Option<(String, Traced<String>)> {
        let cluster = self.declared.spec.restate.register.cluster.as_ref()?;
        Some((format!("allow.restate.dev/{cluster}"), cluster.map(|_| "true".to_owned())))
    }

    /// Returns the annotations of the resource that are handed on.
    fn user_annotations(&self) -> Texts {
        let mut annotations = self.declared.metadata.annotations.clone();
        annotations.retain(|key, _| !is_wish(key) && key != LAST_APPLIED);
        annotations
    }

    /// Returns the annotations of a ReplicaSet and its Service.
    fn annotations(&self) -> Texts {
        let mut annotations = self.user_annotations();
        annotations.remove(TUNNEL_NAME);
        annotations
    }
}
