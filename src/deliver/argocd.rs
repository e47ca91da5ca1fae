//! The tree as Argo CD reads it: an Application for each stage, in waves, made by one that a person applies.

use std::collections::BTreeMap;

use super::annotations::{annotate, annotation};
use super::layout::{Layout, Stage};
use super::lines::Lines;
use super::writer::Writer;
use super::{Engine, Form, namespaces, run_once, waves};
use crate::component::{Chart, ChartSource, Health, Part, RunOnce};
use crate::kube::{ObjectId, builtin_schema};
use crate::project::{self, Project};
use crate::tree::{File, Model};
use crate::value::{Map, Origin, Traced, Value, manifest, text};

/// What Argo CD is to do otherwise with one object.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// What Argo CD is to overlook when it compares one object.
const COMPARE_OPTIONS: &str = "argocd.argoproj.io/compare-options";
/// When Argo CD applies an object: in the order of these numbers.
const WAVE: &str = "argocd.argoproj.io/sync-wave";
/// The phase in which Argo CD runs a Job anew.
const HOOK: &str = "argocd.argoproj.io/hook";
/// What becomes of the Job of the last time.
const HOOK_DELETE_POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
/// The hash of a Job, on what it mounts: Argo CD does not compare hooks, so that a change of the Job alone would never
/// run it.
const JOB: &str = "bayplan.dev/job";
/// Applications with it take along what they made when they go.
const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";
/// The cluster that Argo CD runs in, as Argo CD calls it.
const OWN_CLUSTER: &str = "https://kubernetes.default.svc";
/// The Application of the Namespaces. Those of stages have a `-` in their names.
const NAMESPACES: &str = "namespaces";
/// The longest text of an object that certainly fits an annotation, which takes 256 KiB of JSON.
const LONGEST_ANNOTATED: usize = 100 * 1024;

/// Argo CD, and where it finds the tree.
pub(super) struct ArgoCd {
    settings: project::ArgoCd,
    /// What names of Applications begin with: in a fleet all clusters may have one Argo CD.
    prefix: String,
}

/// An Application without what is the same in all.
#[derive(Default)]
struct Application {
    name: String,
    annotations: Map,
    sources: Vec<Value>,
    namespace: Option<Traced<String>>,
    options: Vec<Value>,
    /// Whether it stays, with all that it made.
    keep: bool,
}

impl Engine for ArgoCd {
    fn forms(&self, parts: Vec<Part>, model: Option<&Model>) -> Vec<Form> {
        let runs: Vec<_> = parts
            .iter()
            .filter_map(|part| match part {
                Part::RunOnce(run) => Some((run_once::digest(run, model), run.inputs.clone())),
                _ => None,
            })
            .collect();
        let form = |part| match part {
            Part::Object(mut manifest) => {
                let run = runs.iter().find(|(_, inputs)| inputs.contains(&manifest.value));
                if manifest.keep {
                    self.keep(&mut manifest.value, &Origin::default());
                }
                if let Some((digest, _)) = run {
                    annotate(&mut manifest.value, WAVE, "-1", digest.origin());
                    annotate(&mut manifest.value, JOB, digest.get().clone(), digest.origin());
                }
                Form::Object(manifest.value, manifest.file_name)
            }
            Part::Chart(chart) => Form::Chart(chart),
            Part::RunOnce(run) => Form::Object(hook(run), None),
            Part::Known(value) => Form::Known(value),
        };
        parts.into_iter().map(form).collect()
    }

    fn keep(&self, object: &mut Value, because: &Origin) {
        let written = annotation(object, SYNC_OPTIONS).and_then(Value::as_str).unwrap_or_default().to_owned();
        if written.contains("Prune=") || written.contains("Delete=") {
            return;
        }
        let begin = if written.is_empty() { String::new() } else { written + "," };
        annotate(object, SYNC_OPTIONS, format!("{begin}Prune=false,Delete=false"), because);
        // What is kept and gone from git must not make its Application differ from git for ever.
        if annotation(object, COMPARE_OPTIONS).is_none() {
            annotate(object, COMPARE_OPTIONS, "IgnoreExtraneous", because);
        }
    }

    fn home(&self) -> Option<&str> {
        Some(self.settings.namespace.get())
    }

    fn decrypts(&self) -> bool {
        false
    }

    fn other(&self, object: &ObjectId) -> Option<&'static str> {
        object.group.ends_with(".toolkit.fluxcd.io").then_some("Flux")
    }

    fn write(&self, writer: &mut Writer<'_>, layout: &mut Layout) {
        let mut all = Origin::default();
        let namespaces = namespaces::of(layout, self);
        if !namespaces.is_empty() {
            let because = Origin::merged(namespaces.values().map(|(_, because)| because));
            all.add(&because);
            self.namespaces(writer, namespaces, &because);
        }
        let waves = waves::waves(&layout.stages);
        let mut health: BTreeMap<String, (Health, Origin)> = BTreeMap::new();
        for stage in std::mem::take(&mut layout.stages).into_values() {
            all.add(&stage.because);
            for known in &stage.health {
                let kind = format!("{}_{}", known.api_version.split('/').next().unwrap_or_default(), known.kind);
                health.entry(kind).or_insert_with(|| (known.clone(), Origin::default())).1.add(&stage.because);
            }
            let wave = &waves[&stage.id];
            self.stage(writer, stage, wave);
        }
        self.entry(writer, &all);
        writer.add("argocd/README.md", notes(&self.settings, &health, all));
    }
}

impl ArgoCd {
    /// Returns Argo CD as the project of `cluster` sets it up.
    pub(super) fn new(project: &Project, cluster: Option<&str>) -> Self {
        let prefix = cluster.map(|cluster| format!("{cluster}-")).unwrap_or_default();
        Self { settings: project.deliver().argocd(cluster), prefix }
    }

    /// Adds what a person points Argo CD at: the Application that makes those of the stages. They live where Argo CD
    /// does, whatever cluster their objects go to. It has no finalizer: whoever deletes it keeps what runs.
    fn entry(&self, writer: &mut Writer<'_>, because: &Origin) {
        let entry = manifest!({
            apiVersion: "argoproj.io/v1alpha1", kind: "Application",
            metadata: { name: format!("{}apps", self.prefix), namespace: self.settings.namespace },
            spec: {
                project: self.settings.project,
                source: self.folder("argocd/apps"),
                destination: { server: OWN_CLUSTER, namespace: self.settings.namespace },
                syncPolicy: sync_policy(&[]),
            },
        });
        writer.write("argocd/apps.yaml", entry, because.clone());
    }

    /// Adds the Namespaces, which are there before anything in them.
    fn namespaces(&self, writer: &mut Writer<'_>, namespaces: BTreeMap<String, (Value, Origin)>, because: &Origin) {
        for (name, (namespace, because)) in namespaces {
            writer.write(&format!("namespaces/{name}.yaml"), namespace, because);
        }
        let mut application = Application { name: NAMESPACES.to_owned(), ..Application::default() };
        application.annotations.insert(WAVE, Value::new("-1"));
        application.sources.push(self.folder("namespaces"));
        writer.write(&format!("argocd/apps/{NAMESPACES}.yaml"), self.application(application), because.clone());
    }

    /// Adds one stage: its Application, and the folder of its objects.
    fn stage(&self, writer: &mut Writer<'_>, stage: Stage, wave: &Traced<usize>) {
        let mut application = Application { name: stage.name(), ..Application::default() };
        application.annotations.insert(WAVE, Value::new(wave.get().to_string()).because(wave.origin()));
        application.namespace = Some(
            stage
                .charts
                .first()
                .map_or_else(|| Traced::literal(stage.id.namespace.clone()), |chart| chart.namespace.clone()),
        )
        .filter(|_| !stage.is_of_cluster());
        application.keep = stage.charts.iter().any(|chart| chart.keep);
        application.sources.extend(stage.charts.iter().map(source));
        let folder = format!("apps/{}/{}/app", stage.id.namespace, stage.id.name);
        // A chart may bring definitions, which are the longest objects there are.
        let mut large = (!stage.charts.is_empty()).then(Origin::default);
        let (mut custom, mut objects) = (None, None);
        for placed in stage.objects {
            let (object, path) = (&placed.object, format!("{folder}/{}", placed.file));
            let because = object.declared.and(&object.value.origin);
            let note = |found: &mut Option<Origin>| found.get_or_insert_default().add(&because);
            note(&mut objects);
            if builtin_schema(&object.api_version, &object.id.kind).is_none() {
                note(&mut custom);
            }
            let is_definition = object.id.kind == "CustomResourceDefinition";
            let written = writer.placed(&path, placed);
            if is_definition || written.text.len() > LONGEST_ANNOTATED {
                note(&mut large);
            }
            writer.add(&path, written);
        }
        if let Some(because) = objects {
            application.sources.push(self.folder(&folder).because(&because));
        }
        application.options = [("ServerSideApply=true", large), ("SkipDryRunOnMissingResource=true", custom)]
            .into_iter()
            .filter_map(|(option, because)| Some(Value::new(option).because(&because?)))
            .collect();
        let path = format!("argocd/apps/{}.yaml", application.name);
        writer.write(&path, self.application(application), stage.because);
    }

    /// Returns the source that is a folder of the tree. Its objects lie in it flat.
    fn folder(&self, folder: &str) -> Value {
        let path =
            self.settings.path.map(|path| if path.is_empty() { folder.to_owned() } else { format!("{path}/{folder}") });
        manifest!({ repoURL: self.settings.repo_url, targetRevision: self.settings.target_revision, path: path })
    }

    fn application(&self, application: Application) -> Value {
        let Application { name, annotations, sources, namespace, options, keep } = application;
        let mut spec = Map::new();
        // A list wherever there is a chart, so that objects beside it change nothing of that.
        match &sources[..] {
            [folder] if folder.get("path").is_some() => spec.insert("source", folder.clone()),
            _ => spec.insert("sources", Value::new(sources)),
        }
        let mut value = manifest!({
            apiVersion: "argoproj.io/v1alpha1", kind: "Application",
            metadata: {
                name: format!("{}{name}", self.prefix), namespace: self.settings.namespace,
                annotations: annotations,
                finalizers: (!keep).then(|| manifest!([FINALIZER])),
            },
            spec: {
                project: self.settings.project,
                ..spec,
                destination: { server: self.settings.server, name: self.settings.cluster, namespace: namespace },
                syncPolicy: sync_policy(&options),
            },
        });
        if keep {
            self.keep(&mut value, &Origin::default());
        }
        value
    }
}

/// Returns how Argo CD follows git: at once, and again where it fails, as it does where what an object needs is not there
/// yet.
fn sync_policy(options: &[Value]) -> Value {
    // Whoever asks for the first of them asks for the key, too.
    let because = Origin::merged(options.iter().map(|option| &option.origin));
    let options = (!options.is_empty()).then(|| Value::new(options.to_vec()).because(&because));
    manifest!({
        automated: { prune: true, selfHeal: true },
        syncOptions: options,
        retry: { limit: 10i64, backoff: { duration: "15s", factor: 2i64, maxDuration: "5m" } },
    })
}

/// Returns a Job that Argo CD runs at each sync, in place of the one of the last time. It runs beside the objects of its
/// stage, some of which may not be ready before it has run, and after those that it mounts.
fn hook(run: RunOnce) -> Value {
    let mut job = run.job;
    annotate(&mut job, HOOK, "Sync", &Origin::default());
    annotate(&mut job, HOOK_DELETE_POLICY, "BeforeHookCreation", &Origin::default());
    job
}

/// Returns a chart as a source. Argo CD knows an OCI registry by a URL without a scheme, and adds the chart's name itself.
/// Source: argoproj/argo-cd, `util/helm/client.go` and `cmd.go`.
fn source(chart: &Chart) -> Value {
    let url = match &chart.source {
        ChartSource::Http(url) => url.as_str(),
        ChartSource::Oci(url) => {
            let url = url.strip_prefix("oci://").unwrap_or(url);
            url.strip_suffix(chart.name).and_then(|url| url.strip_suffix('/')).unwrap_or(url)
        }
    };
    let values = Some(&chart.values).filter(|values| values.as_map().is_none_or(|map| !map.is_empty()));
    manifest!({
        repoURL: chart.which(url),
        chart: chart.which(chart.name),
        targetRevision: chart.version,
        helm: { releaseName: chart.release, valuesObject: values },
    })
}

/// Returns what Argo CD must be told that no object of the tree can tell it.
fn notes(settings: &project::ArgoCd, health: &BTreeMap<String, (Health, Origin)>, because: Origin) -> File {
    let mut lines = Lines::new(because.clone());
    lines.fixed("# How Argo CD rolls out this tree\n");
    lines.fixed("`apps.yaml` is the Application that makes all others, those in `apps/`. Apply it once, in the cluster of Argo CD:\n");
    lines.fixed("```sh\nkubectl apply -f apps.yaml\n```\n");
    lines.fixed("They come in waves: a wave begins when every Application of the one before is healthy. By itself Argo CD does not look");
    lines.fixed("at the health of Applications, and rolls out all of them at once; whatever comes too early fails, and is tried again.");
    lines.add(text!("So that it waits, add this to the ConfigMap `argocd-cm` in namespace `{}`:", settings.namespace));
    lines.fixed("\n```yaml\ndata:");
    lines.fixed("  resource.customizations.health.argoproj.io_Application: |");
    lua(&mut lines, include_str!("application.lua"));
    for (kind, (health, because)) in health {
        if let Some(script) = health.lua {
            lines.because = because.clone();
            lines.fixed(&format!("  resource.customizations.health.{kind}: |"));
            lua(&mut lines, script);
        }
    }
    lines.because = because;
    lines.fixed("```\n");
    lines.fixed("An Application counts as healthy here when its sync succeeded, hooks included, and its objects are healthy. Waves order");
    lines.fixed(
        "what is made, and changes of the Applications themselves; a change of objects alone is rolled out at once.",
    );
    lines.into_file()
}

fn lua(lines: &mut Lines, script: &str) {
    for line in script.lines() {
        lines.fixed(&format!("    {line}"));
    }
}
