//! Flux can apply every tree: paths, order, sources, namespaces, and what must survive a removal from git.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test of another program reads files and the environment, and says what it skips"
)]

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use bayplan::kube::{Scope, scope};
use bayplan::source::{Source, Sources};
use common::projects::Engine;
use common::trees::{Object, Tree, is_yaml, texts, trees_by, trees_of};
use rayon::prelude::*;
use serde_json::Value as Json;

const FLUX: &str = "kustomize.toolkit.fluxcd.io";
const ENTRY: &str = "flux/apps.yaml";

/// Groups whose CRDs come with a chart, by the beginning of the chart's source.
const CRDS_OF_CHARTS: &[(&str, &[&str])] = &[
    ("https://operator.min.io", &["minio.min.io", "sts.min.io"]),
    ("https://vmware-tanzu.github.io/helm-charts", &["velero.io"]),
    ("https://archive.apache.org/dist/flink/flink-kubernetes-operator-", &["flink.apache.org"]),
];

/// Groups that every cluster with Flux serves, beside those of Kubernetes, or with what the project chose.
const SERVED: &[&str] =
    &[FLUX, "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "cilium.io", "external-secrets.io", "bitnami.com"];

/// Kinds whose removal loses data, unless the object says that it stays.
const KEPT: &[&str] = &["Namespace", "Tenant", "PersistentVolumeClaim"];

/// One Kustomization of Flux with what it applies.
struct Stage<'tree> {
    object: &'tree Object,
    /// The folder that it builds, below the tree's.
    folder: String,
    /// What it applies.
    objects: Vec<&'tree Object>,
    depends_on: BTreeSet<String>,
}

#[test]
fn every_tree_can_be_applied() {
    let mut failures = Vec::new();
    let trees = trees_by(Engine::Flux);
    for tree in &trees {
        failures.extend(problems(tree).into_iter().map(|problem| format!("{}: {problem}", tree.name)));
    }
    assert!(failures.is_empty(), "{} problems:\n{}", failures.len(), failures.join("\n"));
    assert!(trees.iter().any(|tree| !tree.files.is_empty()), "every tree is empty");
}

/// What a tree may lack, and what then must be found.
#[test]
fn what_is_wrong_is_found() {
    let sources = Sources::new(vec![Source::new(
        "cluster.yaml",
        b"minio_enabled: true\nloki_enabled: true\nmonitoring_enabled: true\n".to_vec(),
    )]);
    let tree = trees_of("broken", &sources).remove(0);
    assert_eq!(problems(&tree), Vec::<String>::new());
    let tenant = "apps/storage/minio/app/tenant-minio.yaml";
    let tenant_stage = "apps/storage/minio/ks.yaml";
    let release = "apps/minio-operator/minio-operator/app/helmrelease-minio-operator.yaml";
    for (path, old, new, expected) in [
        (tenant_stage, "/apps/storage/minio/app", "/apps/storage/minio/elsewhere", "builds nothing"),
        (tenant_stage, "    - name: minio-operator-minio-operator\n", "    - name: gone\n", "depends on"),
        (tenant_stage, "    - name: minio-operator-minio-operator\n", "    - name: storage-minio\n", "circle"),
        (tenant_stage, "    - name: minio-operator-minio-operator\n", "    []\n", "does not wait for its CRD"),
        (tenant_stage, "kind: Tenant", "kind: Tenent", "cannot tell whether its Tenant is ready"),
        (tenant, "kustomize.toolkit.fluxcd.io/prune: disabled", "a: b", "would take data along"),
        (tenant, "name: minio-config", "name: ${CONFIG}", "`${`"),
        (release, "    name: minio-operator\n", "    name: nothing\n", "has no source"),
        (release, "  chart:\n", "  graph:\n", "neither"),
        ("apps/storage/kustomization.yaml", "  - ./namespace.yaml\n", "", "is applied by 0"),
        ("apps/storage/kustomization.yaml", "  - ./minio/ks.yaml\n", "  - ./gone.yaml\n", "lists ./gone.yaml"),
        ("apps/storage/namespace.yaml", "name: storage", "name: store", "no Namespace `storage`"),
    ] {
        let mut broken = tree.clone();
        let text = broken.files.get_mut(path).unwrap_or_else(|| panic!("{path} is there"));
        assert!(text.contains(old), "{path} holds {old:?}:\n{text}");
        *text = text.replacen(old, new, 1);
        let found = problems(&broken);
        assert!(found.iter().any(|one| one.contains(expected)), "{path}: {new:?} is not found: {found:#?}");
    }
}

/// kustomize makes of each folder what Flux's controller makes of it, with the same code.
#[test]
fn kustomize_builds_every_folder() {
    if !Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "kubectl is not installed, and in CI it must be");
        eprintln!("skipped: kubectl is not installed");
        return;
    }
    let failures: Vec<_> = trees_by(Engine::Flux).par_iter().flat_map(kustomize).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn kustomize(tree: &Tree) -> Vec<String> {
    let directory = tempfile::tempdir().expect("there is room for a tree");
    for (path, text) in &tree.files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
    let objects = tree.objects();
    let mut failures = Vec::new();
    let (stages, _) = stages(&objects);
    let folders = stages.iter().map(|stage| (stage.folder.as_str(), stage.objects.clone()));
    let entry = objects.iter().filter(|object| object.path == ENTRY).collect::<Vec<_>>();
    for (folder, expected) in folders.chain((!entry.is_empty()).then_some(("flux", entry))) {
        let output = Command::new("kubectl").arg("kustomize").arg(directory.path().join(folder)).output();
        let output = output.expect("kubectl starts");
        if !output.status.success() {
            failures.push(format!("{}/{folder}: {}", tree.name, String::from_utf8_lossy(&output.stderr)));
            continue;
        }
        let text = String::from_utf8(output.stdout).expect("kustomize writes UTF-8");
        let documents = serde_yaml::Deserializer::from_str(&text);
        let built: Vec<Json> = documents
            .map(|document| serde::Deserialize::deserialize(document).expect("kustomize writes YAML"))
            .collect();
        let mut missing: Vec<_> = expected.iter().filter(|object| !built.contains(&object.json)).collect();
        if built.len() != expected.len() {
            failures.push(format!("{}/{folder}: {} objects of {}", tree.name, built.len(), expected.len()));
        }
        missing.truncate(3);
        failures.extend(
            missing.iter().map(|object| format!("{}/{}: kustomize changes the object", tree.name, object.path)),
        );
    }
    failures
}

/// Returns everything that keeps Flux from applying the tree as it is meant.
fn problems(tree: &Tree) -> Vec<String> {
    let objects = tree.objects();
    if objects.is_empty() {
        return Vec::new();
    }
    let (stages, mut found) = stages(&objects);
    lists(tree, &objects, &mut found);
    once(&objects, &stages, &mut found);
    order(&stages, &mut found);
    crds(&stages, &mut found);
    namespaces(&stages, &mut found);
    for object in &objects {
        sources(object, &objects, &mut found);
        substitution(object, &mut found);
        survival(object, tree, &mut found);
    }
    readiness(&stages, &mut found);
    buckets_first(&stages, &mut found);
    found
}

/// Follows the Kustomizations from the entry.
fn stages(objects: &[Object]) -> (Vec<Stage<'_>>, Vec<String>) {
    let mut found = Vec::new();
    let Some(entry) = objects.iter().find(|object| object.path == ENTRY) else {
        return (Vec::new(), vec![format!("there is no {ENTRY}")]);
    };
    let Some(prefix) = entry.text("/spec/path").strip_suffix("/apps") else {
        return (Vec::new(), vec![format!("{ENTRY} does not build the apps")]);
    };
    let mut stages: Vec<Stage<'_>> = Vec::new();
    let mut waiting = vec![entry];
    while let Some(object) = waiting.pop() {
        let path = object.text("/spec/path");
        let folder = path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path).to_owned();
        let applied = build(objects, &folder, &mut found);
        if applied.is_empty() {
            found.push(format!("{}: {path} builds nothing", object.path));
        }
        let inner = applied.iter().filter(|applied| applied.kind() == "Kustomization" && applied.group() == FLUX);
        waiting.extend(inner);
        let names = object.json.pointer("/spec/dependsOn").and_then(Json::as_array).into_iter().flatten();
        let depends_on = names.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect();
        stages.push(Stage { object, folder, objects: applied, depends_on });
    }
    (stages, found)
}

/// Returns the objects that kustomize makes of a folder.
fn build<'tree>(objects: &'tree [Object], folder: &str, found: &mut Vec<String>) -> Vec<&'tree Object> {
    let mut all = Vec::new();
    let list = format!("{folder}/kustomization.yaml");
    let Some(list) = objects.iter().find(|object| object.path == list) else { return all };
    for resource in list.json["resources"].as_array().into_iter().flatten() {
        let resource = resource.as_str().unwrap_or_default();
        let path = format!("{folder}/{}", resource.trim_start_matches("./"));
        if let Some(object) = objects.iter().find(|object| object.path == path) {
            all.push(object);
            continue;
        }
        let inner = build(objects, &path, found);
        if inner.is_empty() {
            found.push(format!("{} lists {resource}, which is not there", list.path));
        }
        all.extend(inner);
    }
    all
}

/// Each folder with objects says which, and each YAML file is an object.
fn lists(tree: &Tree, objects: &[Object], found: &mut Vec<String>) {
    for path in tree.files.keys().filter(|path| is_yaml(path)) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if folder.ends_with("/app") && !tree.files.contains_key(&format!("{folder}/kustomization.yaml")) {
            found.push(format!("{folder} has no kustomization.yaml"));
        }
    }
    for object in objects {
        if object.kind().is_empty() || object.text("/apiVersion").is_empty() {
            found.push(format!("{} is no object", object.path));
        }
    }
}

/// Each object is applied by exactly one Kustomization: by none it is missing, by two they fight.
fn once(objects: &[Object], stages: &[Stage<'_>], found: &mut Vec<String>) {
    let is_list = |object: &Object| object.group() == "kustomize.config.k8s.io";
    for object in objects.iter().filter(|object| object.path != ENTRY && !is_list(object)) {
        let by = stages.iter().filter(|stage| stage.objects.iter().any(|one| one.path == object.path)).count();
        if by != 1 {
            found.push(format!("{} is applied by {by} Kustomizations", object.path));
        }
    }
}

/// What a stage depends on is there, and nothing waits for itself.
fn order(stages: &[Stage<'_>], found: &mut Vec<String>) {
    for stage in stages {
        for name in &stage.depends_on {
            if !stages.iter().any(|other| other.object.name() == name) {
                found.push(format!("{} depends on {name}, which is not there", stage.object.path));
            }
        }
        if before(stages, stage).contains(stage.object.name()) {
            found.push(format!("{} waits for itself in a circle", stage.object.path));
        }
    }
}

/// Returns the names of all stages that are ready before `stage` is applied.
fn before(stages: &[Stage<'_>], stage: &Stage<'_>) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut waiting: Vec<_> = stage.depends_on.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        let next = stages.iter().find(|stage| stage.object.name() == name);
        if known.insert(name) {
            waiting.extend(next.into_iter().flat_map(|stage| stage.depends_on.iter().cloned()));
        }
    }
    known
}

/// Within a Kustomization everything is tried before anything is applied: an object whose CRD comes with a chart of the
/// same one would never be.
fn crds(stages: &[Stage<'_>], found: &mut Vec<String>) {
    let mut providers: BTreeMap<&str, &str> = BTreeMap::new();
    for stage in stages {
        for object in &stage.objects {
            let url = object.text("/spec/url");
            for (source, groups) in CRDS_OF_CHARTS.iter().filter(|(source, _)| url.starts_with(source)) {
                assert!(!source.is_empty());
                providers.extend(groups.iter().map(|group| (*group, stage.object.name())));
            }
            if object.kind() == "CustomResourceDefinition" {
                providers.insert(object.text("/spec/group"), stage.object.name());
            }
        }
    }
    for stage in stages {
        let custom = |object: &Object| {
            let group = object.group();
            group.contains('.') && !group.ends_with(".k8s.io") && !SERVED.contains(&group)
        };
        let groups: BTreeSet<_> =
            stage.objects.iter().filter(|object| custom(object)).map(|object| object.group()).collect();
        for group in &groups {
            match providers.get(group) {
                Some(provider) if !before(stages, stage).contains(*provider) && *provider != "cluster-raw" => {
                    found.push(format!("{}: {group} does not wait for its CRD from {provider}", stage.object.path));
                }
                // Without its chart in the tree, the project says that the operator is there.
                None if *group == "minio.min.io" => {}
                // Whoever wrote an object of such a group knows what the cluster serves.
                None if !is_written(&stage.folder) && stage.objects.iter().any(|object| object.group() != *group) => {
                    found.push(format!(
                        "{}: {group} may be missing in the cluster and would keep the rest of {} from being applied",
                        stage.object.path, stage.folder
                    ));
                }
                _ => {}
            }
        }
    }
}

/// Whether a folder holds objects as somebody wrote them.
fn is_written(folder: &str) -> bool {
    folder.ends_with("/raw/app") || folder.starts_with("apps/cluster/")
}

/// The namespace of each object is there before the object.
fn namespaces(stages: &[Stage<'_>], found: &mut Vec<String>) {
    for stage in stages {
        for object in &stage.objects {
            let namespace = object.namespace();
            if namespace.is_empty() {
                if scope(object.text("/apiVersion"), object.kind()) == Some(Scope::Namespaced) {
                    found.push(format!("{} has no namespace", object.path));
                }
                continue;
            }
            if matches!(namespace, "default" | "flux-system") || namespace.starts_with("kube-") {
                continue;
            }
            let has_it = |stage: &&Stage<'_>| {
                stage.objects.iter().any(|object| object.kind() == "Namespace" && object.name() == namespace)
            };
            let Some(maker) = stages.iter().find(has_it) else {
                found.push(format!("{}: no Namespace `{namespace}`", object.path));
                continue;
            };
            // The namespace of an app is made by the Kustomization that makes the app's own.
            let is_parent = maker.objects.iter().any(|made| made.path == stage.object.path);
            let same = maker.object.path == stage.object.path;
            if !same && !is_parent && !before(stages, stage).contains(maker.object.name()) {
                found.push(format!("{}: Namespace `{namespace}` may come later", object.path));
            }
        }
    }
}

/// A release has one chart, and the source of the chart is there.
fn sources(object: &Object, objects: &[Object], found: &mut Vec<String>) {
    if object.kind() != "HelmRelease" {
        return;
    }
    let reference = match (object.json.pointer("/spec/chart"), object.json.pointer("/spec/chartRef")) {
        (Some(chart), None) => chart.pointer("/spec/sourceRef"),
        (None, Some(reference)) => Some(reference),
        _ => return found.push(format!("{}: neither or both of chart and chartRef", object.path)),
    };
    let text = |key: &str| reference.and_then(|reference| reference[key].as_str());
    let namespace = text("namespace").unwrap_or(object.namespace());
    let source = objects.iter().find(|source| {
        (Some(source.kind()), Some(source.name()), source.namespace()) == (text("kind"), text("name"), namespace)
    });
    let Some(source) = source else {
        return found.push(format!("{} has no source in the tree", object.path));
    };
    if source.kind() == "OCIRepository" && source.text("/spec/layerSelector/mediaType").is_empty() {
        found.push(format!("{} does not select the layer of the chart", source.path));
    }
    for key in ["/spec/install/remediation/retries", "/spec/upgrade/remediation/retries"] {
        if object.json.pointer(key).is_none() {
            found.push(format!("{}: a failed release is not tried again", object.path));
        }
    }
}

/// `${…}` is eaten by any variable of a Kustomization, unless the object says that it means itself.
fn substitution(object: &Object, found: &mut Vec<String>) {
    let folder = object.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let protected = object.json.pointer("/metadata/annotations/kustomize.toolkit.fluxcd.io~1substitute");
    let mut has = false;
    texts(&object.json, &mut |text| has |= text.contains("${"));
    if has && protected.and_then(Json::as_str) != Some("disabled") && !is_written(folder) {
        found.push(format!("{} holds `${{` and does not say that it means itself", object.path));
    }
}

/// What holds data stays in the cluster when it goes from git.
fn survival(object: &Object, tree: &Tree, found: &mut Vec<String>) {
    let folder = object.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    // The CRDs of this chart are templates: they go with the release, and every Tenant with them.
    let operator = object.kind() == "HelmRelease" && object.text("/spec/chart/spec/chart") == "operator";
    // A pod of an old revision still reads the old ConfigMap.
    let config = object.kind() == "ConfigMap" && object.name().starts_with("restate-config-");
    let kept = object.json.pointer("/metadata/annotations/kustomize.toolkit.fluxcd.io~1prune");
    let written = is_written(folder) || object.kind() == "Namespace" && tree.written_namespaces.contains(object.name());
    let must = KEPT.contains(&object.kind()) || operator || config;
    if must && kept.and_then(Json::as_str) != Some("disabled") && !written {
        found.push(format!("{}: its removal from git would take data along", object.path));
    }
}

/// A stage is ready when its objects are, and a Job runs once for each content.
fn readiness(stages: &[Stage<'_>], found: &mut Vec<String>) {
    for stage in stages.iter().filter(|stage| stage.object.path != ENTRY) {
        let spec = &stage.object.json["spec"];
        if spec["wait"] != Json::Bool(true) || spec["timeout"].as_str().is_none() {
            found.push(format!("{} does not wait until it is ready", stage.object.path));
        }
        let expressions = spec["healthCheckExprs"].as_array();
        let tells = |kind: &str| expressions.is_some_and(|all| all.iter().any(|one| one["kind"] == kind));
        if stage.objects.iter().any(|object| object.kind() == "Tenant") && !tells("Tenant") {
            found.push(format!("{} cannot tell whether its Tenant is ready", stage.object.path));
        }
        for job in stage.objects.iter().filter(|object| object.kind() == "Job" && !is_written(&stage.folder)) {
            let hash = job.name().rsplit_once('-').map_or("", |(_, hash)| hash);
            if hash.len() < 8 || !hash.chars().all(|digit| digit.is_ascii_hexdigit()) {
                found.push(format!("{}: a changed Job would have the name of the old one", job.path));
            }
            if job.json.pointer("/spec/ttlSecondsAfterFinished").is_some() {
                found.push(format!("{}: the Job would run again at every interval", job.path));
            }
        }
        let encrypted = stage.objects.iter().any(|object| object.json.get("sops").is_some());
        if encrypted && spec["decryption"]["provider"].as_str() != Some("sops") {
            found.push(format!("{} cannot read its encrypted objects", stage.object.path));
        }
    }
}

/// Who names the host of a store waits until the store's buckets are there.
fn buckets_first(stages: &[Stage<'_>], found: &mut Vec<String>) {
    let tenants = stages.iter().flat_map(|stage| &stage.objects).filter(|object| object.kind() == "Tenant");
    for tenant in tenants {
        let namespace = tenant.namespace();
        let host = format!("//minio.{namespace}.svc");
        let has_job = |stage: &&Stage<'_>| {
            stage.objects.iter().any(|object| object.kind() == "Job" && object.namespace() == namespace)
        };
        let makers: Vec<_> = stages.iter().filter(has_job).map(|stage| stage.object.name().to_owned()).collect();
        for stage in stages {
            let mut uses = false;
            for object in stage.objects.iter().filter(|object| object.namespace() != namespace) {
                texts(&object.json, &mut |text| uses |= text.contains(&host));
            }
            let first = before(stages, stage);
            if uses && !is_written(&stage.folder) && !makers.iter().any(|maker| first.contains(maker)) {
                found.push(format!("{} uses {host} and does not wait for its buckets", stage.object.path));
            }
        }
    }
}
