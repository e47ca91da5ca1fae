//! A RestateCluster in a project: its definition, its rules, its snapshots, and the Job that provisions it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads files, runs a script and prints"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use bayplan::compile::{self, Compiled, Options};
use bayplan::component;
use bayplan::source::{Source, Sources};
use serde_json::{Value as Json, json};

/// Compiles a project of a MinIO named `minio` and one RestateCluster.
fn project(cluster: &str) -> (Compiled, Sources) {
    let files = [("cluster.yaml", "minio_enabled: true\n"), ("declarations/restate.yaml", cluster)];
    let sources = Sources::new(files.map(|(name, text)| Source::new(name, text.as_bytes().to_vec())).into());
    (compile::compile(&sources, &Options::default()), sources)
}

/// Returns a cluster named `orders` with `metadata` and `spec` added, each line as it is written.
fn cluster(metadata: &str, spec: &str) -> String {
    let indented = |text: &str| text.lines().flat_map(|line| ["  ", line, "\n"]).collect::<String>();
    format!(
        "apiVersion: restate.dev/v1\nkind: RestateCluster\nmetadata:\n  name: orders\n{}spec:\n  storage: {{storageRequestBytes: 1000000000}}\n{}",
        indented(metadata),
        indented(spec)
    )
}

const COMPUTE: &str = "compute: {image: \"example.org/restate:1.7.5\"}\n";
const SNAPSHOTS: &str = "annotations: {bayplan.dev/snapshots: minio}\n";

/// Returns the codes of all findings with their places.
#[track_caller]
fn findings(metadata: &str, spec: &str) -> Vec<String> {
    let (compiled, sources) = project(&cluster(metadata, spec));
    let place = |label: &bayplan::diagnostic::Label| sources.position(label.span).to_string();
    let one = |found: &bayplan::diagnostic::Diagnostic| {
        format!("{} {}", found.labels.first().map(place).unwrap_or_default(), found.code)
    };
    compiled.diagnostics.iter().map(one).collect()
}

/// Returns the object in the only file of the tree whose path ends with `path`.
#[track_caller]
fn object(compiled: &Compiled, path: &str) -> Json {
    let mut files = compiled.clusters[0].tree.iter();
    let (_, file) = files.find(|(name, _)| name.as_str().ends_with(path)).expect("the file is there");
    serde_yaml::from_str(&file.text).expect("a file of the tree is YAML")
}

fn env(compiled: &Compiled) -> Vec<(String, Json)> {
    let set = object(compiled, "orders/restate/app/statefulset-restate.yaml");
    let env = set.pointer("/spec/template/spec/containers/0/env").and_then(Json::as_array).expect("there is an env");
    let snapshots = env.iter().filter_map(|entry| {
        let name = entry["name"].as_str()?.strip_prefix("RESTATE_WORKER__SNAPSHOTS__")?;
        Some((name.to_owned(), entry.get("value").or_else(|| entry.pointer("/valueFrom/secretKeyRef")).cloned()?))
    });
    snapshots.collect()
}

#[test]
fn an_annotation_brings_snapshots() {
    let (compiled, _) = project(&cluster(SNAPSHOTS, COMPUTE));
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let expected = [
        ("DESTINATION", json!("s3://orders-snapshots/orders")),
        ("AWS_REGION", json!("us-east-1")),
        ("AWS_ENDPOINT_URL", json!("http://minio.storage.svc")),
        ("AWS_ALLOW_HTTP", json!("true")),
        ("AWS_ACCESS_KEY_ID", json!({ "name": "restate-snapshots", "key": "access-key" })),
        ("AWS_SECRET_ACCESS_KEY", json!({ "name": "restate-snapshots", "key": "secret-key" })),
        ("SNAPSHOT_INTERVAL_NUM_RECORDS", json!("10000")),
    ];
    assert_eq!(env(&compiled), expected.map(|(name, value)| (name.to_owned(), value)));
    let egress = object(&compiled, "networkpolicy-allow-restate-egress.yaml");
    assert_eq!(egress.pointer("/spec/egress/0/ports/0/port"), Some(&json!(9000)));
    assert_eq!(
        egress.pointer("/spec/egress/0/to/0/podSelector/matchLabels"),
        Some(&json!({ "v1.min.io/tenant": "minio" }))
    );
    let ks = object(&compiled, "orders/restate/ks.yaml");
    assert_eq!(ks.pointer("/spec/dependsOn/0/name"), Some(&json!("storage-minio-buckets")));
}

#[test]
fn what_agrees_with_the_annotation_wins() {
    let config = r#"config: |
  [worker.snapshots]
  destination = "s3://orders-snapshots/else/where"
  aws-endpoint-url = "http://minio.storage.svc.cluster.local:80/"
  snapshot-interval = "1h"
"#;
    let (compiled, _) = project(&cluster(SNAPSHOTS, &format!("{COMPUTE}{config}")));
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let names: Vec<_> = env(&compiled).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["AWS_REGION", "AWS_ALLOW_HTTP", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
}

#[test]
fn what_contradicts_the_annotation_is_found_where_it_stands() {
    let config = "config: |\n  [worker.snapshots]\n  destination = \"s3://other/x\"\n  aws-region = \"local\"\n";
    assert_eq!(
        findings(SNAPSHOTS, &format!("{COMPUTE}{config}")),
        ["11:19 restate/snapshots-contradicted", "12:18 restate/snapshots-contradicted"]
    );
    let other = "annotations: {bayplan.dev/snapshots: minio/No_Bucket, bayplan.dev/snapshot: x}\n";
    assert_eq!(findings(other, COMPUTE), ["5:40 restate/snapshots-unreadable", "5:79 restate/unknown-wish"]);
    let nobody = "annotations: {bayplan.dev/snapshots: minoi}\n";
    assert_eq!(findings(nobody, COMPUTE), ["5:40 claims/unknown-store"]);
}

#[test]
fn rules_find_their_faults() {
    let compute = |more: &str| format!("compute: {{image: \"example.org/restate:1.7.5\", {more}}}\n");
    let config = |text: &str| format!("{COMPUTE}config: |\n{text}");
    let security = |text: &str| format!("{COMPUTE}security: {{{text}}}\n");
    // What is written, where the finding points to, and what is found.
    let cases: &[(String, &str, &str)] = &[
        ("compute: {image: example.org/restate}\n".to_owned(), "example.org", "restate/floating-image"),
        (compute("replicas: -1"), "-1", "restate/negative-replicas"),
        (compute("dnsPolicy: Never"), "Never", "restate/unknown-policy"),
        (compute("env: [{name: POD_NAME, value: x}]"), "POD_NAME", "restate/reserved-variable"),
        (compute("extraVolumes: [{name: tmp}]"), "tmp", "restate/same-volume"),
        (compute("extraVolumeMounts: [{name: x, mountPath: /tmp}]"), "/tmp", "restate/same-mount-path"),
        (compute("replicas: 3"), "3}", "restate/nodes-apart"),
        (config("  auto-provision = false\n"), "false", "restate/nobody-provisions"),
        (config("  default-replication = { node = 2 }\n"), "{ node", "restate/replication-too-high"),
        (
            config("  [metadata-client]\n  type = \"object-store\"\n  path = \"gs://x/y\"\n"),
            "\"gs:",
            "restate/metadata-store",
        ),
        (
            config("  [worker.snapshots]\n  aws-endpoint-url = \"http://s3.example.org\"\n"),
            "\"http:",
            "restate/http-not-allowed",
        ),
        (
            config("  [worker.snapshots]\n  aws-endpoint-url = \"https://s3.store.svc\"\n"),
            "\"https:",
            "restate/store-out-of-reach",
        ),
        (
            config("  [worker.snapshots]\n  aws-secret-access-key = \"hunter2\"\n"),
            "\"hunter2",
            "restate/plaintext-credentials",
        ),
        (format!("{COMPUTE}cluster: {{autoProvision: true}}\n"), "true", "restate/self-provisioning"),
        (security("requestSigningPrivateKey: {version: v2}"), "v2", "restate/signing-version"),
        (
            security("requestSigningPrivateKey: {version: v1, secretProvider: {path: private.pem}}"),
            "private.pem",
            "restate/not-installed",
        ),
        (security("awsPodIdentityAssociationRoleArn: arn"), "arn}", "restate/role-without-cluster"),
        (format!("{COMPUTE}clusterProvisioning: {{}}\n"), "clusterProvisioning", "shape/unknown-field"),
    ];
    for (spec, needle, code) in cases {
        let (compiled, _) = project(&cluster("", spec));
        let found: Vec<_> = compiled.diagnostics.iter().collect();
        let at = cluster("", spec).rfind(needle).expect("the needle is there");
        let place =
            |found: &bayplan::diagnostic::Diagnostic| found.labels.first().map(|label| label.span.range().start);
        assert_eq!(
            found.iter().map(|found| (found.code.as_ref(), place(found))).collect::<Vec<_>>(),
            [(*code, Some(at))]
        );
    }
}

#[test]
fn broken_toml_is_found_inside_the_block() {
    assert_eq!(
        findings("", &format!("{COMPUTE}config: |\n  ok = 1\n  this is not [toml\n")),
        ["10:10 restate/config-syntax"]
    );
    assert_eq!(findings("namespace: else\n", COMPUTE), ["5:14 restate/namespace-ignored"]);
}

#[test]
fn a_secret_in_clear_is_hidden() {
    let text =
        cluster("", &format!("{COMPUTE}config: |\n  [worker.snapshots]\n  aws-secret-access-key = \"hunter2\"\n"));
    let (compiled, _) = project(&text);
    let at = text.find("\"hunter2\"").expect("it is there");
    assert!(
        compiled.secrets.iter().any(|span| span.range() == (at..at + "\"hunter2\"".len())),
        "{:?}",
        compiled.secrets
    );
}

/// The script of the Job, with a stand-in for `curl` that counts its calls and answers as the cluster would.
#[test]
fn the_cluster_is_provisioned_once() {
    let spec = format!("{COMPUTE}cluster: {{autoProvision: true}}\nconfig: auto-provision = false\n");
    let (compiled, _) = project(&cluster("", &spec));
    let job = object(&compiled, "orders/restate/app/job-restate-provision.yaml");
    let script = job.pointer("/spec/template/spec/containers/0/command/2").and_then(Json::as_str).expect("a script");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stand_in = folder.path().join("curl");
    let answers = "#!/bin/sh\ncat >/dev/null\ncalls=$(cat \"$0.calls\" 2>/dev/null || echo 0)\ncalls=$((calls + 1))\necho $calls >\"$0.calls\"\n\
        case $calls in 1) echo 'connection refused' >&2; exit 7 ;; 2) echo 'grpc-status: 0' ;; *) echo 'grpc-status: 6' ;; esac\n";
    std::fs::write(&stand_in, answers).expect("the stand-in is written");
    std::fs::write(folder.path().join("sleep"), "#!/bin/sh\n").expect("no test waits");
    for name in ["curl", "sleep"] {
        let executable = Command::new("chmod").arg("+x").arg(folder.path().join(name)).status();
        assert!(executable.is_ok_and(|status| status.success()), "{name} must be executable");
    }
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let run = || {
        let output =
            Command::new("/bin/sh").args(["-c", script]).env("PATH", &path).env("NODE_URL", "http://node").output();
        let output = output.expect("there is a shell");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(run(), "the cluster is provisioned\n");
    assert_eq!(run(), "the cluster was provisioned before\n");
}

/// Returns the objects of the cluster `orders` in a tree by what they are called, and those that the operator makes.
fn delivered(spec: &str, delivery: &str, operator: &str) -> (BTreeMap<String, Json>, BTreeMap<String, Json>) {
    let metadata = format!("annotations: {{team: sales, bayplan.dev/delivery: {delivery}}}\nlabels: {{tier: data}}\n");
    let text = format!("{}---\n{operator}", cluster(&metadata, spec));
    let source = Source::new("cluster.yaml", text.into_bytes());
    let compiled = compile::compile(&Sources::new(vec![source]), &Options::default());
    assert!(!compiled.diagnostics.has_errors(), "{:?}", compiled.diagnostics);
    let own = &compiled.clusters[0];
    let (mut written, mut made) = (BTreeMap::new(), BTreeMap::new());
    for (path, file) in own.tree.iter().filter(|(path, _)| path.as_str().contains("/orders/restate/app/")) {
        if path.as_str().ends_with("kustomization.yaml") {
            continue;
        }
        for object in own.operators.make(&file.text) {
            made.insert(object.id.to_string(), object.value.to_json());
        }
        let mut value: Json = serde_yaml::from_str(&file.text).expect("a file of the tree is YAML");
        // What keeps an object is a mark of the engine.
        if let Some(annotations) = value.pointer_mut("/metadata/annotations").and_then(Json::as_object_mut) {
            annotations.retain(|key, _| !key.starts_with("kustomize.toolkit.fluxcd.io/"));
        }
        let kind = value["kind"].as_str().unwrap_or_default().to_owned();
        written.insert(format!("{kind} orders/{}", value["metadata"]["name"].as_str().unwrap_or_default()), value);
    }
    (written, made)
}

/// Whoever applies them: the engine from the tree, or the operator.
#[test]
fn both_deliveries_come_to_the_same() {
    const OPERATOR: &str = "apiVersion: bayplan.dev/v1alpha1\nkind: RestateOperator\nmetadata: {name: operator}\n\
        spec: {installedCrds: [SecretProviderClass, SecurityGroupPolicy], awsPodIdentityAssociationCluster: eks}\n";
    let provisioned = "cluster: {autoProvision: true}\nconfig: auto-provision = false\n";
    let security = "security:\n  awsPodIdentityAssociationRoleArn: arn:aws:iam::1:role/x\n  awsPodSecurityGroups: [sg-1]\n  \
        requestSigningPrivateKey: {version: v1, secretProvider: {path: key.pem, provider: aws}}\n  \
        trustedCaCerts: [{secretName: ca, key: ca.crt}]\n  networkPeers: {ingress: [], admin: [{podSelector: {}}]}\n  \
        networkEgressRules: [{}]\n";
    for spec in ["", provisioned, security, "security: {disableNetworkPolicies: true}\n"] {
        let spec = format!("{COMPUTE}{spec}");
        let (mut expanded, _) = delivered(&spec, "expanded", OPERATOR);
        let (_, mut made) = delivered(&spec, "operator", OPERATOR);
        // Provisioning is an action of the operator; canaries are actions at run time.
        let provisions = |name: &str| name.starts_with("Job ") || name.ends_with("/allow-provision-access");
        expanded.retain(|name, _| !provisions(name));
        made.retain(|name, _| !provisions(name));
        assert_eq!(expanded.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>(), "{spec}");
        for (name, written) in &expanded {
            assert_eq!(*written, made[name], "{name} of {spec}");
        }
    }
}

/// Where there is no operator, no policy lets it in; nothing else is missing.
#[test]
fn without_an_operator_its_peer_alone_is_missing() {
    const OPERATOR: &str = "apiVersion: bayplan.dev/v1alpha1\nkind: RestateOperator\nmetadata: {name: operator}\n";
    let spec = format!("{COMPUTE}cluster: {{autoProvision: true}}\nconfig: auto-provision = false\n");
    let (with, _) = delivered(&spec, "expanded", OPERATOR);
    let (without, _) = delivered(&spec, "expanded", "");
    let differing: Vec<_> = with.iter().filter(|(name, value)| without.get(*name) != Some(value)).collect();
    let names: Vec<_> = differing.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["NetworkPolicy orders/allow-admin-access", "NetworkPolicy orders/allow-metrics-access"]);
    for (name, value) in differing {
        let peers =
            |value: &Json| value.pointer("/spec/ingress/0/from").and_then(Json::as_array).cloned().unwrap_or_default();
        let (mut with, without) = (peers(value), peers(&without[name]));
        let is_operator = |peer: &Json| peer.to_string().contains("restate-operator");
        assert_eq!(with.iter().filter(|peer| is_operator(peer)).count(), 1, "{name}");
        with.retain(|peer| !is_operator(peer));
        assert_eq!(with, without, "{name}");
    }
}

/// A tree that is built says nothing of what it was before; another copy of the project does.
#[test]
fn a_base_tells_what_its_cluster_would_refuse() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = |name: &str, bytes: &str| {
        let project = folder.path().join(name);
        std::fs::create_dir(&project).expect("the folder is new");
        let text = cluster("", COMPUTE).replace("1000000000", bytes);
        std::fs::write(project.join("cluster.yaml"), text).expect("the file is new");
        project
    };
    let (base, head) = (copy("base", "2000000000"), copy("head", "1000000000"));
    let bayplan = |project: &Path, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bayplan"));
        let output = command.args(args).current_dir(project).env("NO_COLOR", "1").output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for project in [&base, &head] {
        assert_eq!(bayplan(project, &["build"]).0, Some(0));
    }
    let (code, told) = bayplan(&head, &["check"]);
    assert_eq!((code, told.contains("update/")), (Some(0), false), "{told}");
    let (code, told) = bayplan(&head, &["check", "--base", "../base"]);
    assert_eq!((code, told.contains("warning[update/volume-shrunk]")), (Some(0), true), "{told}");
    assert!(told.contains("cluster.yaml:6:"), "{told}");
    let (code, told) = bayplan(&head, &["check", "--base", "../none"]);
    assert_eq!(code, Some(2), "{told}");
}

/// Fields that came with 3.1, after the definitions that the fields here are held against.
const NEWER: &[&str] = &["spec.restate.deletePolicy", "spec.restate.drain"];

/// Every field of the definitions has its like here, of the same type and with the same bounds and choices, and there is
/// none beside them.
#[test]
fn fields_are_those_of_the_definitions() {
    let kinds = [
        ("restate.dev/v1", "RestateCluster"),
        ("restate.dev/v1beta1", "RestateCloudEnvironment"),
        ("restate.dev/v1beta1", "RestateDeployment"),
    ];
    for (api_version, kind) in kinds {
        let file = format!("../shared/crds/restate.dev/{}s.yaml", kind.to_lowercase());
        let Ok(text) = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)) else {
            println!("skipped: ../shared/crds is absent");
            return;
        };
        let definition: Json = serde_yaml::from_str(&text).expect("a definition is YAML");
        let theirs = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"];
        let ours = component::kind(api_version, kind).expect("the kind is known").schema();
        let mut differences = Vec::new();
        for field in ["spec", "status"].into_iter().filter(|field| theirs.get(field).is_some()) {
            compare(&theirs[field], &ours["properties"][field], ours, field, &mut differences);
        }
        assert!(differences.is_empty(), "{kind}: {differences:#?}");
    }
}

fn compare(theirs: &Json, ours: &Json, root: &Json, at: &str, differences: &mut Vec<String>) {
    let written = ours;
    let ours = resolved(ours, root);
    for key in ["minimum", "maximum", "default", "pattern"] {
        let bound = |schema: &Json| schema[key].as_f64().map_or_else(|| schema[key].clone(), Json::from);
        let theirs = bound(theirs);
        if !theirs.is_null() && theirs != bound(written) && theirs != bound(ours) {
            differences.push(format!("{at}: {key}: {theirs} and {}", written[key]));
        }
    }
    if choices(theirs) != choices(ours) {
        differences.push(format!("{at}: {:?} and {:?}", choices(theirs), choices(ours)));
    }
    let names = |schema: &Json, key: &str| -> BTreeSet<String> {
        let list = schema[key].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
        list.chain(schema[key].as_object().into_iter().flat_map(|map| map.keys().cloned())).collect()
    };
    for key in ["properties", "required"] {
        let mut known = names(ours, key);
        known.retain(|name| !NEWER.contains(&format!("{at}.{name}").as_str()));
        if names(theirs, key) != known {
            differences.push(format!("{at}: {key}: {:?} and {known:?}", names(theirs, key)));
        }
    }
    if types(theirs) != types(ours) {
        differences.push(format!("{at}: {:?} and {:?}", types(theirs), types(ours)));
    }
    for (name, theirs) in theirs["properties"].as_object().into_iter().flatten() {
        compare(theirs, &ours["properties"][name], root, &format!("{at}.{name}"), differences);
    }
    for key in ["items", "additionalProperties"] {
        if theirs[key].is_object() {
            compare(&theirs[key], &ours[key], root, &format!("{at}[]"), differences);
        }
    }
}

/// Follows references, and options to what is there.
fn resolved<'schema>(schema: &'schema Json, root: &'schema Json) -> &'schema Json {
    let parts = ["allOf", "anyOf"].iter().filter_map(|key| schema[key].as_array()).flatten();
    let target = schema["$ref"].as_str().and_then(|pointer| root.pointer(pointer.strip_prefix('#')?));
    match target.or_else(|| parts.clone().find(|part| part["type"] != "null")) {
        Some(inner) if schema["properties"].is_null() => resolved(inner, root),
        _ => schema,
    }
}

fn types(schema: &Json) -> BTreeSet<String> {
    if schema["x-kubernetes-int-or-string"] == true {
        return ["integer", "string"].map(str::to_owned).into();
    }
    let one_of = schema["oneOf"].as_array().into_iter().flatten().map(|one| &one["type"]);
    let listed = schema["type"].as_array().into_iter().flatten().chain([&schema["type"]]).chain(one_of);
    let listed = listed.filter_map(Json::as_str);
    listed.filter(|name| *name != "null").map(str::to_owned).collect()
}

/// Returns the only texts that a field can have.
fn choices(schema: &Json) -> BTreeSet<String> {
    let one_of = schema["oneOf"].as_array().into_iter().flatten().map(|one| &one["const"]);
    let all = schema["enum"].as_array().into_iter().flatten().chain(one_of);
    all.filter_map(Json::as_str).map(str::to_owned).collect()
}
