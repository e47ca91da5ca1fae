//! How the tree reaches the cluster: which engine delivers it, and what that engine has to know.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Name;
use crate::value::{Origin, Traced};

/// The rules about delivery that the project alone tells.
pub(crate) const RULES: &[Rule] = &[NO_REPOSITORY, TWO_DESTINATIONS, NO_PATH, IDLE];

const NO_REPOSITORY: Rule = Rule::error(
    "deliver/no-repository",
    "Argo CD is to deliver the tree, and nobody says from which repository",
    "Each Application names the repository that it is read from.",
    "set `spec.deliver.argocd.repoURL` in the Project to the URL that Argo CD reads the repository by",
);

const TWO_DESTINATIONS: Rule = Rule::error(
    "deliver/two-destinations",
    "the cluster is named twice",
    "Argo CD refuses an Application whose destination has both a server and a name.",
    "keep one of `server` and `name`",
);

const NO_PATH: Rule = Rule::error(
    "deliver/no-path",
    "a path leads out of the repository",
    "Argo CD refuses an Application whose path is absolute or climbs above the top of the repository.",
    "write the path of the output below the top of the repository, as in `kubernetes`",
);

const IDLE: Rule = Rule::warning(
    "deliver/idle-settings",
    "an engine is set up that does not deliver the tree",
    "Whoever changes its settings waits for an effect that never comes.",
    "delete the settings, or choose that engine by `mode`",
);

/// How the tree reaches the cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Deliver {
    /// The engine that applies the tree. Default: `flux`.
    #[serde(default)]
    mode: Traced<Mode>,
    /// Delivery by Flux.
    #[serde(default)]
    flux: FluxSettings,
    /// Delivery by Argo CD.
    #[serde(default)]
    argocd: ArgoCdSettings,
}

/// Who applies the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Flux, by a Kustomization for each stage.
    #[default]
    Flux,
    /// Argo CD, by an Application for each stage.
    ArgoCd,
    /// A person, by `kubectl`, in the order that APPLY.md tells. There are no charts then.
    Plain,
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

/// Delivery by Argo CD.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ArgoCdSettings {
    /// The URL that Argo CD reads the repository by. It must be set where Argo CD delivers the tree.
    #[serde(rename = "repoURL")]
    repo_url: Option<Traced<String>>,
    /// The branch, tag or commit. Default: `HEAD`, the repository's default branch.
    target_revision: Option<Traced<String>>,
    /// Where the output stands in the repository. Default: `kubernetes`. In a fleet, the cluster's name is added.
    path: Option<Traced<String>>,
    /// The AppProject of the Applications. Default: `default`.
    project: Option<Traced<Name>>,
    /// The namespace that Argo CD and its Applications live in. Default: `argocd`.
    namespace: Option<Traced<Name>>,
    /// The cluster that the objects go to. Default: the one that Argo CD runs in.
    #[serde(default)]
    destination: DestinationSettings,
}

/// A cluster as Argo CD knows it, by one of its two names.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DestinationSettings {
    /// The URL of its API server. Default: `https://kubernetes.default.svc`, unless a name is set.
    server: Option<Traced<String>>,
    /// Its name.
    name: Option<Traced<String>>,
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

/// What Argo CD has to know.
#[derive(Clone, Debug)]
pub(crate) struct ArgoCd {
    /// The repository.
    pub(crate) repo_url: Traced<String>,
    /// The branch, tag or commit.
    pub(crate) target_revision: Traced<String>,
    /// The folder of the tree in the repository; empty for the top.
    pub(crate) path: Traced<String>,
    /// The AppProject.
    pub(crate) project: Traced<String>,
    /// The namespace of Argo CD.
    pub(crate) namespace: Traced<String>,
    /// The URL of the cluster's API server, unless the cluster has a name.
    pub(crate) server: Option<Traced<String>>,
    /// The name of the cluster.
    pub(crate) cluster: Option<Traced<String>>,
}

impl Deliver {
    /// Returns who applies the tree.
    pub(crate) fn mode(&self) -> &Traced<Mode> {
        &self.mode
    }

    /// Returns the source that Flux reads.
    pub(crate) fn flux_source(&self) -> FluxSource {
        let source = &self.flux.source;
        FluxSource {
            kind: source.kind.clone().unwrap_or_default().map(|kind| match kind {
                FluxSourceKind::GitRepository => "GitRepository",
                FluxSourceKind::OciRepository => "OCIRepository",
                FluxSourceKind::Bucket => "Bucket",
            }),
            name: name(source.name.as_ref(), "flux-system"),
            namespace: name(source.namespace.as_ref(), "flux-system"),
        }
    }

    /// Returns where the output of the cluster `name` stands in the repository, `./kubernetes/alpha`.
    pub(crate) fn flux_path(&self, cluster: Option<&str>) -> Traced<String> {
        text(self.flux.path.as_ref(), "./kubernetes").map(|base| {
            let base = base.trim_end_matches('/');
            cluster.map_or_else(|| base.to_owned(), |cluster| format!("{base}/{cluster}"))
        })
    }

    /// Returns what Argo CD has to know about the tree of `cluster`.
    pub(crate) fn argocd(&self, cluster: Option<&str>) -> ArgoCd {
        let ArgoCdSettings { repo_url, target_revision, path, project, namespace, destination } = &self.argocd;
        let path = text(path.as_ref(), "kubernetes").map(|base| {
            let parts = base.split('/').filter(|part| !part.is_empty() && *part != ".").chain(cluster);
            parts.collect::<Vec<_>>().join("/")
        });
        let server = match (&destination.server, &destination.name) {
            (None, None) => Some(Traced::literal("https://kubernetes.default.svc".to_owned())),
            (server, _) => server.clone(),
        };
        ArgoCd {
            repo_url: text(repo_url.as_ref(), ""),
            target_revision: text(target_revision.as_ref(), "HEAD"),
            path,
            project: name(project.as_ref(), "default"),
            namespace: name(namespace.as_ref(), "argocd"),
            server,
            cluster: destination.name.clone(),
        }
    }

    /// Holds it against its rules; `declared` is the declaration of the project.
    pub(crate) fn lint(&self, declared: &Origin) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if *self.mode.get() == Mode::ArgoCd {
            found.extend(self.argocd.lint(&self.mode, declared));
        }
        for (mode, settings) in [(Mode::Flux, self.flux.written()), (Mode::ArgoCd, self.argocd.written())] {
            if *self.mode.get() != mode && !settings.is_empty() {
                let message = format!("nothing reads the settings of `{}`", mode.name());
                let idle = IDLE.found(message).decided_at(settings.spans().get(..1).unwrap_or_default(), "idle");
                let chosen = format!("`{}` delivers the tree", self.mode.get().name());
                let mode = self.mode.origin().spans().iter();
                found.push(mode.fold(idle, |idle, &span| idle.at(span, chosen.clone())));
            }
        }
        found
    }
}

impl Mode {
    /// Returns how it is written.
    fn name(self) -> &'static str {
        match self {
            Mode::Flux => "flux",
            Mode::ArgoCd => "argocd",
            Mode::Plain => "plain",
        }
    }
}

impl FluxSettings {
    /// Returns the places of what is written in it.
    fn written(&self) -> Origin {
        let source = &self.source;
        let names = [&source.name, &source.namespace].into_iter().flatten().map(Traced::origin);
        let kind = source.kind.iter().map(Traced::origin);
        Origin::merged(kind.chain(names).chain(self.path.iter().map(Traced::origin)))
    }
}

impl ArgoCdSettings {
    fn lint(&self, mode: &Traced<Mode>, declared: &Origin) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if self.repo_url.as_ref().is_none_or(|url| url.get().is_empty()) {
            let empty = self.repo_url.as_ref().map(Traced::origin).cloned().unwrap_or_default();
            let place = empty.and(mode.origin()).and(declared);
            found.push(
                NO_REPOSITORY.found("Argo CD has no `repoURL` to read the tree from").decided_at(place.spans(), ""),
            );
        }
        if let (Some(server), Some(name)) = (&self.destination.server, &self.destination.name) {
            let message = format!("the cluster is `{server}` and `{name}` at once");
            let place = server.origin().and(name.origin());
            found.push(TWO_DESTINATIONS.found(message).decided_at(place.spans(), ""));
        }
        if let Some(path) = &self.path
            && (path.get().starts_with('/') || path.get().split('/').any(|part| part == ".."))
        {
            let message = format!("the path `{path}` leads out of the repository");
            found.push(NO_PATH.found(message).decided_at(path.origin().spans(), ""));
        }
        found
    }

    /// Returns the places of what is written in it.
    fn written(&self) -> Origin {
        let Self { repo_url, target_revision, path, project, namespace, destination } = self;
        let texts = [repo_url, target_revision, path, &destination.server, &destination.name];
        let texts = texts.into_iter().flatten().map(Traced::origin);
        Origin::merged(texts.chain([project, namespace].into_iter().flatten().map(Traced::origin)))
    }
}

fn name(written: Option<&Traced<Name>>, default: &str) -> Traced<String> {
    written.map_or_else(|| Traced::literal(default.to_owned()), |name| name.map(ToString::to_string))
}

fn text(written: Option<&Traced<String>>, default: &str) -> Traced<String> {
    written.cloned().unwrap_or_else(|| Traced::literal(default.to_owned()))
}
