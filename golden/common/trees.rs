//! The trees of the projects, read as a consumer reads them: by another YAML reader than ours.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};

use bayplan::compile::Operators;
use bayplan::source::Sources;
use bayplan::value::Value;
use bayplan::yaml;
use serde_json::Value as Json;

use super::projects::{ENGINES, Engine, Project, compile, delivered_by};

/// The tree of one cluster.
#[derive(Clone)]
pub(crate) struct Tree {
    /// Its project, its engine and its folder: `examples/fleet/Flux/kubernetes/oslo`.
    pub(crate) name: String,
    /// Its files by path below that folder.
    pub(crate) files: BTreeMap<String, String>,
    /// The Namespaces that somebody wrote, who decides what becomes of them.
    pub(crate) written_namespaces: BTreeSet<String>,
    /// The operators that act on what is in the files.
    operators: Operators,
}

/// An object of a tree.
pub(crate) struct Object {
    /// Its file.
    pub(crate) path: String,
    /// Its content.
    pub(crate) json: Json,
}

/// Returns the trees of all projects, by every engine that can deliver them.
pub(crate) fn trees() -> Vec<Tree> {
    ENGINES.into_iter().flat_map(trees_by).collect()
}

/// Returns the trees of all projects that `engine` can deliver.
pub(crate) fn trees_by(engine: Engine) -> Vec<Tree> {
    let trees = |project: &Project| trees_of(&format!("{}/{engine:?}", project.name), &project.sources);
    delivered_by(engine).iter().flat_map(trees).collect()
}

/// Returns the trees of one project.
pub(crate) fn trees_of(project: &str, sources: &Sources) -> Vec<Tree> {
    let documents = sources.iter().flat_map(|(file, source)| yaml::parse(file, source).documents);
    let namespaces = documents.filter(|document| document.get("kind").and_then(Value::as_str) == Some("Namespace"));
    let name = |document: Value| document.at(&["metadata", "name"])?.as_str().map(str::to_owned);
    let written_namespaces: BTreeSet<_> = namespaces.filter_map(name).collect();
    let clusters = compile(sources).clusters.into_iter();
    clusters
        .map(|cluster| {
            let below = |path: &bayplan::tree::TreePath| path.below(&cluster.root).map(str::to_owned);
            let files = cluster.tree.iter().filter_map(|(path, file)| Some((below(path)?, file.text.to_string())));
            Tree {
                name: format!("{project}/{}", cluster.root),
                files: files.collect(),
                written_namespaces: written_namespaces.clone(),
                operators: cluster.operators.clone(),
            }
        })
        .collect()
}

impl Tree {
    /// Returns what stands in each YAML file.
    pub(crate) fn objects(&self) -> Vec<Object> {
        let files = self.files.iter().filter(|(path, _)| is_yaml(path));
        let object = |(path, text): (&String, &String)| {
            let json = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{}/{path}: {error}", self.name));
            Object { path: path.clone(), json }
        };
        files.map(object).collect()
    }

    /// Returns what stands in each YAML file, and what the operators of custom resources make of them, as if it stood in
    /// the files of the resources.
    pub(crate) fn objects_at_work(&self) -> Vec<Object> {
        let made = |(path, text): (&String, &String)| {
            let objects = self.operators.make(text).into_iter();
            objects.map(|object| Object { path: path.clone(), json: object.value.to_json() }).collect::<Vec<_>>()
        };
        self.objects().into_iter().chain(self.files.iter().flat_map(made)).collect()
    }
}

/// Whether Flux takes a file for one of objects.
pub(crate) fn is_yaml(path: &str) -> bool {
    let end = std::path::Path::new(path).extension();
    end.is_some_and(|end| end == "yaml" || end == "yml")
}

impl Object {
    /// Returns the text at `path`, or nothing.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.json.pointer(path).and_then(Json::as_str).unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub(crate) fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    pub(crate) fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// Returns the API group, empty for the core one.
    pub(crate) fn group(&self) -> &str {
        self.text("/apiVersion").rsplit_once('/').map_or("", |(group, _)| group)
    }
}

/// Calls `visit` for every text in `json`, keys included.
pub(crate) fn texts(json: &Json, visit: &mut impl FnMut(&str)) {
    match json {
        Json::String(text) => visit(text),
        Json::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Json::Object(map) => map.iter().for_each(|(key, value)| {
            visit(key);
            texts(value, visit);
        }),
        _ => {}
    }
}
