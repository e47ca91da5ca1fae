//! A policy as a NetworkPolicy.

use super::{Flow, Peer, Pods, Policy, dns, unique};
use crate::project::Policies;
use crate::value::{Map, Origin, Traced, Value, manifest};

/// See <https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/>.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";
/// Any address.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

pub(super) fn policy(policy: &Policy, policies: &Policies) -> Value {
    let types = [("Ingress", &policy.ingress), ("Egress", &policy.egress)];
    let types: Vec<_> = types.into_iter().filter(|(_, flows)| flows.is_some()).map(|(name, _)| name).collect();
    manifest!({
        apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy",
        metadata: policy.metadata(),
        spec: {
            podSelector: { matchLabels: policy.pods },
            policyTypes: types,
            ingress: policy.ingress.as_ref().map(|flows| rules(flows, "from", policies)),
            egress: policy.egress.as_ref().map(|flows| rules(flows, "to", policies)),
        },
    })
}

/// Returns a rule for all flows that follow each other at the same ports. `key` is `from` or `to`.
pub(crate) fn rules(flows: &[Flow], key: &'static str, policies: &Policies) -> Vec<Value> {
    let rule = |flows: &[Flow]| {
        let peers = unique(flows.iter().flat_map(|flow| peers(flow, policies)));
        let because = Origin::merged(flows.iter().map(|flow| &flow.because));
        manifest!({ (key): peers, ports: ports(&flows[0]) }).because(&because)
    };
    flows.chunk_by(|one, next| ports(one) == ports(next)).map(rule).collect()
}

fn peers(flow: &Flow, policies: &Policies) -> Vec<Value> {
    let peers = match &flow.peer {
        Peer::Pods(pods) => vec![peer(pods)],
        Peer::Dns => vec![peer(&dns()), manifest!({ ipBlock: { cidr: NODE_LOCAL_DNS } })],
        // It is no pod: an address is all that a NetworkPolicy can name it by.
        Peer::ApiServer => blocks(&policies.api_server),
        // No NetworkPolicy can name it: a rule refuses that, and what is written here denies nothing.
        Peer::CiliumProxy => blocks(&[]),
        Peer::World(addresses) => blocks(addresses),
        Peer::Outside { host, addresses } => {
            blocks(addresses).into_iter().map(|block| block.because(host.origin())).collect()
        }
    };
    peers.into_iter().map(|peer| peer.because(&flow.because)).collect()
}

fn blocks(addresses: &[Traced<String>]) -> Vec<Value> {
    if addresses.is_empty() {
        return EVERYWHERE.iter().map(|&all| manifest!({ ipBlock: { cidr: all } })).collect();
    }
    addresses.iter().map(|address| manifest!({ ipBlock: { cidr: address } })).collect()
}

/// Returns the peer of a NetworkPolicy that stands for `pods`, by the namespace's label that the API server itself sets.
fn peer(pods: &Pods) -> Value {
    let mut peer = Map::new();
    peer.insert("namespaceSelector", manifest!({ matchLabels: { "kubernetes.io/metadata.name": pods.namespace } }));
    if !pods.labels.is_empty() {
        peer.insert("podSelector", manifest!({ matchLabels: pods.labels }));
    }
    Value::new(peer)
}

fn ports(flow: &Flow) -> Vec<Value> {
    let protocols: &[&'static str] = if flow.peer == Peer::Dns { &["UDP", "TCP"] } else { &["TCP"] };
    let each = |port| protocols.iter().map(move |&protocol| manifest!({ port: port, protocol: protocol }));
    flow.ports.iter().flat_map(each).collect()
}
