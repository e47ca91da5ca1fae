//! Who may reach whom, in the words of the network plugin of the cluster. Policies see the ports of pods, never those of
//! Services.

mod cilium;
mod connection;
mod kubernetes;
mod reached;

pub(crate) use connection::Connection;
pub(crate) use kubernetes::rules as kubernetes_rules;
pub(crate) use reached::{ServerPods, reached, unknown_pods};

use std::collections::BTreeMap;

use super::part::Part;
use crate::diagnostic::Rule;
use crate::project::{Cni, Enforcement, Policies};
use crate::value::{Origin, Traced, Value, manifest};

/// The rules about it.
pub(crate) const RULES: &[Rule] = &[reached::UNKNOWN_PODS, connection::UNCLEAR];

/// Pods by namespace and labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pods {
    /// The namespace.
    pub(crate) namespace: Traced<String>,
    /// Labels that the pods really carry. None stands for every pod of the namespace.
    pub(crate) labels: BTreeMap<String, Traced<String>>,
}

/// One side of a flow, as the other side's policy names it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Peer {
    /// Pods of the cluster.
    Pods(Pods),
    /// The DNS service of the cluster.
    Dns,
    /// The API server of the cluster, which is no pod.
    ApiServer,
    /// The proxy of Cilium for every Ingress and gateway of its own, which is no pod.
    CiliumProxy,
    /// Whoever is outside of the cluster, by addresses as CIDRs where they are known.
    World(Vec<Traced<String>>),
    /// A host outside of the cluster: its name, and its addresses where they are known.
    Outside {
        /// The name.
        host: Traced<String>,
        /// Its addresses as CIDRs; none stands for any address.
        addresses: Vec<Traced<String>>,
    },
}

/// A peer with the port that it is reached at.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Target {
    /// The peer.
    pub(crate) peer: Peer,
    /// The TCP port: of pods, where they are some.
    pub(crate) port: Traced<u16>,
}

/// What a policy lets through in one direction.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Flow {
    /// The other side.
    pub(crate) peer: Peer,
    /// The TCP ports; of DNS and the API server they are known.
    pub(crate) ports: Vec<Traced<u16>>,
    /// Who decides that there is such a flow.
    pub(crate) because: Origin,
}

/// A policy for some pods. In a direction that it speaks of, whatever it does not name is denied.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// Its name.
    pub(crate) name: Traced<String>,
    /// Its namespace, and that of the pods.
    pub(crate) namespace: Traced<String>,
    /// Its labels.
    pub(crate) labels: Option<Value>,
    /// The labels of the pods.
    pub(crate) pods: BTreeMap<String, Traced<String>>,
    /// Who may reach the pods, if the policy speaks of that.
    pub(crate) ingress: Option<Vec<Flow>>,
    /// Whom the pods may reach, if the policy speaks of that.
    pub(crate) egress: Option<Vec<Flow>>,
    /// Who decides that there is a policy.
    pub(crate) because: Origin,
}

impl Flow {
    /// Returns the flow to or from `peer` at TCP `ports`.
    pub(crate) fn new(peer: Peer, ports: impl IntoIterator<Item = u16>) -> Self {
        let ports = ports.into_iter().map(Traced::literal).collect();
        Self { peer, ports, because: Origin::default() }
    }

    /// Returns the flow to DNS.
    pub(crate) fn dns() -> Self {
        Self::new(Peer::Dns, [53])
    }

    /// Returns the flow to the API server.
    pub(crate) fn api_server() -> Self {
        Self::new(Peer::ApiServer, [443, 6443])
    }

    /// Returns the flow to `target`.
    pub(crate) fn to(target: &Target) -> Self {
        Self { peer: target.peer.clone(), ports: vec![target.port.clone()], because: Origin::default() }
    }

    /// Adds who decides that there is such a flow.
    pub(crate) fn because(mut self, origin: &Origin) -> Self {
        self.because.add(origin);
        self
    }
}

impl Policy {
    /// Returns the policy as an object, unless the project wants none.
    pub(crate) fn part(&self, policies: &Policies) -> Option<Part> {
        if !are_made(policies) {
            return None;
        }
        let manifest = match policies.cni.get() {
            Cni::Kubernetes => kubernetes::policy(self, policies),
            Cni::Cilium => cilium::policy(self, policies),
        };
        let because = self.because.and(policies.cni.origin()).and(policies.enforcement.origin());
        Some(manifest.because(&because).into())
    }

    fn metadata(&self) -> Value {
        manifest!({ name: self.name, namespace: self.namespace, labels: self.labels })
    }
}

/// Whether there are policies at all. Nothing but Cilium can see without denying.
fn are_made(policies: &Policies) -> bool {
    match policies.enforcement.get() {
        Enforcement::Enforce => true,
        Enforcement::Audit => *policies.cni.get() == Cni::Cilium,
        Enforcement::Off => false,
    }
}

/// The pods that answer DNS, under the name that every cluster has kept for them.
fn dns() -> Pods {
    let label = ("k8s-app".to_owned(), Traced::literal("kube-dns".to_owned()));
    Pods { namespace: Traced::literal("kube-system".to_owned()), labels: BTreeMap::from([label]) }
}

/// Returns `all` without doubles; who decides one of them decides what is left of it.
fn unique(all: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut unique: Vec<Value> = Vec::new();
    for one in all {
        match unique.iter_mut().find(|known| **known == one) {
            Some(known) => known.origin.add(&one.origin),
            None => unique.push(one),
        }
    }
    unique
}
