//! Whom the pods may reach: each other, and the store.

use super::Loki;
use crate::component::{Flow, Kept, Peer, Pods, Policy};
use crate::value::{ToValue, text};

/// The ports of the pods: HTTP, members of the ring, gRPC.
/// Source: the chart's `loki.server` and `memberlist`.
const PORTS: [u16; 3] = [3100, 7946, 9095];

/// Returns the policy of the pods, where there is a store that they must reach.
pub(super) fn policy(loki: &Loki, kept: &Kept<'_>) -> Option<Policy> {
    let store = kept.store?;
    let own = Pods { namespace: loki.metadata.namespace(), labels: loki.labels() };
    let egress = vec![
        Flow::dns(),
        Flow::new(Peer::Pods(own), PORTS),
        Flow::to(&store.target).because(&kept.claimant).because(&store.offered),
    ];
    Some(Policy {
        name: text!("{}-egress", loki.metadata.name()),
        namespace: loki.metadata.namespace(),
        labels: loki.metadata.labels().to_value(),
        pods: loki.labels(),
        ingress: None,
        egress: Some(egress),
        because: kept.kind.origin().clone(),
    })
}
