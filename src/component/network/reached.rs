//! How policies see a server that no declaration stands for: by its pods, or by its addresses outside of the cluster.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Peer, Pods, Target};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Cidr, Name};
use crate::project::Policies;
use crate::value::Traced;

pub(super) const UNKNOWN_PODS: Rule = Rule::error(
    "network/unknown-pods",
    "a Service of the cluster is named, and not the pods behind it",
    "Policies see pods and their ports: one that lets through addresses outside of the cluster denies them.",
    "name the `pods`, with the port that they listen on",
);

/// The pods behind a server. Policies see them, and not its Service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServerPods {
    /// Their namespace.
    namespace: Traced<Name>,
    /// Labels that they carry. Default: every pod of the namespace.
    #[serde(default)]
    labels: BTreeMap<String, Traced<String>>,
    /// The port that they listen on, which is not that of the Service.
    #[schemars(range(min = 1))]
    port: Traced<u16>,
}

/// Returns what policies let through to `(host, port)`: the pods behind it, else its addresses.
pub(crate) fn reached(
    (host, port): (&Traced<String>, &Traced<u16>),
    pods: Option<&ServerPods>,
    addresses: &[Traced<Cidr>],
) -> Target {
    match pods {
        Some(pods) => Target {
            peer: Peer::Pods(Pods { namespace: pods.namespace.map(ToString::to_string), labels: pods.labels.clone() }),
            port: pods.port.clone(),
        },
        None => Target {
            peer: Peer::Outside {
                host: host.clone(),
                addresses: addresses.iter().map(|address| address.map(ToString::to_string)).collect(),
            },
            port: port.clone(),
        },
    }
}

/// Finds a host of the cluster whose pods are not named, where policies would have to.
pub(crate) fn unknown_pods(
    host: &Traced<String>,
    pods: Option<&ServerPods>,
    policies: &Policies,
) -> Option<Diagnostic> {
    let in_cluster = host.get().split('.').any(|label| label == "svc");
    if !in_cluster || pods.is_some() || !super::are_made(policies) {
        return None;
    }
    let found = UNKNOWN_PODS.found(format!("nobody knows the pods of `{host}`"));
    Some(found.decided_at(host.origin().and(policies.enforcement.origin()).spans(), ""))
}
