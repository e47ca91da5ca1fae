//! A policy as a CiliumNetworkPolicy.
//!
//! See <https://docs.cilium.io/en/stable/security/policy/language/>. Its selector is always within its own namespace, and
//! so is that of a peer that names none; ports are texts.

use super::{Flow, Peer, Pods, Policy, dns, unique};
use crate::project::{Enforcement, Policies};
use crate::value::{Map, Origin, ToValue, Value, manifest};

/// The direction of a rule, as its keys begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    From,
    To,
}

pub(super) fn policy(policy: &Policy, policies: &Policies) -> Value {
    let by_name = policy.egress.iter().flatten().any(is_by_name);
    let rules = |flows: &Vec<Flow>, way| rules(flows, way, by_name);
    // Nothing is denied, and Hubble shows what would be.
    let audit = *policies.enforcement.get() == Enforcement::Audit;
    let no = |flows: &Option<Vec<Flow>>| flows.as_ref().map(|_| false);
    let deny = audit.then(|| manifest!({ ingress: no(&policy.ingress), egress: no(&policy.egress) }));
    manifest!({
        apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy",
        metadata: policy.metadata(),
        spec: {
            endpointSelector: { matchLabels: policy.pods },
            enableDefaultDeny: deny,
            ingress: policy.ingress.as_ref().map(|flows| rules(flows, Way::From)),
            egress: policy.egress.as_ref().map(|flows| rules(flows, Way::To)),
        },
    })
}

/// Whether the addresses of a name must be learned from its look-ups.
fn is_by_name(flow: &Flow) -> bool {
    matches!(&flow.peer, Peer::Outside { addresses, .. } if addresses.is_empty())
}

/// Returns a rule for all flows that follow each other to pods at the same ports, and one for each other flow.
fn rules(flows: &[Flow], way: Way, by_name: bool) -> Vec<Value> {
    let pods = |flow: &Flow| matches!(flow.peer, Peer::Pods(_));
    flows
        .chunk_by(|one, next| pods(one) && pods(next) && one.ports == next.ports)
        .map(|flows| rule(flows, way, by_name))
        .collect()
}

fn rule(flows: &[Flow], way: Way, by_name: bool) -> Value {
    let first = &flows[0];
    let because = Origin::merged(flows.iter().map(|flow| &flow.because));
    let key = |what: &str| format!("{}{what}", if way == Way::From { "from" } else { "to" });
    let endpoints = |all: Vec<Value>| manifest!({ (key("Endpoints")): all });
    let peer = match &first.peer {
        Peer::Pods(_) => endpoints(unique(flows.iter().filter_map(|flow| match &flow.peer {
            Peer::Pods(pods) => Some(endpoint(pods).because(&flow.because)),
            _ => None,
        }))),
        Peer::Dns => endpoints(vec![endpoint(&dns())]),
        Peer::ApiServer => manifest!({ (key("Entities")): ["kube-apiserver"] }),
        Peer::CiliumProxy => manifest!({ (key("Entities")): ["ingress"] }),
        // What a load balancer sends in may come by way of another node.
        Peer::World(addresses) if addresses.is_empty() => {
            manifest!({ (key("Entities")): ["world", "host", "remote-node"] })
        }
        Peer::World(addresses) => manifest!({ (key("CIDR")): addresses }),
        Peer::Outside { host, addresses } if addresses.is_empty() => manifest!({ toFQDNs: [{ matchName: host }] }),
        Peer::Outside { host, addresses } => manifest!({ toCIDR: addresses }).because(host.origin()),
    };
    let protocol = if first.peer == Peer::Dns { "ANY" } else { "TCP" };
    let port = |port: &crate::value::Traced<u16>| manifest!({ port: port.map(u16::to_string), protocol: protocol });
    let ports: Vec<_> = first.ports.iter().map(port).collect();
    let look_ups = (first.peer == Peer::Dns && by_name).then(|| manifest!({ dns: [{ matchPattern: "*" }] }));
    // The entity is the API server alone, whatever its port.
    let ports = (first.peer != Peer::ApiServer).then(|| manifest!([{ ports: ports, rules: look_ups }]));
    manifest!({ ..peer, toPorts: ports }).because(&because)
}

fn endpoint(pods: &Pods) -> Value {
    let mut labels = Map::new();
    let text = |value: &crate::value::Traced<String>| value.to_value().expect("a text is a value");
    labels.insert("k8s:io.kubernetes.pod.namespace", text(&pods.namespace));
    for (key, value) in &pods.labels {
        labels.insert(format!("k8s:{key}"), text(value));
    }
    manifest!({ matchLabels: labels })
}
