//! The tree as Flux reads it: a Kustomization for each stage, with what it depends on and how it is known to be ready.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::layout::{self, Layout, Placed, Stage};
use super::secrets_list;
use crate::component::{App, Chart, ChartSource, Manifest, NeededSecret, RunOnce};
use crate::diagnostic::Diagnostic;
use crate::kube::Object;
use crate::project::Project;
use crate::tree::{File, Tree, TreePath};
use crate::value::{Map, Node, Origin, Traced, Value, manifest, text};
use crate::yaml;

/// The namespace that the Kustomizations of Flux live in.
const FLUX_NAMESPACE: &str = "flux-system";
/// The Secret, beside the Kustomizations, with the key that decrypts what SOPS encrypted.
const SOPS_KEY: &str = "sops-age";
/// The annotation that keeps an object in the cluster when it goes from git.
const PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
/// The annotation that keeps `${…}` in an object from being filled in.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Returns an object of an app, and the name for its file where it is not the object's own.
pub(super) fn object(manifest: Manifest) -> (Value, Option<String>) {
    let mut value = manifest.value;
    if manifest.keep {
        annotate(&mut value, PRUNE, &Origin::default());
    }
    protect_from_substitution(&mut value);
    (value, manifest.file_name)
}

/// Returns the source and the release of a chart.
pub(super) fn chart(chart: &Chart) -> Vec<(Value, Option<String>)> {
    let metadata = manifest!({ name: chart.release, namespace: chart.namespace });
    let (source, reference) = match &chart.source {
        ChartSource::Http(url) => (
            manifest!({
                apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository",
                metadata: metadata,
                spec: { interval: "1h", url: url },
            }),
            manifest!({ chart: { spec: {
                chart: chart.name,
                version: chart.version,
                sourceRef: { kind: "HelmRepository", name: chart.release },
                interval: "1h",
            } } }),
        ),
        ChartSource::Oci(url) => (
            manifest!({
                apiVersion: "source.toolkit.fluxcd.io/v1", kind: "OCIRepository",
                metadata: metadata,
                spec: {
                    interval: "1h",
                    url: url,
                    ref: { tag: chart.version },
                    layerSelector: {
                        mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy",
                    },
                },
            }),
            manifest!({ chartRef: { kind: "OCIRepository", name: chart.release } }),
        ),
    };
    let values = Some(&chart.values).filter(|values| values.as_map().is_none_or(|map| !map.is_empty()));
    let mut release = manifest!({
        apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease",
        metadata: metadata,
        spec: {
            interval: "1h",
            ..reference,
            install: { crds: "CreateReplace", remediation: { retries: 3i64 } },
            upgrade: { crds: "CreateReplace", cleanupOnFail: true, remediation: { retries: 3i64 } },
            values: values,
        },
    });
    if chart.keep {
        annotate(&mut release, PRUNE, &Origin::default());
    }
    protect_from_substitution(&mut release);
    vec![(source, None), (release, None)]
}

/// Returns a Job whose name ends with a hash of its content: the template of a Job cannot change, so that a changed one
/// must be another Job. Flux deletes the old one.
pub(super) fn run_once(run: RunOnce) -> (Value, Option<String>) {
    let mut job = run.job;
    protect_from_substitution(&mut job);
    let mut hash = Sha256::new();
    let mut origin = Origin::default();
    for part in run.inputs.iter().chain([&job]) {
        hash.update(yaml::emit(part));
        part.walk(&mut |value| origin.add(&value.origin));
    }
    let digest = hash.finalize();
    let digest = format!("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
    let Some(name) = job.as_map_mut().and_then(|job| job.get_mut("metadata")?.as_map_mut()?.get_mut("name")) else {
        return (job, None);
    };
    let stem = name.as_str().unwrap_or_default().to_owned();
    *name = Value::new(format!("{stem}-{digest}")).because(&name.origin.and(&origin));
    (job, Some(stem))
}

/// Sets the annotation `key` to `disabled`, which `because` decides.
fn annotate(value: &mut Value, key: &'static str, because: &Origin) {
    let Some(metadata) = value.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut()) else { return };
    if metadata.get("annotations").is_none_or(Value::is_null) {
        metadata.insert("annotations", Value::new(Map::new()).because(because));
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_map_mut) {
        annotations.insert(key, Value::new("disabled").because(because));
    }
}

/// Any variable of `postBuild`, a cluster template's included, makes Flux fill in every `${…}` of an object, and fail
/// where it does not know one. What we write means those of a shell, or of the application.
fn protect_from_substitution(value: &mut Value) {
    if !has_variables(value) {
        return;
    }
    let mut because = Origin::default();
    find_variables(value, &Origin::default(), &mut because);
    annotate(value, SUBSTITUTE, &because);
}

/// Whether there are texts with `${…}` in `value`. Most objects have none: who decides that is not computed for them.
fn has_variables(value: &Value) -> bool {
    match &value.node {
        Node::Map(map) => map.iter().any(|entry| has_variables(&entry.value)),
        Node::List(items) => items.iter().any(has_variables),
        Node::String(text) => has_variable(text),
        _ => false,
    }
}

fn has_variable(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair == b"${")
}

/// Finds texts with `${…}` in `value`, and who decides that they are there: what stands `around` one does, too.
fn find_variables(value: &Value, around: &Origin, because: &mut Origin) {
    let around = value.origin.and(around);
    match &value.node {
        Node::Map(map) => map.iter().for_each(|entry| find_variables(&entry.value, &around, because)),
        Node::List(items) => items.iter().for_each(|item| find_variables(item, &around, because)),
        Node::String(text) if has_variable(text) => because.add(&around),
        _ => {}
    }
}

/// One cluster's tree in the making.
struct Writer<'cluster> {
    root: &'cluster str,
    tree: Tree,
}

impl Writer<'_> {
    fn add(&mut self, path: &str, file: File) {
        let path = TreePath::parse([self.root, "/", path].concat()).expect("folders and files have checked names");
        self.tree.insert(path, file);
    }

    /// Adds the `kustomization.yaml` of a folder.
    fn list(&mut self, folder: &str, resources: &[Value]) {
        let list = manifest!({
            apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: resources,
        });
        // The first of them makes the file appear, and the last one to go takes it along.
        let because = Origin::merged(resources.iter().map(|resource| &resource.origin));
        self.add(&format!("{folder}/kustomization.yaml"), File::shared(list, because));
    }
}

/// What is delivered to one cluster.
pub(crate) struct Delivery {
    /// The apps, each with the declaration that it stems from.
    pub(crate) apps: Vec<(App, Origin)>,
    /// Objects that are written as they are.
    pub(crate) raw: Vec<Object>,
    /// The Secrets that somebody makes.
    pub(crate) secrets: Vec<NeededSecret>,
}

/// Returns the tree of one cluster below `root` (`kubernetes`, `kubernetes/alpha`).
pub(crate) fn lay_out(
    root: &str,
    cluster: Option<&str>,
    project: &Project,
    delivery: Delivery,
    problems: &mut Vec<Diagnostic>,
) -> Tree {
    let layout = layout::lay_out(delivery.apps, delivery.raw, problems);
    let mut writer = Writer { root, tree: Tree::default() };
    if layout.stages.is_empty() && layout.namespaces.is_empty() {
        return writer.tree;
    }
    let path = project.flux_path(cluster);
    let mut folders: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (name, written) in &layout.namespaces {
        let resources = folders.entry(name.clone()).or_default();
        if let Some((namespace, because)) = namespace(name, written.as_ref(), &layout) {
            resources.push(Value::new("./namespace.yaml").because(&because));
            writer.add(&format!("apps/{name}/namespace.yaml"), File::manifest(namespace, because));
        }
    }
    let secrets = secrets_list::write(&delivery.secrets, &layout, project);
    for stage in layout.stages.into_values() {
        let resource = Value::new(format!("./{}/ks.yaml", stage.id.name)).because(&stage.because);
        folders.entry(stage.id.namespace.clone()).or_default().push(resource);
        self::stage(&mut writer, project, &path, stage);
    }
    let mut all = Vec::new();
    for (name, resources) in folders {
        if resources.is_empty() {
            continue;
        }
        let because = Origin::merged(resources.iter().map(|resource| &resource.origin));
        all.push(Value::new(format!("./{name}")).because(&because));
        writer.list(&format!("apps/{name}"), &resources);
    }
    writer.list("apps", &all);
    entry(&mut writer, project, &path, &Origin::merged(all.iter().map(|resource| &resource.origin)));
    if let Some(list) = secrets {
        writer.add("SECRETS.md", list);
    }
    writer.tree.know(layout.known);
    writer.tree
}

/// Adds what a person points Flux at: one Kustomization on all apps, there because of whoever has one.
fn entry(writer: &mut Writer<'_>, project: &Project, path: &Traced<String>, because: &Origin) {
    let apps = kustomization(project, "apps", &text!("{}/apps", path), &Map::new());
    writer.add("flux/apps.yaml", File::manifest(apps, because.clone()));
    writer.list("flux", &[Value::new("./apps.yaml").because(because)]);
}

/// Returns a Kustomization of Flux on the folder `path`.
fn kustomization(project: &Project, name: &str, path: &Traced<String>, more: &Map) -> Value {
    let source = project.flux_source();
    manifest!({
        apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization",
        metadata: { name: name.to_owned(), namespace: FLUX_NAMESPACE },
        spec: {
            interval: "1h",
            retryInterval: "2m",
            path: path,
            prune: true,
            sourceRef: { kind: source.kind, name: source.name, namespace: source.namespace },
            ..more,
        },
    })
}

/// Returns the Namespace `name` and who decides it: the written one, else one that stays when it goes from git; none
/// for those that every cluster has.
fn namespace(name: &str, written: Option<&Object>, layout: &Layout) -> Option<(Value, Origin)> {
    if let Some(written) = written {
        let mut value = written.value.clone();
        // Whoever wants it to go with everything in it says so.
        if value.at(&["metadata", "annotations", PRUNE]).is_none() {
            annotate(&mut value, PRUNE, &written.declared);
        }
        return Some((value, written.declared.clone()));
    }
    if name == "default" || name == FLUX_NAMESPACE || name.starts_with("kube-") {
        return None;
    }
    let mut because = Origin::default();
    for placed in layout.stages.values().flat_map(|stage| &stage.objects) {
        if placed.object.id.namespace.as_deref() == Some(name) {
            because.add(&placed.object.declared);
            if let Some(namespace) = placed.object.value.at(&["metadata", "namespace"]) {
                because.add(&namespace.origin);
            }
        }
    }
    let namespace = manifest!({
        apiVersion: "v1", kind: "Namespace",
        metadata: { name: name.to_owned(), annotations: { (PRUNE): "disabled" } },
    });
    Some((namespace, because))
}

/// Adds the folder of one stage: `ks.yaml`, and `app/` with its objects.
fn stage(writer: &mut Writer<'_>, project: &Project, path: &Traced<String>, mut stage: Stage) {
    let folder = format!("apps/{}", stage.id.namespace);
    let folder = format!("{folder}/{}", stage.id.name);
    let depends_on: Vec<_> = stage
        .after
        .iter()
        .map(|after| {
            manifest!({ name: after.map(|id| format!("{}-{}", id.namespace, id.name)) }).because(after.origin())
        })
        .collect();
    let health: Vec<_> = stage
        .health
        .iter()
        .map(|health| {
            manifest!({
                apiVersion: health.api_version, kind: health.kind,
                current: health.current, inProgress: health.in_progress, failed: health.failed,
            })
        })
        .collect();
    let mut more = Map::new();
    more.insert("wait", Value::new(true));
    more.insert("timeout", Value::new(stage.timeout));
    if !depends_on.is_empty() {
        let because = Origin::merged(depends_on.iter().map(|stage| &stage.origin));
        more.insert("dependsOn", Value::new(Node::List(depends_on)).because(&because));
    }
    if stage.objects.iter().any(|placed| placed.object.value.get("sops").is_some()) {
        // An encrypted object in a Kustomization without decryption is an error of Flux.
        more.insert("decryption", manifest!({ provider: "sops", secretRef: { name: SOPS_KEY } }));
    }
    if !health.is_empty() {
        more.insert("healthCheckExprs", Value::new(Node::List(health)));
    }
    let name = format!("{}-{}", stage.id.namespace, stage.id.name);
    let kustomization = kustomization(project, &name, &text!("{}/{}/app", path, folder), &more);
    writer.add(&format!("{folder}/ks.yaml"), File::manifest(kustomization, stage.because.clone()));

    stage.objects.sort_by(|a, b| a.file.cmp(&b.file));
    let mut listed = Vec::with_capacity(stage.objects.len());
    for Placed { object, file } in stage.objects {
        let because = object.declared.and(&object.value.origin);
        listed.push(Value::new(format!("./{file}")).because(&because));
        writer.add(&format!("{folder}/app/{file}"), File::manifest(object.value, object.declared));
    }
    writer.list(&format!("{folder}/app"), &listed);
}
