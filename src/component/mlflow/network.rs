//! Whom the pods may reach, and where clients are named, who may reach them.

use std::collections::BTreeMap;

use super::declaration::{ClientPods, Database};
use super::{MLflow, PORT};
use crate::component::{Flow, Kept, Peer, Pods, Policy, network};
use crate::value::{ToValue, Traced};

pub(super) fn policy(mlflow: &MLflow, kept: &Kept<'_>) -> Policy {
    let mut egress = vec![Flow::dns()];
    egress.extend(kept.store.map(|store| Flow::to(&store.target).because(&kept.claimant).because(&store.offered)));
    egress.extend(mlflow.spec.backend_store.database.as_ref().map(database));
    Policy {
        name: mlflow.metadata.name(),
        namespace: mlflow.metadata.namespace(),
        labels: mlflow.metadata.labels().to_value(),
        pods: mlflow.labels(),
        ingress: ingress(mlflow),
        egress: Some(egress),
        because: mlflow.origin(),
    }
}

fn database(database: &Database) -> Flow {
    let (host, port) = database.host_and_port();
    let target = network::reached((&host, &port), database.pods.as_ref(), &database.addresses);
    Flow::to(&target).because(database.address.origin())
}

/// Whoever names no clients lets in every pod. A proxy before the server is one of them.
fn ingress(mlflow: &MLflow) -> Option<Vec<Flow>> {
    let clients = mlflow.spec.clients.as_ref()?;
    let mut ingress: Vec<_> = clients.iter().map(|pods| Flow::new(Peer::Pods(some(pods)), [PORT])).collect();
    let exposed = mlflow.spec.expose.as_ref();
    ingress.extend(exposed.map(|expose| expose.flow(&mlflow.metadata.namespace(), Traced::literal(PORT))));
    let monitoring = &mlflow.spec.monitoring;
    ingress.extend(monitoring.enabled.get().then(|| {
        let pods = Pods { namespace: monitoring.prometheus_namespace(), labels: BTreeMap::new() };
        Flow::new(Peer::Pods(pods), [PORT]).because(monitoring.enabled.origin())
    }));
    Some(ingress)
}

fn some(pods: &ClientPods) -> Pods {
    Pods { namespace: pods.namespace.map(ToString::to_string), labels: pods.labels.clone() }
}
