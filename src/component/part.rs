//! What a component asks to be rolled out: apps, each a stage of its own, made of parts.

use std::fmt;

use super::store::Store;
use crate::value::{Origin, Traced, Value};

/// The name of an app within its namespace.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct AppId {
    /// The namespace whose folder the app stands in.
    pub(crate) namespace: String,
    /// The app's name, unique in the namespace.
    pub(crate) name: String,
}

impl AppId {
    pub(crate) fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Objects that become ready together, after the apps that they need.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// Where it stands.
    pub(crate) id: Traced<AppId>,
    /// The apps that must be ready before.
    pub(crate) after: Vec<Traced<AppId>>,
    /// Who decides which apps those are, where there may be none.
    pub(crate) order: Origin,
    /// What it is made of, in the order in which a person would explain it.
    pub(crate) parts: Vec<Part>,
    /// How to tell that objects are ready whose status says nothing to everybody.
    pub(crate) health: Vec<Health>,
    /// How long it may take to become ready, `15m`.
    pub(crate) timeout: &'static str,
}

impl App {
    /// Returns an app of `parts` that needs no other and is ready within five minutes.
    pub(crate) fn new(id: Traced<AppId>, parts: Vec<Part>) -> Self {
        Self { id, after: Vec::new(), order: Origin::default(), parts, health: Vec::new(), timeout: "5m" }
    }

    /// Tells who decides whether an app must be ready before.
    pub(crate) fn ordered_by(mut self, origin: &Origin) -> Self {
        self.order.add(origin);
        self
    }

    /// Adds the app that makes the buckets of `store`, because of `because`; none where somebody makes them.
    pub(crate) fn after_buckets(self, store: Option<&Store>, because: &Origin) -> Self {
        let Some(store) = store else { return self.ordered_by(because) };
        let stage = store.buckets_stage().map(|stage| stage.because(because));
        self.ordered_by(&store.maker.origin().and(because)).after(stage)
    }

    /// Adds who keeps claims away: a Job that would have answered them is named by its content, which is another one.
    pub(crate) fn named_without(mut self, unclaimed: &Origin) -> Self {
        for part in &mut self.parts {
            let Part::RunOnce(run) = part else { continue };
            let metadata = run.job.as_map_mut().and_then(|job| job.get_mut("metadata")?.as_map_mut());
            if let Some(name) = metadata.and_then(|metadata| metadata.get_mut("name")) {
                name.origin.add(unclaimed);
            }
        }
        self
    }

    /// Adds an app that must be ready before.
    pub(crate) fn after(mut self, app: impl IntoIterator<Item = Traced<AppId>>) -> Self {
        self.after.extend(app);
        self
    }
}

/// One thing of an app. `deliver` gives it the engine's form.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Part {
    /// An object as it is.
    Object(Manifest),
    /// A Helm chart.
    Chart(Chart),
    /// A Job that runs once for each content.
    RunOnce(RunOnce),
    /// An object that an operator will make of another part. It is never written, and known to whatever looks at all
    /// objects: nobody else may make it, and the Secrets that it reads are needed.
    Known(Value),
}

/// An object with the wishes about it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Manifest {
    /// The object.
    pub(crate) value: Value,
    /// The name for its file where the object's own has a hash.
    pub(crate) file_name: Option<String>,
    /// Whether it holds data, so that it must stay when it goes from git.
    pub(crate) keep: bool,
}

impl From<Value> for Part {
    fn from(value: Value) -> Self {
        Part::Object(Manifest { value, file_name: None, keep: false })
    }
}

impl Part {
    /// Returns an object that must stay in the cluster when it goes from git.
    pub(crate) fn kept(value: Value) -> Self {
        Part::Object(Manifest { value, file_name: None, keep: true })
    }
}

/// Where a chart is published.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum ChartSource {
    /// A classic repository, `https://operator.min.io`.
    Http(String),
    /// An OCI repository of this one chart, `oci://ghcr.io/…/charts/loki`.
    Oci(String),
}

/// A Helm chart with its values.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Chart {
    /// The name of the release.
    pub(crate) release: Traced<String>,
    /// The namespace of the release.
    pub(crate) namespace: Traced<String>,
    /// Where the chart is published.
    pub(crate) source: ChartSource,
    /// The chart's name in its repository.
    pub(crate) name: &'static str,
    /// The exact version.
    pub(crate) version: Traced<String>,
    /// The values.
    pub(crate) values: Value,
    /// Whether removing the release would lose data, as with a chart whose CRDs are templates.
    pub(crate) keep: bool,
}

impl Chart {
    /// Returns `text`, which tells which chart it is: whoever decides the values as a whole decides that.
    pub(crate) fn which(&self, text: &str) -> Traced<String> {
        Traced::new(text.to_owned(), self.values.origin.clone())
    }
}

/// A Job that runs once for each content of itself and of what it mounts.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RunOnce {
    /// The Job; its name gets what the engine needs to run a changed one.
    pub(crate) job: Value,
    /// The objects that it mounts: their content decides whether it runs again.
    pub(crate) inputs: Vec<Value>,
}

/// A kind whose readiness needs expressions, in CEL over the object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Health {
    /// The kind's group and version.
    pub(crate) api_version: &'static str,
    /// The kind.
    pub(crate) kind: &'static str,
    /// True when it is ready.
    pub(crate) current: &'static str,
    /// True when it is still being rolled out.
    pub(crate) in_progress: &'static str,
    /// True when it will not become ready by waiting.
    pub(crate) failed: &'static str,
    /// The same as a script in Lua for Argo CD, unless it knows the kind by itself.
    pub(crate) lua: Option<&'static str>,
}
