//! Holds `expand` against recorded cases of the real Restate operator, by the rules of their README.
//!
//! They lie outside of this project: where they are absent, the test says that it is skipped. So it does for each case
//! that describes a live cluster, or a refusal of an update: `expand` sees one state, and no cluster.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test reads files and prints")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bayplan::compile::{self, Expanded};
use bayplan::diagnostic::Severity;
use bayplan::source::{Source, Sources};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// Where the settings of a case go in the declaration of an operator.
const SETTINGS: &[(&str, &str)] = &[
    ("operatorNamespace", "/namespace"),
    ("operatorLabelName", "/label/name"),
    ("operatorLabelValue", "/label/value"),
    ("awsPodIdentityAssociationCluster", "/awsPodIdentityAssociationCluster"),
    ("gcpWorkloadIdentity", "/gcpWorkloadIdentity"),
    ("tunnelClientDefaultImage", "/tunnelClientDefaultImage"),
    ("clusterDns", "/clusterDns"),
    ("canaryImage", "/canaryImage"),
    ("installedCrds", "/installedCrds"),
];

/// What the operator does at run time, which no expansion holds.
const RUNTIME_KINDS: &[&str] = &["Job", "PersistentVolumeClaim"];

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracle/restate");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|case| case.join("input.yaml").is_file())
        .collect();
    cases.sort();
    if cases.is_empty() {
        println!("skipped: ../shared/oracle/restate is absent");
    }
    let trials = cases
        .into_iter()
        .map(|case| {
            let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let needs_cluster = needs_cluster(&case);
            Trial::test(name, move || run(&case).map_err(Failed::from)).with_ignored_flag(needs_cluster)
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Whether a case is about more than one state of the resources that are declared.
fn needs_cluster(case: &Path) -> bool {
    let update = case.join("error.txt").is_file() && case.join("previous.yaml").is_file();
    let live = settings(case).ok().and_then(|settings| settings.get("live").and_then(Json::as_object).cloned());
    update || live.is_some_and(|live| live.keys().any(|key| key != "restateCloudEnvironments"))
}

/// Returns the settings of the operator, and what the case assumes of a cluster.
fn settings(case: &Path) -> Result<Json, String> {
    let path = case.join("settings.yaml");
    if !path.is_file() {
        return Ok(Json::Null);
    }
    Ok(documents(&path)?.into_iter().next().unwrap_or_default())
}

fn run(case: &Path) -> Result<(), String> {
    let expanded = compile::expand(&sources(case)?);
    let errors: Vec<_> = expanded
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| &found.message)
        .collect();
    let warnings = std::fs::read_to_string(case.join("warnings.txt")).ok();
    if case.join("error.txt").is_file() || warnings.is_some() {
        if errors.is_empty() {
            return Err("nothing is refused".to_owned());
        }
        // What is refused anyway need not name the field as well.
        let unknown = warnings.filter(|_| !case.join("error.txt").is_file());
        return unknown.map_or(Ok(()), |unknown| names_a_field(&unknown, &expanded));
    }
    if !errors.is_empty() {
        return Err(format!("refused: {errors:?}"));
    }
    let got = by_identity(expanded.objects.iter().map(bayplan::value::Value::to_json));
    let want = by_identity(documents(&case.join("expected.yaml"))?);
    // What becomes of an environment that the case assumes is no part of it.
    let others = settings(case)?.pointer("/live/restateCloudEnvironments").is_some();
    for name in want.keys().chain(got.keys()) {
        match (want.get(name), got.get(name)) {
            (Some(want), Some(got)) => difference(want, got, "").map_or(Ok(()), |at| Err(format!("{name} {at}")))?,
            (Some(_), None) => return Err(format!("{name} is missing")),
            (None, _) if others => {}
            (None, _) => return Err(format!("{name} is not wanted")),
        }
    }
    Ok(())
}

/// The operator dropped fields that the definition does not know: we name at least one of them.
fn names_a_field(warnings: &str, expanded: &Expanded) -> Result<(), String> {
    let fields = warnings.split('"').skip(1).step_by(2).filter_map(|path| path.split(['.', '[']).next_back());
    let named =
        |field: &str| expanded.diagnostics.iter().any(|found| found.message.contains(field.trim_end_matches(']')));
    if fields.clone().any(named) { Ok(()) } else { Err("no unknown field is named".to_owned()) }
}

/// Returns the resource, the operator's settings, and the environments that the case assumes.
fn sources(case: &Path) -> Result<Sources, String> {
    let mut files = vec![Source::new("input.yaml", std::fs::read(case.join("input.yaml")).map_err(|e| e.to_string())?)];
    let settings = settings(case)?;
    if !settings.is_null() {
        let mut spec = json!({});
        for (key, pointer) in SETTINGS {
            if let Some(value) = settings.get(key) {
                set(&mut spec, pointer, value.clone());
            }
        }
        let operator = json!({
            "apiVersion": "bayplan.dev/v1alpha1", "kind": "RestateOperator",
            "metadata": { "name": "restate-operator" }, "spec": spec,
        });
        files.push(Source::new("operator.yaml", operator.to_string().into_bytes()));
        let clouds = settings.pointer("/live/restateCloudEnvironments").and_then(Json::as_array);
        for (index, cloud) in clouds.into_iter().flatten().enumerate() {
            files.push(Source::new(format!("cloud-{index}.yaml"), cloud.to_string().into_bytes()));
        }
    }
    Ok(Sources::new(files))
}

fn set(spec: &mut Json, pointer: &str, value: Json) {
    let mut at = spec;
    for step in pointer[1..].split('/') {
        if !at.is_object() {
            *at = json!({});
        }
        at = &mut at[step];
    }
    *at = value;
}

fn documents(path: &PathBuf) -> Result<Vec<Json>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    serde_yaml::Deserializer::from_str(&text)
        .map(|document| Json::deserialize(document).map_err(|error| error.to_string()))
        .collect()
}

fn by_identity(objects: impl IntoIterator<Item = Json>) -> BTreeMap<String, Json> {
    let text = |object: &Json, pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or("").to_owned();
    objects
        .into_iter()
        .filter(|object| object.is_object() && !RUNTIME_KINDS.contains(&text(object, "/kind").as_str()))
        .map(|object| {
            let parts = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"];
            (parts.map(|part| text(&object, part)).join("/"), normal(object, ""))
        })
        .collect()
}

/// Null is absent, as are empty annotations and labels of metadata; owners are left out.
fn normal(value: Json, parent: &str) -> Json {
    match value {
        Json::Object(map) => {
            let mut kept = Map::new();
            for (key, value) in map {
                let value = normal(value, &key);
                let empty =
                    parent == "metadata" && matches!(key.as_str(), "annotations" | "labels") && value == json!({});
                let owner = parent == "metadata" && key == "ownerReferences";
                if !value.is_null() && !empty && !owner {
                    kept.insert(key, value);
                }
            }
            Json::Object(kept)
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| normal(item, parent)).collect()),
        scalar => scalar,
    }
}

fn difference(want: &Json, got: &Json, at: &str) -> Option<String> {
    match (want, got) {
        (Json::Object(want), Json::Object(got)) => want.keys().chain(got.keys()).find_map(|key| {
            let at = format!("{at}.{key}");
            match (want.get(key), got.get(key)) {
                (Some(want), Some(got)) => difference(want, got, &at),
                (Some(want), None) => Some(format!("{at} is missing, want {want}")),
                (None, got) => Some(format!("{at} is not wanted, got {}", got.unwrap_or(&Json::Null))),
            }
        }),
        (Json::Array(want), Json::Array(got)) if want.len() == got.len() => want
            .iter()
            .zip(got)
            .enumerate()
            .find_map(|(index, (want, got))| difference(want, got, &format!("{at}[{index}]"))),
        (Json::Number(want), Json::Number(got)) if want.as_f64() == got.as_f64() => None,
        _ if want == got => None,
        _ => Some(format!("{at}: want {want}, got {got}")),
    }
}
