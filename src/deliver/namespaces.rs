//! The Namespaces of a tree: those that somebody wrote, and those that objects stand in.

use std::collections::BTreeMap;

use super::Engine;
use super::layout::Layout;
use crate::value::{Origin, Value, manifest};

/// Returns each Namespace by name with who decides it: the written one, else one that stays when it goes from git; none
/// for those that every cluster has.
pub(super) fn of(layout: &Layout, engine: &dyn Engine) -> BTreeMap<String, (Value, Origin)> {
    let mut namespaces = BTreeMap::new();
    for (name, written) in &layout.namespaces {
        let (mut value, because, keeper) = match written {
            Some(written) => (written.value.clone(), written.declared.clone(), written.declared.clone()),
            None if name == "default" || name.starts_with("kube-") || engine.home() == Some(name) => continue,
            None => {
                let value = manifest!({ apiVersion: "v1", kind: "Namespace", metadata: { name: name.to_owned() } });
                (value, inhabited(name, layout), Origin::default())
            }
        };
        engine.keep(&mut value, &keeper);
        namespaces.insert(name.clone(), (value, because));
    }
    namespaces
}

/// Returns who decides that something stands in the namespace `name`.
fn inhabited(name: &str, layout: &Layout) -> Origin {
    let mut because = Origin::default();
    for stage in layout.stages.values() {
        for chart in stage.charts.iter().filter(|chart| chart.namespace.get() == name) {
            because.add(&stage.because);
            because.add(chart.namespace.origin());
        }
    }
    for placed in layout.stages.values().flat_map(|stage| &stage.objects) {
        if placed.object.id.namespace.as_deref() == Some(name) {
            because.add(&placed.object.declared);
            if let Some(namespace) = placed.object.value.at(&["metadata", "namespace"]) {
                because.add(&namespace.origin);
            }
        }
    }
    because
}
