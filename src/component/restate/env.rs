//! The environment of the servers, in the operator's order.

use super::RestateCluster;
use super::extras::Extras;
use super::making::Making;
use super::pods::typed;
use crate::value::{Traced, Value, manifest};

/// Variables that the operator sets first; `compute.env` must not name them.
pub(super) const RESERVED: &[&str] = &["POD_NAME", "POD_ZONE", "POD_REGION"];

pub(super) fn of(making: &Making<'_>, extras: &Extras) -> Vec<Value> {
    let declared = making.declared;
    let mut env = vec![
        field("POD_NAME", "metadata.name"),
        field("POD_ZONE", "metadata.labels['topology.kubernetes.io/zone']"),
        field("POD_REGION", "metadata.labels['topology.kubernetes.io/region']"),
    ];
    let literal = |text: &str| Traced::literal(text.to_owned());
    let defaults = [
        ("RESTATE_LOG_FORMAT", literal("json")),
        ("RESTATE_CLUSTER_NAME", declared.spec.cluster_name.clone().unwrap_or_else(|| declared.name())),
        ("RESTATE_BASE_DIR", literal("/restate-data")),
        ("RUST_BACKTRACE", literal("1")),
        ("RUST_LIB_BACKTRACE", literal("0")),
        ("RESTATE_CONFIG", literal("/config/config.toml")),
        ("RESTATE_ADVERTISED_ADDRESS", literal("http://$(POD_NAME).restate-cluster:5122")),
        ("RESTATE_NODE_NAME", literal("$(POD_NAME)")),
    ];
    let is_default = |name: &str| declared.env(name).is_none();
    env.extend(
        defaults
            .iter()
            .filter(|(name, _)| is_default(name))
            .map(|(name, value)| manifest!({ name: name, value: value })),
    );
    env.extend(typed(declared.spec.compute.env.as_deref()));
    env.extend(making.snapshots.iter().flat_map(|snapshots| snapshots.env(declared)));
    env.extend(extras.env.iter().cloned());
    env
}

fn field(name: &'static str, path: &'static str) -> Value {
    manifest!({ name: name, valueFrom: { fieldRef: { fieldPath: path } } })
}

impl RestateCluster {
    /// Returns the entry of `compute.env` that is called `name`.
    pub(super) fn env(&self, name: &str) -> Option<&Value> {
        let named = |entry: &&Value| entry.get("name").and_then(Value::as_str) == Some(name);
        self.spec.compute.env.iter().flatten().map(crate::value::Checked::value).find(named)
    }
}
