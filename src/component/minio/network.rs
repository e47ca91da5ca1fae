//! Who may reach the servers.

use std::collections::BTreeMap;

use super::{MinIO, POD_PORT};
use crate::component::{BucketJob, Flow, Peer, Pods, Policy};
use crate::value::{ToValue, text};

/// Returns the policy of the servers: their peers, the operator, the bucket Job, Prometheus, every consumer and whoever
/// comes from outside. It says nothing of what leaves the pods: their sidecar needs the API server, which no NetworkPolicy
/// can name, and events and replicas go anywhere.
pub(super) fn store_policy(minio: &MinIO, job: &BucketJob<'_>) -> Policy {
    let flow = |pods: Pods| Flow::new(Peer::Pods(pods), [POD_PORT]);
    let all = |namespace| Pods { namespace, labels: BTreeMap::new() };
    let mut ingress = Vec::new();
    let standalone = minio.is_standalone();
    if !standalone.get() {
        let peers = flow(Pods { namespace: minio.metadata.namespace(), labels: minio.pod_labels() });
        // The operator asks the servers for their health and makes their users.
        let operator = flow(all(minio.spec.operator.namespace()));
        ingress.extend([peers, operator].map(|flow| flow.because(standalone.origin())));
    }
    ingress.extend(job.pods().map(|(pods, because)| flow(pods).because(&because)));
    let monitoring = &minio.spec.monitoring;
    let enabled = monitoring.enabled();
    ingress.extend(enabled.get().then(|| flow(all(monitoring.prometheus_namespace())).because(enabled.origin())));
    ingress.extend(job.accesses.iter().filter_map(|access| Some(flow(access.pods.clone()?).because(&access.claimant))));
    ingress.extend(minio.flows_of_identities());
    ingress.extend(minio.flows_from_outside());
    Policy {
        name: text!("{}-servers", minio.metadata.name()),
        namespace: minio.metadata.namespace(),
        labels: minio.metadata.labels().to_value(),
        pods: minio.pod_labels(),
        ingress: Some(ingress),
        egress: None,
        because: minio.origin(),
    }
}
