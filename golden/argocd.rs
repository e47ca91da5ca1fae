//! Argo CD can apply every tree: paths, waves, hooks, namespaces, what must survive a removal from git; and what it makes
//! is what Flux makes of the same project.

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use std::collections::{BTreeMap, BTreeSet};

use bayplan::kube::{Scope, builtin_schema, scope};
use bayplan::source::{Source, Sources};
use common::projects::{Engine, delivered_by, switched};
use common::trees::{Object, Tree, is_yaml, texts, trees_of};
use serde_json::Value as Json;

const ENTRY: &str = "argocd/apps.yaml";
const APPS: &str = "argocd/apps";
const NAMESPACES: &str = "namespaces";

/// Charts that bring definitions of these groups, by the chart's name.
const CRDS_OF_CHARTS: &[(&str, &[&str])] =
    &[("operator", &["minio.min.io", "sts.min.io"]), ("restate-operator-crds", &["restate.dev"])];

/// Kinds whose removal loses data, unless the object says that it stays.
const KEPT: &[&str] = &["Namespace", "Tenant", "PersistentVolumeClaim"];

/// An Application that applies something.
struct Application<'tree> {
    object: &'tree Object,
    wave: i64,
    /// What it applies from the tree.
    objects: Vec<&'tree Object>,
    /// The charts that it rolls out.
    charts: Vec<&'tree Json>,
}

#[test]
fn every_tree_can_be_applied() {
    let mut failures = Vec::new();
    let (mut applications, mut ordered) = (0, 0);
    for project in delivered_by(Engine::ArgoCd) {
        let trees = trees_of(&project.name, &project.sources);
        let by_flux = trees_of(&project.name, &switched(&project.sources, Engine::Flux));
        assert_eq!(trees.len(), by_flux.len(), "{}", project.name);
        let mut names = BTreeSet::new();
        for (tree, by_flux) in trees.iter().zip(&by_flux) {
            let name = &tree.name;
            failures.extend(problems(tree).into_iter().map(|problem| format!("{name}: {problem}")));
            let (objects, flux) = (tree.objects(), by_flux.objects());
            let mut found = Vec::new();
            ordered += order(&of(&objects, &mut Vec::new()), &flux, &mut found);
            same(&objects, &flux, &mut found);
            // All clusters of a fleet may have one Argo CD.
            let all = objects.iter().filter(|object| object.path.starts_with("argocd/"));
            for application in all {
                applications += 1;
                if !names.insert(application.name().to_owned()) {
                    found.push(format!("{} has the name of another Application", application.path));
                }
            }
            failures.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
        }
    }
    assert!(failures.is_empty(), "{} problems:\n{}", failures.len(), failures.join("\n"));
    assert!(applications > 200 && ordered > 20, "only {applications} Applications, {ordered} of them after others");
}

/// What a tree may lack, and what then must be found.
#[test]
fn what_is_wrong_is_found() {
    let text = "minio_enabled: true\nloki_enabled: true\nmonitoring_enabled: true\n---\n\
        apiVersion: restate.dev/v1\nkind: RestateCluster\nmetadata: { name: orders }\nspec:\n  \
        compute: { image: \"example.org/restate:1.7.5\" }\n  storage: { storageRequestBytes: 10737418240 }\n";
    let sources = Sources::new(vec![Source::new("cluster.yaml", text.as_bytes().to_vec())]);
    let tree = trees_of("broken", &switched(&sources, Engine::ArgoCd)).remove(0);
    let by_flux = trees_of("broken", &sources).remove(0).objects();
    let all = |tree: &Tree| {
        let mut found = problems(tree);
        let objects = tree.objects();
        order(&of(&objects, &mut Vec::new()), &by_flux, &mut found);
        same(&objects, &by_flux, &mut found);
        found
    };
    assert_eq!(all(&tree), Vec::<String>::new());
    let tenant = "argocd/apps/storage-minio.yaml";
    let tenant_object = "apps/storage/minio/app/tenant-minio.yaml";
    let operator = "argocd/apps/minio-operator-minio-operator.yaml";
    let loki = "argocd/apps/monitoring-loki.yaml";
    let job = "apps/storage/minio-buckets/app/job-minio-buckets.yaml";
    let config = "apps/storage/minio-buckets/app/configmap-minio-buckets.yaml";
    let restate = "apps/orders/restate/app/configmap-restate-config.yaml";
    for (path, old, new, expected) in [
        (ENTRY, "argocd/apps", "argocd/elsewhere", "makes no Application"),
        (ENTRY, "selfHeal: true", "selfHeal: false", "does not follow git"),
        (tenant, "apps/storage/minio/app", "apps/storage/elsewhere/app", "applies nothing"),
        (tenant, "sync-wave: \"1\"", "sync-wave: \"0\"", "is not after"),
        (tenant, "sync-wave: \"1\"", "sync-wave: \"2\"", "is not after"),
        (tenant, "sync-wave: \"1\"", "sync-wave: \"-1\"", "before the Namespaces"),
        (tenant, "SkipDryRunOnMissingResource=true", "A=b", "tried before its definition is there"),
        (tenant, "    - resources-finalizer.argocd.argoproj.io\n", "    []\n", "leaves what it made"),
        (tenant, "repoURL: https", "repoURL: ssh", "repository"),
        (tenant, "    server: https://kubernetes.default.svc\n", "", "no cluster, or two"),
        (tenant, "kind: Application", "kind: Applicatoin", "is no Application"),
        (tenant_object, "Prune=false,Delete=false", "Prune=false", "would take data along"),
        (tenant_object, "compare-options: IgnoreExtraneous", "compare-options: x", "would differ from git for ever"),
        (restate, "Prune=false,Delete=false", "Delete=false", "would take data along"),
        (operator, "Prune=false,Delete=false", "Delete=false", "would take data along"),
        (operator, "ServerSideApply=true", "A=b", "too long for an annotation"),
        (operator, "releaseName: minio-operator", "values: \"\"", "has no name"),
        (loki, "repoURL: ghcr.io", "repoURL: oci://ghcr.io", "with a scheme"),
        (operator, "chart: operator", "chart: ''", "applies nothing"),
        (loki, "sync-wave: \"3\"", "sync-wave: \"2\"", "is not after"),
        (job, "argocd.argoproj.io/hook: Sync", "a: b", "is no hook"),
        (job, "BeforeHookCreation", "HookFailed", "in the way of the next one"),
        (job, "name: minio-buckets\n", "name: minio-buckets-01234567\n", "named by its content"),
        (config, "sync-wave: \"-1\"", "sync-wave: \"1\"", "may come after"),
        (config, "bayplan.dev/job: ", "bayplan.dev/jib: ", "would not run"),
        (config, "kind: ConfigMap", "kind: Kustomization\nx: kustomize.toolkit.fluxcd.io", "Flux"),
        (config, "buckets.sh: |", "basket.sh: |", "is another object by Flux"),
        ("namespaces/storage.yaml", "Delete=false", "Delete=true", "would take data along"),
        ("namespaces/storage.yaml", "name: storage", "name: store", "no Namespace `storage`"),
        ("argocd/README.md", "health.argoproj.io_Application", "x", "nobody is told"),
    ] {
        let mut broken = tree.clone();
        let text = broken.files.get_mut(path).unwrap_or_else(|| panic!("{path} is there"));
        assert!(text.contains(old), "{path} holds {old:?}:\n{text}");
        *text = text.replacen(old, new, 1);
        let found = all(&broken);
        assert!(found.iter().any(|one| one.contains(expected)), "{path}: {new:?} is not found: {found:#?}");
    }
    let mut broken = tree.clone();
    broken.files.insert("apps/storage/minio/app/deeper/x.yaml".to_owned(), "a: b\n".to_owned());
    broken.files.insert("apps/storage/minio/app/kustomization.yaml".to_owned(), "a: b\n".to_owned());
    let found = problems(&broken);
    for expected in ["deeper/x.yaml is applied by 0", "kustomization.yaml is no object", "would be read as"] {
        assert!(found.iter().any(|one| one.contains(expected)), "{expected:?} is not found: {found:#?}");
    }
}

/// Returns everything that keeps Argo CD from applying the tree as it is meant.
fn problems(tree: &Tree) -> Vec<String> {
    let objects = tree.objects();
    if objects.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let applications = of(&objects, &mut found);
    once(tree, &objects, &applications, &mut found);
    for application in &applications {
        settings(application, &objects, &mut found);
        options(application, &mut found);
        jobs(application, &mut found);
    }
    namespaces(&applications, &mut found);
    definitions(&applications, &mut found);
    for object in &objects {
        no_flux(object, &mut found);
        survival(object, tree, &mut found);
    }
    let notes = tree.files.get("argocd/README.md").map_or("", String::as_str);
    let kinds = ["RestateCluster", "RestateDeployment"];
    let needed = kinds
        .into_iter()
        .filter(|kind| objects.iter().any(|object| object.kind() == *kind && !is_written(&object.path)));
    for kind in needed.map(|kind| format!("restate.dev_{kind}")).chain(["argoproj.io_Application".to_owned()]) {
        if !notes.contains(&format!("resource.customizations.health.{kind}: |\n")) {
            found.push(format!("nobody is told how {kind} is known to be healthy"));
        }
    }
    found
}

/// Whether a file holds an object as somebody wrote it.
fn is_written(path: &str) -> bool {
    path.contains("/raw/app/") || path.starts_with("apps/cluster/")
}

fn annotation<'object>(object: &'object Object, key: &str) -> &'object str {
    object.json["metadata"]["annotations"][key].as_str().unwrap_or_default()
}

fn wave(object: &Object) -> i64 {
    annotation(object, "argocd.argoproj.io/sync-wave").parse().unwrap_or_default()
}

/// Returns the sources of an Application.
fn sources(application: &Object) -> Vec<&Json> {
    let spec = &application.json["spec"];
    let all = spec["sources"].as_array().into_iter().flatten();
    all.chain(spec.get("source")).collect()
}

/// Follows the Applications from the entry.
fn of<'tree>(objects: &'tree [Object], found: &mut Vec<String>) -> Vec<Application<'tree>> {
    let Some(entry) = objects.iter().find(|object| object.path == ENTRY) else {
        found.push(format!("there is no {ENTRY}"));
        return Vec::new();
    };
    let Some(prefix) = entry.text("/spec/source/path").strip_suffix(APPS) else {
        found.push(format!("{ENTRY} makes no Application"));
        return Vec::new();
    };
    // A folder is not read at any depth.
    let in_folder = |folder: &str| {
        let lies = |object: &&'tree Object| {
            object
                .path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|name| !name.contains('/'))
        };
        objects.iter().filter(lies).collect::<Vec<_>>()
    };
    let mut applications = Vec::new();
    for object in in_folder(APPS) {
        if object.text("/apiVersion") != "argoproj.io/v1alpha1" || object.kind() != "Application" {
            found.push(format!("{} is no Application", object.path));
            continue;
        }
        let sources = sources(object);
        let charts: Vec<_> = sources
            .iter()
            .copied()
            .filter(|source| source["chart"].as_str().is_some_and(|name| !name.is_empty()))
            .collect();
        let paths = sources.iter().filter_map(|source| source["path"].as_str()?.strip_prefix(prefix));
        let applied: Vec<_> = paths.flat_map(in_folder).collect();
        if applied.is_empty() && charts.is_empty() {
            found.push(format!("{} applies nothing", object.path));
        }
        applications.push(Application { object, wave: wave(object), objects: applied, charts });
    }
    applications
}

/// Each object is applied by exactly one Application, and each file in a folder of one is an object, in a folder that is
/// read as it is.
fn once(tree: &Tree, objects: &[Object], applications: &[Application<'_>], found: &mut Vec<String>) {
    let made_by_entry =
        |path: &str| path == ENTRY || path.strip_prefix("argocd/apps/").is_some_and(|name| !name.contains('/'));
    for object in objects {
        if object.kind().is_empty() || object.text("/apiVersion").is_empty() || object.name().is_empty() {
            found.push(format!("{} is no object", object.path));
        }
        let by =
            applications.iter().filter(|one| one.objects.iter().any(|applied| applied.path == object.path)).count();
        if by != usize::from(!made_by_entry(&object.path)) {
            found.push(format!("{} is applied by {by} Applications", object.path));
        }
    }
    for path in tree.files.keys() {
        let name = path.rsplit('/').next().unwrap_or_default();
        let other_tool = ["kustomization.yaml", "kustomization.yml", "Kustomization", "Chart.yaml"].contains(&name);
        if other_tool || !is_yaml(path) && path.starts_with("apps/") {
            found.push(format!("the folder of {path} would be read as something else"));
        }
    }
}

/// What every Application says.
fn settings(application: &Application<'_>, objects: &[Object], found: &mut Vec<String>) {
    let entry = objects.iter().find(|object| object.path == ENTRY).expect("it was found");
    for object in [application.object, entry] {
        let (spec, path) = (&object.json["spec"], &object.path);
        if spec["syncPolicy"]["automated"] != serde_json::json!({ "prune": true, "selfHeal": true }) {
            found.push(format!("{path} does not follow git"));
        }
        if spec["syncPolicy"]["retry"]["limit"].as_i64().unwrap_or_default() < 5 {
            found.push(format!("{path} does not try again"));
        }
        let destination = &spec["destination"];
        if destination["server"].is_string() == destination["name"].is_string() {
            found.push(format!("{path}: no cluster, or two"));
        }
        if spec["project"].as_str().is_none_or(str::is_empty) {
            found.push(format!("{path} has no project"));
        }
        if object.namespace() != entry.namespace() {
            found.push(format!("{path} is not where Argo CD looks for it"));
        }
        for source in sources(object).into_iter().filter(|source| source["path"].is_string()) {
            let same = |key: &str| source[key] == entry.json["spec"]["source"][key] && source[key].is_string();
            if !same("repoURL") || !same("targetRevision") {
                found.push(format!("{path} has another repository than {ENTRY}"));
            }
        }
    }
    for chart in &application.charts {
        let url = chart["repoURL"].as_str().unwrap_or_default();
        let path = &application.object.path;
        if url.starts_with("oci:") {
            found.push(format!("{path} names an OCI registry with a scheme"));
        }
        if !url.contains("://") && chart["chart"].as_str().is_none_or(|name| url.ends_with(&format!("/{name}"))) {
            found.push(format!("{path}: the name of the chart is added twice"));
        }
        if chart["helm"]["releaseName"].as_str().is_none() {
            found.push(format!("{path}: the release has no name"));
        }
        if chart["targetRevision"].as_str().is_none_or(|version| version.split('.').count() != 3) {
            found.push(format!("{path}: the version of the chart is not exact"));
        }
    }
}

/// What an Application must say because of what is in it.
fn options(application: &Application<'_>, found: &mut Vec<String>) {
    let Application { object, objects, charts, .. } = application;
    let options = object.json["spec"]["syncPolicy"]["syncOptions"].as_array();
    let says = |option: &str| options.is_some_and(|all| all.iter().any(|one| one == option));
    let custom = |object: &&&Object| builtin_schema(object.text("/apiVersion"), object.kind()).is_none();
    if let Some(custom) = objects.iter().find(custom).filter(|_| !says("SkipDryRunOnMissingResource=true")) {
        found.push(format!("{} would be tried before its definition is there", custom.path));
    }
    let large =
        |object: &&Object| object.kind() == "CustomResourceDefinition" || object.json.to_string().len() > 250_000;
    if (!charts.is_empty() || objects.iter().any(large)) && !says("ServerSideApply=true") {
        found.push(format!("{}: an object may be too long for an annotation", object.path));
    }
}

/// A Job of ours runs at every sync, after what it mounts, whose change makes a sync.
fn jobs(application: &Application<'_>, found: &mut Vec<String>) {
    for job in application.objects.iter().filter(|object| object.kind() == "Job" && !is_written(&object.path)) {
        if annotation(job, "argocd.argoproj.io/hook") != "Sync" {
            found.push(format!("{} is no hook", job.path));
        }
        if annotation(job, "argocd.argoproj.io/hook-delete-policy") != "BeforeHookCreation" {
            found.push(format!("{} is in the way of the next one", job.path));
        }
        let file = format!("job-{}.yaml", job.name());
        if !job.path.ends_with(&file) {
            found.push(format!("{}: a hook is not named by its content", job.path));
        }
        let volumes = job.json.pointer("/spec/template/spec/volumes").and_then(Json::as_array).into_iter().flatten();
        for name in volumes.filter_map(|volume| volume["configMap"]["name"].as_str()) {
            // What is not there somebody else makes, and never with this Job.
            let Some(input) = application.objects.iter().find(|one| one.kind() == "ConfigMap" && one.name() == name)
            else {
                continue;
            };
            if wave(input) >= wave(job) {
                found.push(format!("{} may come after the Job that mounts it", input.path));
            }
            if annotation(input, "bayplan.dev/job").len() != 8 {
                found.push(format!("{}: a change of the Job alone would not run it", input.path));
            }
        }
        // What waits for the Job must not have to be ready before it.
        let after = application.objects.iter().any(|object| wave(object) > wave(job));
        let before =
            application.objects.iter().any(|object| object.kind() == "StatefulSet" && wave(object) < wave(job));
        if after || before {
            found.push(format!("{} runs in another wave than its stage", job.path));
        }
    }
}

/// The namespace of each object is there before the object.
fn namespaces(applications: &[Application<'_>], found: &mut Vec<String>) {
    let made: BTreeMap<_, _> = applications
        .iter()
        .flat_map(|one| one.objects.iter().map(move |object| (one, object)))
        .filter(|(_, object)| object.kind() == "Namespace")
        .map(|(one, object)| (object.name(), one))
        .collect();
    for application in applications {
        if made.values().any(|maker| maker.object.path != application.object.path && maker.wave >= application.wave) {
            found.push(format!("{} comes before the Namespaces", application.object.path));
        }
        for object in &application.objects {
            let namespace = object.namespace();
            if namespace.is_empty() && scope(object.text("/apiVersion"), object.kind()) == Some(Scope::Namespaced) {
                found.push(format!("{} has no namespace", object.path));
            }
            let known =
                namespace.is_empty() || matches!(namespace, "default" | "argocd") || namespace.starts_with("kube-");
            if !known && !made.contains_key(namespace) && namespace != application.object.namespace() {
                found.push(format!("{}: no Namespace `{namespace}`", object.path));
            }
        }
        let target = application.object.text("/spec/destination/namespace");
        if !application.charts.is_empty() && !made.contains_key(target) {
            found.push(format!("{}: no Namespace `{target}`", application.object.path));
        }
    }
}

/// A custom resource comes in a later wave than the chart with its definition.
fn definitions(applications: &[Application<'_>], found: &mut Vec<String>) {
    for provider in applications {
        let names = provider.charts.iter().filter_map(|chart| chart["chart"].as_str());
        let groups = names
            .filter_map(|name| CRDS_OF_CHARTS.iter().find(|(chart, _)| *chart == name))
            .flat_map(|(_, groups)| *groups);
        for group in groups {
            let uses = |one: &&Application<'_>| {
                one.objects.iter().any(|object| object.group() == *group && !is_written(&object.path))
            };
            for user in applications.iter().filter(uses).filter(|user| user.wave <= provider.wave) {
                found
                    .push(format!("{} is not after {}, which defines {group}", user.object.path, provider.object.path));
            }
        }
    }
}

/// Nothing of Flux is in the tree.
fn no_flux(object: &Object, found: &mut Vec<String>) {
    let mut has = object.group().ends_with(".toolkit.fluxcd.io");
    texts(&object.json, &mut |text| has |= text.contains("toolkit.fluxcd.io"));
    if has && !is_written(&object.path) {
        found.push(format!("{} holds something of Flux", object.path));
    }
}

/// What holds data stays in the cluster when it goes from git, and then does not count as a difference.
fn survival(object: &Object, tree: &Tree, found: &mut Vec<String>) {
    // The CRDs of this chart are templates: they go with the release, and every Tenant with them.
    let operator = object.kind() == "Application" && object.text("/spec/sources/0/chart") == "operator";
    // A pod of an old revision still reads the old ConfigMap.
    let config = object.kind() == "ConfigMap" && object.name().starts_with("restate-config-");
    let written =
        is_written(&object.path) || object.kind() == "Namespace" && tree.written_namespaces.contains(object.name());
    if !(KEPT.contains(&object.kind()) || operator || config) || written {
        if object.path.starts_with("argocd/apps/")
            && object.json["metadata"]["finalizers"] != serde_json::json!(["resources-finalizer.argocd.argoproj.io"])
        {
            found.push(format!("{} leaves what it made when it goes", object.path));
        }
        return;
    }
    let options: BTreeSet<_> = annotation(object, "argocd.argoproj.io/sync-options").split(',').collect();
    if !options.contains("Prune=false")
        || !options.contains("Delete=false")
        || !object.json["metadata"]["finalizers"].is_null()
    {
        found.push(format!("{}: its removal from git would take data along", object.path));
    }
    if annotation(object, "argocd.argoproj.io/compare-options") != "IgnoreExtraneous" {
        found.push(format!("{}: once it is kept, its Application would differ from git for ever", object.path));
    }
}

/// A stage comes in a later wave than those that Flux has it depend on. Returns how many stages depend on others.
fn order(applications: &[Application<'_>], by_flux: &[Object], found: &mut Vec<String>) -> usize {
    let by_path = |folder: &str| {
        applications.iter().find(|one| {
            one.objects.iter().any(|object| object.path.starts_with(folder))
                || one.object.path
                    == format!(
                        "{APPS}/{}.yaml",
                        folder.trim_start_matches("apps/").trim_end_matches("/app/").replace('/', "-")
                    )
        })
    };
    let stages: Vec<_> = by_flux.iter().filter(|object| object.path.ends_with("/ks.yaml")).collect();
    let folder = |stage: &Object| stage.path.replace("ks.yaml", "app/");
    let mut count = 0;
    for stage in &stages {
        let Some(application) = by_path(&folder(stage)) else {
            found.push(format!("no Application stands for {}", stage.path));
            continue;
        };
        let mut first = 0;
        for name in
            stage.json["spec"]["dependsOn"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str())
        {
            count += 1;
            let before = stages.iter().find(|stage| stage.name() == name).and_then(|stage| by_path(&folder(stage)));
            let Some(before) = before else {
                found.push(format!("no Application stands for {name}"));
                continue;
            };
            first = first.max(before.wave + 1);
            if before.wave >= application.wave {
                found.push(format!("{} is not after {}", application.object.path, before.object.path));
            }
        }
        if application.wave > first {
            found.push(format!("{} is later than it must be", application.object.path));
        }
    }
    count
}

/// The objects are those that Flux applies, but for what is an engine's own.
fn same(objects: &[Object], by_flux: &[Object], found: &mut Vec<String>) {
    let kept = |objects: &[Object]| -> BTreeMap<String, Json> {
        let is_object = |object: &&Object| {
            let engine = object.group().ends_with("toolkit.fluxcd.io") || object.path.starts_with("argocd/");
            !engine && object.group() != "kustomize.config.k8s.io"
        };
        let plain = |object: &Object| {
            let mut json = object.json.clone();
            let path = if object.kind() == "Namespace" {
                format!("{NAMESPACES}/{}.yaml", object.name())
            } else {
                object.path.clone()
            };
            if object.kind() == "Job" && !is_written(&object.path) {
                json["metadata"]["name"] = Json::Null;
            }
            if let Some(annotations) = json["metadata"].get_mut("annotations").and_then(Json::as_object_mut) {
                let is_engine = |key: &str| {
                    key.contains("toolkit.fluxcd.io") || key.contains("argoproj.io") || key == "bayplan.dev/job"
                };
                annotations.retain(|key, _| !is_engine(key));
            }
            if json["metadata"]["annotations"].as_object().is_some_and(serde_json::Map::is_empty) {
                json["metadata"].as_object_mut().expect("it is a map").remove("annotations");
            }
            (path, json)
        };
        objects.iter().filter(is_object).map(plain).collect()
    };
    let (ours, theirs) = (kept(objects), kept(by_flux));
    for path in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        match (ours.get(path), theirs.get(path)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => found.push(format!("{path} is another object by Flux")),
            _ => found.push(format!("{path} is there by one engine alone")),
        }
    }
}
