//! Every folder of an example that an engine would build, built by the real kustomize from the files that are committed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::programs::{End, KUSTOMIZE};
use super::server::{run, succeeded};

/// Builds the folders of one example.
pub(crate) fn builds(example: &Path) -> Result<(), End> {
    let folders = folders(example)?;
    if folders.is_empty() {
        return Err("there is nothing to build".to_owned().into());
    }
    for folder in folders {
        let output = run(KUSTOMIZE.command()?.arg("build").arg(&folder), "")?;
        let built = documents(&succeeded(&folder.display().to_string(), &output)?)?;
        let expected = listed(&folder)?;
        if built.len() != expected.len() || !expected.iter().all(|object| built.contains(object)) {
            return Err(format!("{}: kustomize changes what stands in the files", folder.display()).into());
        }
    }
    Ok(())
}

/// Returns the folders that an engine is told to build: by a Kustomization of Flux or an Application of Argo CD, and those
/// that hold the entry, which a person applies.
fn folders(example: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut folders = BTreeSet::new();
    let files = walkdir::WalkDir::new(example.join("kubernetes")).into_iter().filter_map(Result::ok);
    for file in files.filter(|file| file.path().extension().is_some_and(|end| end == "yaml")) {
        let objects = documents(&std::fs::read_to_string(file.path()).map_err(|error| error.to_string())?)?;
        for object in objects {
            let is = |group: &str| object["apiVersion"].as_str().is_some_and(|version| version.starts_with(group));
            let path = match object["kind"].as_str() {
                Some("Kustomization") if is("kustomize.toolkit.fluxcd.io/") => object.pointer("/spec/path"),
                Some("Application") if is("argoproj.io/") => object.pointer("/spec/source/path"),
                _ => None,
            };
            // An Application of a chart builds no folder.
            let Some(path) = path.and_then(Json::as_str) else { continue };
            let folder = example.join(path.trim_start_matches("./"));
            if folder.join("kustomization.yaml").is_file() || object["kind"] == "Kustomization" {
                folders.insert(folder);
            }
            let own = file.path().parent().filter(|folder| folder.join("kustomization.yaml").is_file());
            folders.extend(own.map(Path::to_owned));
        }
    }
    Ok(folders)
}

/// Returns the objects in the files that the folder's kustomization.yaml lists, directly or through another folder's.
fn listed(folder: &Path) -> Result<Vec<Json>, String> {
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        documents(&text)
    };
    let list = read(&folder.join("kustomization.yaml"))?;
    let mut objects = Vec::new();
    for resource in list.iter().flat_map(|list| list["resources"].as_array().into_iter().flatten()) {
        let path = folder.join(resource.as_str().unwrap_or_default());
        objects.extend(if path.is_dir() { listed(&path)? } else { read(&path)? });
    }
    Ok(objects)
}

fn documents(text: &str) -> Result<Vec<Json>, String> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|document| serde::Deserialize::deserialize(document).map_err(|error| error.to_string())).collect()
}
