//! Who may build, and whom builds reach.

use std::collections::BTreeMap;

use super::BuildKit;
use super::declaration::Client;
use crate::component::{Connection, Flow, Kept, Peer, Pods, Policy};
use crate::value::{ToValue, Traced};

/// The port of the daemon.
pub(super) const PORT: u16 = 1234;
/// The ports of web servers: registries, and whatever a build fetches.
const WEB: [u16; 2] = [80, 443];
/// Any address.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

impl BuildKit {
    /// Returns who may reach the daemon.
    fn clients(&self) -> Vec<Pods> {
        if self.spec.clients.is_empty() {
            return vec![Pods { namespace: self.metadata.namespace(), labels: BTreeMap::new() }];
        }
        let pods = |client: &Client| Pods {
            namespace: client.namespace.map(ToString::to_string),
            labels: client.labels.iter().map(|(key, value)| (key.clone(), value.map(ToString::to_string))).collect(),
        };
        self.spec.clients.iter().map(pods).collect()
    }

    /// Returns the namespaces that build, each once.
    pub(super) fn client_namespaces(&self) -> Vec<Traced<String>> {
        let mut all: Vec<Traced<String>> = Vec::new();
        for namespace in self.clients().into_iter().map(|pods| pods.namespace) {
            match all.iter_mut().find(|known| **known == namespace) {
                Some(known) => *known = known.clone().because(namespace.origin()),
                None => all.push(namespace),
            }
        }
        all
    }
}

/// Returns the policy of the daemon. A build fetches what it likes from web servers outside of the cluster.
pub(super) fn policy(buildkit: &BuildKit, kept: &Kept<'_>) -> Policy {
    let ingress = buildkit.clients().into_iter().map(|pods| Flow::new(Peer::Pods(pods), [PORT])).collect();
    let addresses = EVERYWHERE.map(|address| Traced::literal(address.to_owned())).to_vec();
    let world = Peer::Outside { host: Traced::literal("*".to_owned()), addresses };
    let mut egress = vec![Flow::dns(), Flow::new(world, WEB)];
    egress.extend(kept.store.map(|store| Flow::to(&store.target).because(&kept.claimant).because(&store.offered)));
    egress.extend(buildkit.spec.connections.iter().filter_map(Connection::flow));
    Policy {
        name: buildkit.metadata.name(),
        namespace: buildkit.metadata.namespace(),
        labels: buildkit.metadata.labels().to_value(),
        pods: buildkit.pod_labels(),
        ingress: Some(ingress),
        egress: Some(egress),
        because: buildkit.kind.origin().clone(),
    }
}
