//! Who may reach the servers. Policies see the ports of pods, never those of Services.

use super::{MinIO, POD_PORT};
use crate::component::{Claim, Pods};
use crate::value::{Map, ToValue, Value, manifest, text};

/// Returns the policy of the servers: their peers, the operator, the bucket Job, Prometheus and every consumer.
/// It says nothing of what leaves the pods: their sidecar needs the API server, which no NetworkPolicy can name.
pub(super) fn store_policy(minio: &MinIO, claims: &[&Claim]) -> Value {
    let peers = Pods { namespace: minio.namespace(), labels: minio.pod_labels() };
    // The operator asks the servers for their health and makes their users.
    let operator = Pods { namespace: minio.spec.operator.namespace(), labels: std::collections::BTreeMap::new() };
    let mut from = vec![self::peer(&peers), self::peer(&operator)];
    if !claims.is_empty() {
        let job = Pods { namespace: minio.namespace(), labels: minio.job_labels() };
        // The Job is there because of all who claim.
        let because = crate::value::Origin::merged(claims.iter().map(|claim| &claim.claimant));
        from.push(self::peer(&job).because(&because));
    }
    let monitoring = &minio.spec.monitoring;
    let prometheus = Pods { namespace: monitoring.prometheus_namespace(), labels: std::collections::BTreeMap::new() };
    from.extend(monitoring.enabled().then(|| self::peer(&prometheus)).and_then(|peer| peer.to_value()));
    for claim in claims {
        let peer = self::peer(&claim.pods).because(&claim.claimant);
        if !from.contains(&peer) {
            from.push(peer);
        }
    }
    manifest!({
        apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy",
        metadata: {
            name: text!("{}-servers", minio.name()), namespace: minio.namespace(), labels: minio.metadata.labels(),
        },
        spec: {
            podSelector: { matchLabels: minio.pod_labels() },
            policyTypes: ["Ingress"],
            ingress: [{ from: from, ports: [{ port: POD_PORT, protocol: "TCP" }] }],
        },
    })
}

/// Returns the peer of a policy that stands for `pods`, by the namespace's label that the API server itself sets.
fn peer(pods: &Pods) -> Value {
    let mut peer = Map::new();
    peer.insert("namespaceSelector", manifest!({ matchLabels: { "kubernetes.io/metadata.name": pods.namespace } }));
    if !pods.labels.is_empty() {
        peer.insert("podSelector", manifest!({ matchLabels: pods.labels }));
    }
    Value::new(peer)
}
