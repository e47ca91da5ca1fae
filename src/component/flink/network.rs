//! Whom the pods may reach: each other, the API server, the store, and whatever the job needs.

use super::Flink;
use super::configuration::PORTS;
use crate::component::{Connection, Flow, Peer, Pods, Policy, Store};
use crate::value::{ToValue, text};

/// Returns the policy of the pods, where there is a store that they must reach.
pub(super) fn policy(flink: &Flink, store: &Store) -> Policy {
    let own = Pods { namespace: flink.metadata.namespace(), labels: flink.pod_labels() };
    let mut ports: Vec<_> = PORTS.iter().map(|(_, port)| *port).collect();
    ports.sort_unstable();
    ports.dedup();
    let mut egress = vec![
        Flow::dns(),
        Flow::api_server(),
        Flow::new(Peer::Pods(own), ports),
        Flow::to(&store.target).because(&flink.claimant()).because(&store.offered),
    ];
    egress.extend(flink.spec.connections.iter().filter_map(Connection::flow));
    Policy {
        name: text!("{}-egress", flink.metadata.name()),
        namespace: flink.metadata.namespace(),
        labels: flink.metadata.labels().to_value(),
        pods: flink.pod_labels(),
        ingress: None,
        egress: Some(egress),
        because: flink.claimant().and(&store.offered),
    }
}
