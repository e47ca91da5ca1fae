//! The tree as Flux reads it: a Kustomization for each stage, with what it depends on and how it is known to be ready.

use std::collections::BTreeMap;

use super::annotations::{annotate, annotation};
use super::layout::{Layout, Stage};
use super::writer::Writer;
use super::{Engine, Form, namespaces, run_once};
use crate::component::{Chart, ChartSource, Part, RunOnce};
use crate::kube::ObjectId;
use crate::project::{FluxSource, Project};
use crate::tree::Model;
use crate::value::{Map, Node, Origin, Traced, Value, manifest, text};

/// The namespace that the Kustomizations of Flux live in.
const FLUX_NAMESPACE: &str = "flux-system";
/// The annotation that keeps an object in the cluster when it goes from git.
const PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
/// The annotation that keeps `${…}` in an object from being filled in.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Flux, and where it finds the tree.
pub(super) struct Flux {
    source: FluxSource,
    path: Traced<String>,
    /// The Secret, beside the Kustomizations, with the key that decrypts what SOPS encrypted.
    key_secret: Traced<String>,
}

impl Engine for Flux {
    fn forms(&self, parts: Vec<Part>, model: Option<&Model>) -> Vec<Form> {
        let mut forms = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Object(mut manifest) => {
                    if manifest.keep {
                        keep(&mut manifest.value, &Origin::default());
                    }
                    protect_from_substitution(&mut manifest.value);
                    forms.push(Form::Object(manifest.value, manifest.file_name));
                }
                Part::Chart(chart) => forms.extend(self::chart(&chart).map(|value| Form::Object(value, None))),
                Part::RunOnce(run) => {
                    let (job, file_name) = run_once(run, model);
                    forms.push(Form::Object(job, file_name));
                }
                Part::Known(value) => forms.push(Form::Known(value)),
            }
        }
        forms
    }

    fn keep(&self, object: &mut Value, because: &Origin) {
        keep(object, because);
    }

    fn home(&self) -> Option<&str> {
        Some(FLUX_NAMESPACE)
    }

    fn other(&self, object: &ObjectId) -> Option<&'static str> {
        let is_argocd = matches!(object.kind.as_str(), "Application" | "ApplicationSet" | "AppProject");
        (object.group == "argoproj.io" && is_argocd).then_some("Argo CD")
    }

    fn write(&self, writer: &mut Writer<'_>, layout: &mut Layout) {
        let mut folders: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (name, (namespace, because)) in namespaces::of(layout, self) {
            writer.write(&format!("apps/{name}/namespace.yaml"), namespace, because.clone());
            folders.entry(name).or_default().push(Value::new("./namespace.yaml").because(&because));
        }
        for stage in std::mem::take(&mut layout.stages).into_values() {
            let resource = Value::new(format!("./{}/ks.yaml", stage.id.name)).because(&stage.because);
            folders.entry(stage.id.namespace.clone()).or_default().push(resource);
            self.stage(writer, stage);
        }
        let mut all = Vec::new();
        for (name, resources) in folders {
            let because = Origin::merged(resources.iter().map(|resource| &resource.origin));
            all.push(Value::new(format!("./{name}")).because(&because));
            writer.list(&format!("apps/{name}"), &resources);
        }
        writer.list("apps", &all);
        self.entry(writer, &Origin::merged(all.iter().map(|resource| &resource.origin)));
    }
}

impl Flux {
    /// Returns Flux as the project of `cluster` sets it up.
    pub(super) fn new(project: &Project, cluster: Option<&str>) -> Self {
        let deliver = project.deliver();
        Self {
            source: deliver.flux_source(),
            path: deliver.flux_path(cluster),
            key_secret: project.secrets().key_secret(),
        }
    }

    /// Adds what a person points Flux at: one Kustomization on all apps, there because of whoever has one.
    fn entry(&self, writer: &mut Writer<'_>, because: &Origin) {
        let apps = self.kustomization("apps", &text!("{}/apps", self.path), &Map::new());
        writer.write("flux/apps.yaml", apps, because.clone());
        writer.list("flux", &[Value::new("./apps.yaml").because(because)]);
    }

    /// Returns a Kustomization of Flux on the folder `path`.
    fn kustomization(&self, name: &str, path: &Traced<String>, more: &Map) -> Value {
        let source = &self.source;
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

    /// Adds the folder of one stage: `ks.yaml`, and `app/` with its objects.
    fn stage(&self, writer: &mut Writer<'_>, mut stage: Stage) {
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
        let encrypted: Vec<_> = stage.objects.iter().filter(|placed| placed.is_encrypted()).collect();
        if !encrypted.is_empty() {
            // An encrypted object in a Kustomization without decryption is an error of Flux.
            let decryption = manifest!({ provider: "sops", secretRef: { name: self.key_secret } });
            let because = Origin::merged(encrypted.iter().map(|placed| &placed.object.declared));
            more.insert("decryption", decryption.because(&because));
        }
        if !health.is_empty() {
            more.insert("healthCheckExprs", Value::new(Node::List(health)));
        }
        let name = stage.name();
        let kustomization = self.kustomization(&name, &text!("{}/{}/app", self.path, folder), &more);
        writer.write(&format!("{folder}/ks.yaml"), kustomization, stage.because.clone());

        stage.objects.sort_by(|a, b| a.file.cmp(&b.file));
        let mut listed = Vec::with_capacity(stage.objects.len());
        for placed in stage.objects {
            let because = placed.object.declared.and(&placed.object.value.origin);
            listed.push(Value::new(format!("./{}", placed.file)).because(&because));
            let path = format!("{folder}/app/{}", placed.file);
            writer.add(&path, writer.placed(&path, placed));
        }
        writer.list(&format!("{folder}/app"), &listed);
    }
}

/// Returns the source and the release of a chart.
pub(super) fn chart(chart: &Chart) -> [Value; 2] {
    let metadata = manifest!({ name: chart.release, namespace: chart.namespace });
    let (source, reference) = match &chart.source {
        ChartSource::Http(url) => (
            manifest!({
                apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository",
                metadata: metadata,
                spec: { interval: "1h", url: chart.which(url) },
            }),
            manifest!({ chart: { spec: {
                chart: chart.which(chart.name),
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
                    url: chart.which(url),
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
        keep(&mut release, &Origin::default());
    }
    protect_from_substitution(&mut release);
    [source, release]
}

/// Returns a Job named by its content. Flux deletes the old one.
pub(super) fn run_once(mut run: RunOnce, model: Option<&Model>) -> (Value, Option<String>) {
    protect_from_substitution(&mut run.job);
    run_once::named_by_content(run, model)
}

/// Keeps an object in the cluster when it goes from git, unless somebody says otherwise.
fn keep(object: &mut Value, because: &Origin) {
    if annotation(object, PRUNE).is_none() {
        annotate(object, PRUNE, "disabled", because);
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
    annotate(value, SUBSTITUTE, "disabled", &because);
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
    text.contains('$') && text.contains("${")
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
