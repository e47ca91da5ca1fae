//! The names that requests may call the server by: since version 3.5 it answers to no other, and to no web page of another
//! origin. Both lists replace those that it has by itself.

use super::{MLflow, PORT};
use crate::component::Exposure;
use crate::value::{Origin, Traced, text};

/// The variable of the pods with their own address, which Prometheus calls them by.
pub(super) const POD_IP: &str = "POD_IP";

/// Returns the names for `MLFLOW_SERVER_ALLOWED_HOSTS`. A name without `*` is compared as a whole, with the port that a client
/// adds to it. Probes ask for `/health`, which is answered under any name.
pub(super) fn allowed_hosts(mlflow: &MLflow) -> Traced<String> {
    let (name, namespace) = (mlflow.metadata.name(), mlflow.metadata.namespace());
    let service = [
        name.clone(),
        text!("{}.{}", name, namespace),
        text!("{}.{}.svc", name, namespace),
        text!("{}.{}.svc.cluster.local", name, namespace),
    ];
    let mut hosts: Vec<_> = service.iter().flat_map(|host| [host.clone(), text!("{}:{}", host, PORT)]).collect();
    // By `kubectl port-forward`, at whatever port.
    hosts.extend(["localhost:*", "127.0.0.1:*"].map(|host| Traced::literal(host.to_owned())));
    hosts.extend([format!("$({POD_IP}):{PORT}"), format!("[$({POD_IP})]:{PORT}")].map(Traced::literal));
    let exposed = mlflow.spec.expose.iter().flat_map(Exposure::hosts);
    hosts.extend(exposed.map(|host| host.map(ToString::to_string)));
    hosts.extend(mlflow.spec.allowed_hosts.iter().cloned());
    listed(&hosts)
}

/// Returns the origins for `MLFLOW_SERVER_CORS_ALLOWED_ORIGINS`, if there are any. Even the pages of the server itself are among
/// those that it asks for their origin.
pub(super) fn allowed_origins(mlflow: &MLflow) -> Option<Traced<String>> {
    let exposed = mlflow.spec.expose.iter().flat_map(Exposure::urls);
    let origins: Vec<_> = exposed.chain(mlflow.spec.cors_allowed_origins.iter().cloned()).collect();
    (!origins.is_empty()).then(|| listed(&origins))
}

fn listed(all: &[Traced<String>]) -> Traced<String> {
    let texts: Vec<_> = all.iter().map(|one| one.get().as_str()).collect();
    Traced::new(texts.join(","), Origin::merged(all.iter().map(Traced::origin)))
}
