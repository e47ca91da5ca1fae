//! Pods that read a renewed secret key are replaced, and Jobs run again: nothing else tells them of it.
//!
//! It covers every kind that is known to hold a template of pods. What a chart makes, its component sees to.

use std::collections::BTreeMap;

use crate::component::{App, Holds, NeededSecret, Part, Piece};
use crate::deliver::references::references;
use crate::kube::Object;
use crate::project::{FIRST, Project, ROTATION};
use crate::value::{Map, Node, Origin, Traced, Value};

/// A Secret by namespace and name, with the generations of its secret keys.
type Renewed = BTreeMap<(String, String), Traced<String>>;

/// Marks everything in `apps` that reads one of the `needed` Secrets whose secret keys were renewed.
pub(in crate::deliver) fn roll(apps: &mut [(App, Origin)], needed: &[NeededSecret], project: &Project) {
    let renewed = renewed(needed, project);
    if renewed.is_empty() {
        return;
    }
    for part in apps.iter_mut().flat_map(|(app, _)| &mut app.parts) {
        let value = match part {
            Part::Object(manifest) => &mut manifest.value,
            Part::RunOnce(run) => &mut run.job,
            Part::Known(value) => value,
            Part::Chart(_) => continue,
        };
        let Some(object) = Object::read(value.clone(), Origin::default()) else { continue };
        let mut read: BTreeMap<String, &Traced<String>> = BTreeMap::new();
        for reference in references(&object) {
            let id = (reference.namespace, reference.name.get().clone());
            if let Some(generation) = renewed.get(&id) {
                read.insert(id.1, generation);
            }
        }
        if !read.is_empty() {
            let text = read.iter().map(|(name, generation)| format!("{name}={generation}"));
            let text = text.collect::<Vec<_>>().join(" ");
            let mark = Value::new(text).because(&Origin::merged(read.values().map(|generation| generation.origin())));
            annotate(value, &mark);
        }
    }
}

fn renewed(needed: &[NeededSecret], project: &Project) -> Renewed {
    let mut renewed = Renewed::new();
    for secret in needed {
        let made = secret.keys.iter().filter_map(|(_, holds)| match holds {
            Holds::Made(pieces) => Some(pieces),
            Holds::Somebody(_) => None,
        });
        let mut generations: Vec<_> =
            made.flatten().filter_map(Piece::as_secret_key).map(|credential| credential.generation(project)).collect();
        generations.dedup();
        if generations.iter().any(|generation| generation.get() != FIRST) {
            let origin = Origin::merged(generations.iter().map(Traced::origin));
            let text = generations.iter().map(|generation| generation.get().as_str()).collect::<Vec<_>>().join("+");
            renewed.insert((secret.namespace.get().clone(), secret.name.get().clone()), Traced::new(text, origin));
        }
    }
    renewed
}

/// Adds the annotation to each template of pods in `value`.
fn annotate(value: &mut Value, mark: &Value) {
    let path: &[&str] = match value.get("kind").and_then(Value::as_str) {
        Some("CronJob") => &["spec", "jobTemplate", "spec", "template", "metadata", "annotations"],
        Some("Tenant") => &["spec", "pools", "annotations"],
        Some("RestateCluster") => &["spec", "compute", "annotations"],
        Some("FlinkDeployment") => &["spec", "podTemplate", "metadata", "annotations"],
        _ => &["spec", "template", "metadata", "annotations"],
    };
    // Of an unknown kind, nobody knows that a template would be one of pods.
    let there = |value: &Value| value.at(&path[..path.len() - 2]).is_some_and(|above| above.as_map().is_some());
    if value.at(&["spec", "pools"]).is_some() || there(value) {
        insert(value, path, mark);
    }
}

/// Sets the annotation in the map at `path` of `value`, in every item of a list on the way.
fn insert(value: &mut Value, path: &[&str], mark: &Value) {
    let Some((key, rest)) = path.split_first() else {
        if let Node::Map(annotations) = &mut value.node {
            annotations.insert(ROTATION, mark.clone());
        }
        return;
    };
    match &mut value.node {
        Node::List(items) => items.iter_mut().for_each(|item| insert(item, path, mark)),
        Node::Map(map) => {
            if map.get(key).is_none_or(Value::is_null) {
                map.insert((*key).to_owned(), Value::new(Map::new()).because(&mark.origin));
            }
            if let Some(inner) = map.get_mut(key) {
                insert(inner, rest, mark);
            }
        }
        _ => {}
    }
}
