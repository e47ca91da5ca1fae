//! A cluster in the making: what is declared, with the settings that decide what becomes of it.

use std::collections::BTreeMap;

use super::RestateCluster;
use super::declaration::{NetworkPeers, Security, SigningKey};
use super::delivery;
use super::newer;
use super::settings::Settings;
use super::snapshots::Snapshots;
use crate::component::{AppId, Context, Pods, Purpose};
use crate::project::Policies;
use crate::value::{Traced, Value, manifest};

/// The label that tells clusters from other applications.
const NAME_LABEL: &str = "app.kubernetes.io/name";
/// The label that tells one cluster from another.
const INSTANCE_LABEL: &str = "app.kubernetes.io/instance";
/// What bayplan itself is asked; never copied.
const WISHES: &str = "bayplan.dev/";
/// The operator copies it like any other annotation; in a tree it would tell `kubectl apply` lies.
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether an annotation asks something of bayplan itself.
pub(super) fn is_wish(key: &str) -> bool {
    key.starts_with(WISHES)
}

/// Keys to values, as labels and annotations have them.
pub(super) type Texts = BTreeMap<String, Traced<String>>;

/// A cluster with all that decides its objects.
pub(super) struct Making<'context> {
    pub(super) declared: &'context RestateCluster,
    pub(super) settings: Settings,
    /// Whether the objects are for a tree, and not the twin of what the operator makes.
    pub(super) tree: bool,
    /// The snapshots that an annotation asks for; only in a tree.
    pub(super) snapshots: Option<Snapshots<'context>>,
    /// How the cluster's policies are written.
    pub(super) policies: Policies,
    labels: Texts,
    annotations: Texts,
}

impl<'context> Making<'context> {
    pub(super) fn new(declared: &'context RestateCluster, context: &'context Context) -> Self {
        let tree = context.purpose == Purpose::Tree;
        let settings = match &context.restate {
            Some(settings) => settings.clone(),
            None if tree && delivery::is_by_operator(declared) => context.restate_operator().unwrap_or_default(),
            None if tree => Settings::without_operator(),
            None => Settings::default(),
        };
        let snapshots = if tree { Snapshots::find(declared, context) } else { None };
        Self { policies: context.project.policies(), ..Self::with(declared, settings, tree, snapshots) }
    }

    /// Returns what the operator makes of a resource, and nothing else.
    pub(super) fn twin(declared: &'context RestateCluster, settings: Settings) -> Self {
        Self::with(declared, settings, false, None)
    }

    fn with(
        declared: &'context RestateCluster,
        settings: Settings,
        tree: bool,
        snapshots: Option<Snapshots<'context>>,
    ) -> Self {
        let metadata = &declared.metadata;
        let mut labels: Texts =
            metadata.labels.iter().map(|(key, value)| (key.clone(), value.map(ToString::to_string))).collect();
        labels.extend(declared.own_labels());
        let mut annotations = metadata.annotations.clone();
        annotations.retain(|key, _| !(is_wish(key) || tree && key == LAST_APPLIED));
        Self { declared, settings, tree, snapshots, policies: Policies::default(), labels, annotations }
    }

    pub(super) fn name(&self) -> Traced<String> {
        self.declared.name()
    }

    /// Returns the labels that select the cluster's pods, and nothing else.
    pub(super) fn own_labels(&self) -> Texts {
        self.declared.own_labels()
    }

    /// Returns the labels of every object: the resource's own, with those that select on top.
    pub(super) fn labels(&self) -> &Texts {
        &self.labels
    }

    /// Returns the annotation by which the operator leaves the resource alone, if it is the operator that makes objects.
    pub(super) fn pause(&self) -> Option<&Traced<String>> {
        let by_operator = !self.tree || delivery::is_by_operator(self.declared);
        newer::pause(&self.annotations, &self.settings).filter(|_| by_operator)
    }

    /// Returns the annotations of every object.
    pub(super) fn annotations(&self) -> &Texts {
        &self.annotations
    }

    /// Returns the metadata of the object `name`.
    pub(super) fn metadata(&self, name: &Traced<String>) -> Value {
        self.metadata_with(name, &self.labels, self.annotations.clone())
    }

    /// Returns the metadata of the object `name` with annotations of its own, which win.
    pub(super) fn annotated(&self, name: &'static str, annotations: Option<&Texts>) -> Value {
        let mut all = self.annotations.clone();
        all.extend(annotations.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
        self.metadata_with(&Traced::literal(name.to_owned()), &self.labels, all)
    }

    /// Returns the metadata of the Job `name`, which carries its name where other objects carry `restate`.
    pub(super) fn job_metadata(&self, name: &'static str) -> Value {
        let mut labels = self.labels.clone();
        labels.insert(NAME_LABEL.to_owned(), Traced::literal(name.to_owned()));
        self.metadata_with(&Traced::literal(name.to_owned()), &labels, self.annotations.clone())
    }

    fn metadata_with(&self, name: &Traced<String>, labels: &Texts, annotations: Texts) -> Value {
        let annotations = (!annotations.is_empty()).then_some(annotations);
        manifest!({ name: name, namespace: self.name(), labels: labels, annotations: annotations })
    }

    pub(super) fn security(&self) -> Option<&Security> {
        self.declared.spec.security.as_ref()
    }

    pub(super) fn peers(&self) -> Option<&NetworkPeers> {
        self.security()?.network_peers.as_ref()
    }

    pub(super) fn signing_key(&self) -> Option<&SigningKey> {
        self.security()?.request_signing_private_key.as_ref()
    }
}

impl RestateCluster {
    pub(super) fn name(&self) -> Traced<String> {
        self.metadata.name.map(ToString::to_string)
    }

    /// Returns the identifier of the cluster's app.
    pub(super) fn app_id(&self) -> Traced<AppId> {
        self.name().map(|name| AppId::new(name.clone(), "restate"))
    }

    /// Returns the labels that select the cluster's pods.
    pub(super) fn own_labels(&self) -> Texts {
        BTreeMap::from([
            (INSTANCE_LABEL.to_owned(), self.name()),
            (NAME_LABEL.to_owned(), Traced::literal("restate".to_owned())),
        ])
    }

    /// Returns the cluster's pods.
    pub(super) fn pods(&self) -> Pods {
        Pods { namespace: self.name(), labels: self.own_labels() }
    }

    /// Whether somebody else than the servers provisions the cluster.
    pub(super) fn auto_provision(&self) -> Traced<bool> {
        self.spec.cluster.as_ref().map(|cluster| cluster.auto_provision.clone()).unwrap_or_default()
    }

    /// Returns the number of nodes.
    pub(super) fn replicas(&self) -> Traced<i64> {
        self.spec.compute.replicas.as_ref().map_or_else(|| Traced::literal(1), |replicas| replicas.map(|&n| n.into()))
    }
}
