//! Volumes and pools of volumes: they keep their class and their shape, and never shrink.

use super::{Changed, fields};
use crate::diagnostic::Rule;
use crate::kube::Quantity;
use crate::value::{Node, Value};

pub(super) const STORAGE_CLASS: Rule = Rule::warning(
    "update/storage-class",
    "the storage class of volumes that exist changes",
    "A volume stays where it was made: the claim, or what makes it, refuses the change and stays as it is.",
    "undo it; to move, make a new one under another name, copy the data, and delete the old one",
);

pub(super) const SHRUNK: Rule = Rule::warning(
    "update/volume-shrunk",
    "volumes that exist are to become smaller",
    "A volume never shrinks: the claim, or what makes it, refuses the change and stays as it is.",
    "undo it; to save space, make a new one under another name, copy the data, and delete the old one",
);

pub(super) const GROWN: Rule = Rule::warning(
    "update/volume-grown",
    "volumes that exist are to grow, by way of a StatefulSet",
    "Claims can grow where their class allows it, but the StatefulSet that made them refuses any other size.",
    "grow each PersistentVolumeClaim in the cluster first, delete the StatefulSet by `kubectl delete --cascade=orphan`, and then apply the tree, which makes it anew",
);

pub(super) const LEFT: Rule = Rule::warning(
    "update/volumes-left",
    "volumes that exist are no longer used",
    "Their claims stay, with what is stored in them, and nothing reads it any more: what takes their place begins empty.",
    "undo it, or copy what is needed; the claims go by `kubectl delete pvc` once nothing in them is missed",
);

pub(super) const POOL_SHAPE: Rule = Rule::warning(
    "update/pool-shape",
    "a pool of a MinIO changes its number of servers or of volumes",
    "The data of a pool is spread over its drives once and for all: the API server refuses the Tenant.",
    "undo it, and append another pool",
);

pub(super) const POOL_GONE: Rule = Rule::warning(
    "update/pool-gone",
    "a pool of a MinIO goes, or gets another name",
    "What is stored in it is gone with it, and the store does not start without it before it is decommissioned.",
    "undo it; a pool goes after `mc admin decommission` has moved its data",
);

/// One volume, or what many volumes are made by.
struct Volume<'value> {
    /// What it is called, unique in its object; empty where there is only one.
    name: String,
    class: Option<&'value Value>,
    size: Option<&'value Value>,
    /// Where to point to if neither is written.
    whole: &'value Value,
}

/// Returns the volumes of an object, and whether their size is fixed once they are made.
fn volumes<'value>(group: &str, kind: &str, object: &'value Value) -> (Vec<Volume<'value>>, bool) {
    let list = |path: &[&str]| object.at(path).and_then(Value::as_list).unwrap_or_default().iter();
    let one = |name: String, class: Option<&'value Value>, size: Option<&'value Value>, whole: &'value Value| Volume {
        name,
        class,
        size,
        whole,
    };
    let claim = |name: String, claim: &'value Value| {
        let size = claim.at(&["spec", "resources", "requests", "storage"]);
        one(name, claim.at(&["spec", "storageClassName"]), size, claim)
    };
    let text = |value: &Value, path: &[&str]| value.at(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    match (group, kind) {
        ("", "PersistentVolumeClaim") => (vec![claim(String::new(), object)], false),
        ("apps", "StatefulSet") => {
            let templates = list(&["spec", "volumeClaimTemplates"]);
            (templates.map(|template| claim(text(template, &["metadata", "name"]), template)).collect(), true)
        }
        ("minio.min.io", "Tenant") => {
            let pools = list(&["spec", "pools"]);
            let template = |pool: &'value Value| {
                pool.get("volumeClaimTemplate").map(|template| claim(text(pool, &["name"]), template))
            };
            (pools.filter_map(template).collect(), false)
        }
        ("restate.dev", "RestateCluster") => {
            let storage = object.at(&["spec", "storage"]);
            let volume = |storage: &'value Value| {
                let (class, size) = (storage.get("storageClassName"), storage.get("storageRequestBytes"));
                one(String::new(), class, size, storage)
            };
            (storage.map(volume).into_iter().collect(), false)
        }
        // What charts call it that make a StatefulSet with it.
        ("helm.toolkit.fluxcd.io", "HelmRelease") | ("argoproj.io", "Application") => {
            let mut volumes = Vec::new();
            for entry in charts(object).filter_map(Value::as_map).flatten() {
                // Of a part of the release, or of the only one.
                let is_whole = entry.key.as_ref() == "persistence";
                let kept = if is_whole { Some(&entry.value) } else { entry.value.get("persistence") };
                let kept = kept.filter(|kept| kept.as_map().is_some());
                let Some(kept) = kept.filter(|kept| kept.get("enabled").and_then(Value::as_bool) != Some(false)) else {
                    continue;
                };
                // Some charts take a list of claims, others have one.
                let claims = kept.get("claims").and_then(Value::as_list);
                for claim in claims.unwrap_or(std::slice::from_ref(kept)) {
                    let class = claim.get("storageClass").or_else(|| claim.get("storageClassName"));
                    volumes.push(one(entry.key.to_string(), class, claim.get("size"), claim));
                }
            }
            (volumes, true)
        }
        _ => (Vec::new(), false),
    }
}

/// Returns the values of the charts that an object asks an engine for.
pub(super) fn charts(object: &Value) -> impl Iterator<Item = &Value> {
    let sources = object.at(&["spec", "sources"]).and_then(Value::as_list).unwrap_or_default();
    let sources = object.at(&["spec", "source"]).into_iter().chain(sources);
    let values = sources.filter_map(|source| source.at(&["helm", "valuesObject"]));
    object.at(&["spec", "values"]).into_iter().chain(values)
}

pub(super) fn compare(changed: &mut Changed<'_>) {
    let id = &changed.new.id;
    let (old, _) = volumes(&id.group, &id.kind, changed.old);
    let (new, fixed) = volumes(&id.group, &id.kind, &changed.new.value);
    for after in &new {
        // One that is new is made as it is wanted.
        let Some(before) = old.iter().find(|before| before.name == after.name) else { continue };
        let of = match after.name.as_str() {
            "" => format!("`{id}`"),
            name => format!("`{name}` in `{id}`"),
        };
        class(changed, before, after, &of);
        size(changed, before, after, &of, fixed);
    }
    match (id.group.as_str(), id.kind.as_str()) {
        ("minio.min.io", "Tenant") => pools(changed),
        ("apps", "StatefulSet") => templates(changed),
        ("helm.toolkit.fluxcd.io", "HelmRelease") | ("argoproj.io", "Application") => {
            let left = old.iter().filter(|before| new.iter().all(|after| after.name != before.name));
            for before in left {
                let what = format!("the volumes of `{}` in `{id}` are no longer used", before.name);
                changed.found(&LEFT, &what, charts(&changed.new.value).find_map(|values| values.get("deploymentMode")));
            }
        }
        _ => {}
    }
}

/// Finds what else changes in the claim templates of a StatefulSet than class and size.
fn templates(changed: &mut Changed<'_>) {
    const PATH: &[&str] = &["spec", "volumeClaimTemplates"];
    let rest = |object: &Value| {
        let mut templates = object.at(PATH).and_then(Value::as_list).unwrap_or_default().to_vec();
        for spec in templates.iter_mut().filter_map(|template| template.as_map_mut()?.get_mut("spec")?.as_map_mut()) {
            spec.retain(|entry| !matches!(entry.key.as_ref(), "storageClassName" | "resources"));
        }
        Value::new(templates)
    };
    if !fields::same(&rest(changed.old), &rest(&changed.new.value)) {
        let what = format!("`{}` of `{}` cannot change", PATH.join("."), changed.new.id);
        changed.found(&fields::IMMUTABLE_FIELD, &what, changed.new.value.at(PATH));
    }
}

fn class(changed: &mut Changed<'_>, before: &Volume<'_>, after: &Volume<'_>, of: &str) {
    let shown = |class: Option<&Value>| match class.and_then(scalar) {
        Some(name) => format!("`{name}`"),
        None => "the cluster's default".to_owned(),
    };
    let (old, new) = (shown(before.class), shown(after.class));
    if old != new {
        let what = format!("the storage class of {of} changes from {old} to {new}");
        changed.found(&STORAGE_CLASS, &what, after.class.or(Some(after.whole)));
    }
}

fn size(changed: &mut Changed<'_>, before: &Volume<'_>, after: &Volume<'_>, of: &str, fixed: bool) {
    let (Some(old), Some(new)) = (before.size.and_then(quantity), after.size.and_then(quantity)) else { return };
    let rule = match new.cmp(&old) {
        std::cmp::Ordering::Less => &SHRUNK,
        std::cmp::Ordering::Greater if fixed => &GROWN,
        _ => return,
    };
    changed.found(rule, &format!("the size of {of} changes from `{old}` to `{new}`"), after.size);
}

fn pools(changed: &mut Changed<'_>) {
    let (new, id) = (changed.new, &changed.new.id);
    let old = changed.old.at(&["spec", "pools"]).and_then(Value::as_list).unwrap_or_default();
    let pools = new.value.at(&["spec", "pools"]).and_then(Value::as_list).unwrap_or_default();
    for before in old {
        let Some(name) = before.get("name").and_then(Value::as_str) else { continue };
        let Some(after) = pools.iter().find(|pool| pool.get("name").and_then(Value::as_str) == Some(name)) else {
            changed.found(&POOL_GONE, &format!("the pool `{name}` of `{id}` is no more"), new.value.at(&["spec"]));
            continue;
        };
        for key in ["servers", "volumesPerServer"] {
            let (Some(old), Some(new)) = (before.get(key), after.get(key)) else { continue };
            if !fields::same(old, new) {
                let shown = |value| scalar(value).unwrap_or_default();
                let what = format!("`{key}` of pool `{name}` of `{id}` changes from {} to {}", shown(old), shown(new));
                changed.found(&POOL_SHAPE, &what, Some(new));
            }
        }
    }
}

fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::parse(&scalar(value)?).ok()
}

fn scalar(value: &Value) -> Option<String> {
    match &value.node {
        Node::String(text) => Some(text.to_string()),
        Node::Int(number) => Some(number.to_string()),
        Node::Float(text) => Some(text.to_string()),
        Node::Null | Node::Bool(_) | Node::List(_) | Node::Map(_) => None,
    }
}
