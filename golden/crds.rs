//! Every object of every tree fits the schema of its kind: unknown, missing and mistyped fields.
//!
//! Built-in kinds are held against what k8s-openapi knows, custom ones against their definitions in `../shared/crds`:
//! by our own walker, which finds unknown fields, and by `jsonschema`, which knows patterns and choices. What is not
//! there is told as skipped; with `CI` set that is a failure.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test reads files and the environment, and says what it skips"
)]

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use bayplan::source::{Source, Sources};
use bayplan::{kube, shape, yaml};
use common::trees::{Object, Tree, trees, trees_of};
use serde_json::Value as Json;

/// The definitions, below the folder of the project.
const DEFINITIONS: &str = "../shared/crds";

/// Definitions of what is not there.
const OWN_DEFINITIONS: &str = "golden/common/definitions";

/// Lists of kustomize have no definition; `flux.rs` checks them.
const WITHOUT_DEFINITION: &str = "kustomize.config.k8s.io";

/// The schema of a kind, and whether its objects belong to a namespace.
struct Definition {
    schema: Json,
    /// Made for the kinds that occur.
    validator: OnceLock<jsonschema::Validator>,
    namespaced: bool,
}

type Definitions = BTreeMap<(String, String), Definition>;

#[test]
fn every_object_fits_its_schema() {
    let definitions = definitions();
    let mut failures = Vec::new();
    let mut skipped = BTreeSet::new();
    let mut count = 0;
    for tree in trees() {
        for object in tree.objects() {
            count += 1;
            let mut without = BTreeSet::new();
            let found = problems(&tree, &object, &definitions, &mut without);
            // What is passed through may be of any kind; of what bayplan makes itself each definition must be there.
            let passed_through = object.path.contains("/raw/");
            skipped.extend(without.into_iter().map(|kind| (kind, passed_through)));
            failures.extend(found.into_iter().map(|problem| format!("{}/{}: {problem}", tree.name, object.path)));
        }
    }
    assert!(failures.is_empty(), "{} problems:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 0, "there is no object");
    for (kind, _) in &skipped {
        eprintln!("skipped: there is no definition of {kind}");
    }
    assert!(
        skipped.iter().all(|(_, passed_through)| *passed_through) || std::env::var_os("CI").is_none(),
        "definitions are missing, and in CI none may"
    );
}

/// Each fault is found in a tree that has none but this.
#[test]
fn what_does_not_fit_is_found() {
    let definitions = definitions();
    let source = b"minio_enabled: true\nloki_enabled: true\nmonitoring_enabled: true\n".to_vec();
    let tree = trees_of("broken", &Sources::new(vec![Source::new("cluster.yaml", source)])).remove(0);
    let policy = "apps/storage/minio/app/networkpolicy-minio-servers.yaml";
    let tenant = "apps/storage/minio/app/tenant-minio.yaml";
    let release = "apps/monitoring/loki/app/helmrelease-loki.yaml";
    let stage = "apps/storage/minio/ks.yaml";
    for (path, old, new) in [
        (policy, "podSelector:", "podSelecter:"),
        (policy, "port: 9000", "port: {}"),
        (policy, "  namespace: storage\n", ""),
        (tenant, "requestAutoCert: false", "requestAutoCert: \"false\""),
        (tenant, "servers: 4", "server: 4"),
        (tenant, "servers: 4", "servers: 0.5"),
        (release, "interval: 1h", "interval: an hour"),
        (release, "kind: OCIRepository", "kind: OciRepository"),
        (release, "apiVersion: helm.toolkit.fluxcd.io/v2", "apiVersion: helm.toolkit.fluxcd.io/v2beta2"),
        (stage, "  prune: true\n", ""),
    ] {
        let mut broken = tree.clone();
        let text = broken.files.get_mut(path).unwrap_or_else(|| panic!("{path} is there"));
        assert!(text.contains(old), "{path} holds {old:?}:\n{text}");
        *text = text.replacen(old, new, 1);
        let object = broken.objects().into_iter().find(|object| object.path == path).expect("it is there");
        let mut skipped = BTreeSet::new();
        let found = problems(&broken, &object, &definitions, &mut skipped);
        assert!(!found.is_empty() || definitions.is_empty(), "{path}: {new:?} is not found");
    }
}

/// Returns what does not fit.
fn problems(tree: &Tree, object: &Object, definitions: &Definitions, skipped: &mut BTreeSet<String>) -> Vec<String> {
    // An encrypted object is decrypted before it is applied.
    if object.group() == WITHOUT_DEFINITION || object.json.get("sops").is_some() {
        return Vec::new();
    }
    let (api_version, kind) = (object.text("/apiVersion"), object.kind());
    let sources = Sources::new(vec![Source::new(object.path.as_str(), tree.files[&object.path].clone().into_bytes())]);
    let (file, source) = sources.iter().next().expect("there is one file");
    let parsed = yaml::parse(file, source);
    let mut found: Vec<String> = parsed.diagnostics.iter().map(|problem| problem.message.clone()).collect();
    let [value] = &parsed.documents[..] else {
        found.push(format!("{} documents", parsed.documents.len()));
        return found;
    };
    let mut report = Vec::new();
    // Identity and metadata of all kinds, and everything of the built-in ones.
    shape::check_manifest(value, &bayplan::value::Origin::default(), &mut report);
    let mut namespaced = kube::scope(api_version, kind).map(|scope| scope == kube::Scope::Namespaced);
    if kube::builtin_schema(api_version, kind).is_none() {
        if let Some(definition) = definitions.get(&(api_version.to_owned(), kind.to_owned())) {
            shape::check_declared(value, &definition.schema, "", &bayplan::value::Origin::default(), &mut report);
            let errors = definition.validator().iter_errors(&object.json);
            found.extend(errors.map(|error| format!("{}: {error}", error.instance_path())));
            namespaced = Some(definition.namespaced);
        } else {
            let known = definitions.keys().any(|(other, of)| group(other) == object.group() && of == kind);
            if known {
                found.push(format!("{kind} is not served as {api_version}"));
            } else {
                skipped.insert(format!("{kind} of {api_version}"));
            }
        }
    }
    found.extend(report.iter().map(|problem| problem.message.clone()));
    if namespaced.is_some_and(|namespaced| namespaced == object.namespace().is_empty()) {
        found.push(format!("{kind} in namespace {:?}", object.namespace()));
    }
    found
}

fn group(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Returns every served version of every kind that is defined.
fn definitions() -> Definitions {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFINITIONS);
    if !folder.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "{DEFINITIONS} is not there, and in CI it must be");
        eprintln!("skipped: {DEFINITIONS} is not there, only built-in kinds are tested");
    }
    let mut all = Definitions::new();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(OWN_DEFINITIONS);
    let entries = [folder, own].into_iter().flat_map(|folder| walkdir::WalkDir::new(folder).into_iter());
    for entry in entries.filter_map(Result::ok) {
        if entry.path().extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("a definition can be read");
        for document in serde_yaml::Deserializer::from_str(&text) {
            let json: Json = serde::Deserialize::deserialize(document).expect("a definition is YAML");
            let spec = &json["spec"];
            if json["kind"] != "CustomResourceDefinition" {
                continue;
            }
            for version in spec["versions"].as_array().into_iter().flatten().filter(|one| one["served"] == true) {
                let name = |json: &Json| json.as_str().expect("a text").to_owned();
                let key =
                    (format!("{}/{}", name(&spec["group"]), name(&version["name"])), name(&spec["names"]["kind"]));
                all.insert(key, Definition::new(version, spec["scope"] == "Namespaced"));
            }
        }
    }
    all
}

impl Definition {
    fn new(version: &Json, namespaced: bool) -> Self {
        let mut schema = version["schema"]["openAPIV3Schema"].clone();
        // The API server checks these for every kind.
        for (key, kind) in [("apiVersion", "string"), ("kind", "string")] {
            schema["properties"][key] = serde_json::json!({ "type": kind });
        }
        schema["properties"]["metadata"] =
            serde_json::json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        Self { schema, validator: OnceLock::new(), namespaced }
    }

    fn validator(&self) -> &jsonschema::Validator {
        self.validator.get_or_init(|| {
            let mut strict = self.schema.clone();
            as_json_schema(&mut strict);
            let validator = jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&strict);
            validator.expect("a definition holds a schema")
        })
    }
}

/// Says in JSON Schema what structural schemas say otherwise.
fn as_json_schema(schema: &mut Json) {
    if let Some(map) = schema.as_object_mut() {
        if map.get("x-kubernetes-int-or-string").is_some_and(|one| one == true) {
            map.remove("type");
            map.remove("anyOf");
            map.insert("type".to_owned(), serde_json::json!(["integer", "string"]));
        }
        if map.get("nullable").is_some_and(|one| one == true)
            && let Some(Json::String(kind)) = map.get("type").cloned()
        {
            map.insert("type".to_owned(), serde_json::json!([kind, "null"]));
        }
        // Go writes classes of letters without braces.
        if let Some(Json::String(pattern)) = map.get_mut("pattern") {
            // Neither has JSON Schema a word for whether letters are great or small.
            *pattern = pattern.replace(r"\PC", r"\P{C}").replace("(?i)", "");
        }
        map.values_mut().for_each(as_json_schema);
    } else if let Some(items) = schema.as_array_mut() {
        items.iter_mut().for_each(as_json_schema);
    }
}
