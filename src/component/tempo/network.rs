//! Whom the pods may reach: the store; in mode `distributed` each other and Kafka; and whoever takes metrics.

use super::Tempo;
use crate::component::{Flow, Kept, Peer, Pods, Policy, network};
use crate::value::{ToValue, text};

/// The ports of the pods in mode `distributed`: HTTP, members of the ring, gRPC, and memcached's.
/// Source: the chart's `_pod.tpl`, `tempo.serverGrpcListenPort` and memcached's Service.
const PORTS: [u16; 4] = [3200, 7946, 9095, 11211];

/// Returns the policy of the pods, where there is a store that they must reach.
pub(super) fn policy(tempo: &Tempo, kept: &Kept<'_>) -> Option<Policy> {
    let (store, mode) = (kept.store?, tempo.spec.mode());
    let mut egress = vec![Flow::dns()];
    if mode.get().is_distributed() {
        let own = Pods { namespace: tempo.metadata.namespace(), labels: tempo.labels() };
        egress.push(Flow::new(Peer::Pods(own), PORTS).because(mode.origin()));
    }
    egress.push(Flow::to(&store.target).because(&kept.claimant).because(&store.offered));
    if let Some(kafka) = tempo.spec.kafka.as_ref().filter(|_| mode.get().is_distributed()) {
        let (host, port) = kafka.host_and_port();
        let target = network::reached((&host, &port), kafka.pods.as_ref(), &kafka.addresses);
        egress.push(Flow::to(&target).because(kafka.address.origin()).because(mode.origin()));
    }
    if let Some(generator) = &tempo.spec.metrics_generator {
        let (host, port) = generator.host_and_port();
        let target = network::reached((&host, &port), generator.pods.as_ref(), &generator.addresses);
        egress.push(Flow::to(&target).because(generator.remote_write_url.origin()));
    }
    Some(Policy {
        name: text!("{}-egress", tempo.metadata.name()),
        namespace: tempo.metadata.namespace(),
        labels: tempo.metadata.labels().to_value(),
        pods: tempo.labels(),
        ingress: None,
        egress: Some(egress),
        because: kept.kind.origin().clone(),
    })
}
