//! `RestateDeployment`: services in versions, as the Restate operator 2.8 makes them.

mod declaration;
mod in_process;
mod knative;
mod lint;
mod pods;
mod replica_set;
mod stored;
mod url;
mod version;

use super::making::{LAST_APPLIED, Texts, is_wish};
use super::registry::Registry;
use super::resource::Resource;
use super::settings::Settings;
use super::{needs_operator, newer};
use crate::component::{App, AppId, Component, Context, Health, Part, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube;
use crate::value::{Traced, Value, text};
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
    lua: Some(include_str!("../ready.lua")),
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
        let making = Making::new(declared, context);
        let paused = newer::pause(&declared.metadata.annotations, &making.settings).is_some();
        let made = if paused { Vec::new() } else { making.objects().into() };
        if context.purpose == Purpose::Twin {
            return vec![App::new(id, made.into_iter().map(Into::into).collect())];
        }
        let mut parts = vec![self.delivered().into()];
        // Without the tunnel's environment nobody can tell how the version is called.
        if !declared.is_in_process() || making.tunnel.is_some() {
            parts.extend(made.into_iter().map(Part::Known));
        }
        let registry = registry(declared, context).map(|registry| registry.stage(&making.settings));
        let app = App { health: vec![HEALTH], timeout: "15m", ..App::new(id, parts) };
        vec![app.after(needs_operator::stage(context)).after(registry)]
    }
}

/// Returns what the deployment registers with, if that is declared.
fn registry<'context>(declared: &RestateDeployment, context: &'context Context<'_>) -> Option<&'context Registry> {
    let register = &declared.spec.restate.register;
    // The Service of a cluster leads to the cluster, too, which has the namespace of its name.
    let service = register.service.as_ref().filter(|service| service.name.get() == "restate");
    let cluster = register.cluster.as_ref().or(service.map(|service| &service.namespace));
    let (name, is_cloud) = match (cluster, &register.cloud) {
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
    settings: Settings,
    version: Version,
    /// The tunnel that the pods open themselves.
    tunnel: Option<Tunnel>,
}

impl<'declared> Making<'declared> {
    fn new(declared: &'declared RestateDeployment, context: &Context) -> Self {
        let in_process = declared.is_in_process() && declared.mode() == Mode::Replicaset;
        let tunnel = in_process.then(|| Tunnel::to_registry(registry(declared, context))).flatten();
        let settings = needs_operator::settings(context);
        Self { declared, settings, version: Version::of(declared, tunnel.as_ref()), tunnel }
    }

    /// Returns the objects of the version, in the operator's order.
    fn objects(&self) -> [Value; 2] {
        match self.declared.mode() {
            Mode::Replicaset => [replica_set::replica_set(self), replica_set::service(self)],
            Mode::Knative => [knative::configuration(self), knative::route(self)],
        }
    }

    /// Returns the spec of the pods.
    fn pod_spec(&self) -> &'declared Value {
        self.declared.spec.template.spec.value()
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
        let version = self.settings.version.get();
        let copied = self.declared.metadata.labels.iter().filter(|(key, _)| version.copies_label(key));
        copied.map(|(key, value)| (key.clone(), value.map(ToString::to_string))).collect()
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
