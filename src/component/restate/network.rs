//! Who may reach the pods, and what they may reach. All policies see the ports of pods.

use k8s_openapi::api::networking::v1::NetworkPolicyPeer;

use super::making::Making;
use crate::component::{Flow, Pods, kubernetes_rules};
use crate::value::{Checked, ToValue, Traced, Value, manifest};

/// The port that services are called at.
const INGRESS: u16 = 8080;
/// The port of the admin API.
const ADMIN: u16 = 9070;
/// The port that nodes reach each other at; metrics are there, too.
pub(super) const NODE: u16 = 5122;

/// Returns all policies, or none where they are switched off.
pub(super) fn policies(making: &Making<'_>) -> Vec<Value> {
    let disabled = disabled(making);
    if *disabled.get() {
        return Vec::new();
    }
    let aws = making.security().and_then(|security| security.aws_pod_identity_association_role_arn.as_ref());
    let all = [
        Some(policy(making, "deny-all", &["Egress", "Ingress"], &manifest!({}))),
        Some(policy(making, "allow-egress-to-dns", &["Egress"], &dns())),
        Some(policy(making, "allow-restate-egress-to-public-internet", &["Egress"], &public_internet())),
        aws.map(|role| {
            policy(making, "allow-restate-egress-to-aws-pod-identity", &["Egress"], &aws_agent()).because(role.origin())
        }),
        Some(policy(making, "allow-restate-egress", &["Egress"], &egress(making))),
        Some(policy(making, "allow-ingress-access", &["Ingress"], &ingress_access(making))),
        Some(policy(making, "allow-admin-access", &["Ingress"], &admin_access(making))),
        Some(policy(making, "allow-metrics-access", &["Ingress"], &node_access(making))),
    ];
    all.into_iter().flatten().map(|policy| policy.because(disabled.origin())).collect()
}

/// Whether there are to be no policies.
pub(super) fn disabled(making: &Making<'_>) -> Traced<bool> {
    making.security().and_then(|security| security.disable_network_policies.clone()).unwrap_or_default()
}

/// Returns a policy of the cluster's pods.
pub(super) fn policy(making: &Making<'_>, name: &'static str, types: &[&'static str], rules: &Value) -> Value {
    manifest!({
        apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy",
        metadata: making.metadata(&Traced::literal(name.to_owned())),
        spec: { podSelector: { matchLabels: making.own_labels() }, policyTypes: types, ..rules },
    })
}

fn dns() -> Value {
    manifest!({ egress: [{
        ports: [{ port: 53i64, protocol: "UDP" }, { port: 53i64, protocol: "TCP" }],
        to: [
            {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
                podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
            },
            // Where NodeLocal DNSCache listens.
            { ipBlock: { cidr: "169.254.20.10/32" } },
        ],
    }] })
}

fn public_internet() -> Value {
    manifest!({ egress: [{ to: [
        { ipBlock: { cidr: "0.0.0.0/1", except: ["10.0.0.0/8"] } },
        { ipBlock: { cidr: "128.0.0.0/1", except: ["192.168.0.0/16", "172.16.0.0/12", "169.254.0.0/16"] } },
    ] }] })
}

fn aws_agent() -> Value {
    manifest!({ egress: [{
        ports: [{ port: 80i64, protocol: "TCP" }],
        to: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
    }] })
}

/// The user's rules, what snapshots need, the other nodes, and whatever pod asks for it by its label.
fn egress(making: &Making<'_>) -> Value {
    let rules = making.security().and_then(|security| security.network_egress_rules.as_ref());
    manifest!({ egress: [
        ..rules,
        to_store(making),
        { ports: [{ port: NODE, protocol: "TCP" }], to: [peer(&making.declared.pods())] },
        { to: [{
            namespaceSelector: {},
            podSelector: { matchLabels: { (format!("allow.restate.dev/{}", making.name())): "true" } },
        }] },
    ] })
}

/// Returns the rule that lets the pods reach the store of their snapshots.
pub(super) fn to_store(making: &Making<'_>) -> Option<Value> {
    let snapshots = making.snapshots.as_ref().filter(|_| !*disabled(making).get())?;
    let flow = Flow::to(&snapshots.store.target).because(snapshots.because());
    kubernetes_rules(&[flow], "to", &making.policies).pop()
}

fn ingress_access(making: &Making<'_>) -> Value {
    access(INGRESS, making.peers().and_then(|peers| peers.ingress.as_deref()), &[])
}

fn admin_access(making: &Making<'_>) -> Value {
    let allowed = making
        .security()
        .and_then(|security| security.allow_operator_access_to_admin.clone())
        .unwrap_or_else(|| Traced::literal(true));
    let operator = operator(making).filter(|_| *allowed.get()).map(|peer| peer.because(allowed.origin()));
    let rules = access(ADMIN, making.peers().and_then(|peers| peers.admin.as_deref()), operator.as_slice());
    // A switch that keeps the operator out decides by what is not there.
    if *allowed.get() { rules } else { rules.because(allowed.origin()) }
}

fn node_access(making: &Making<'_>) -> Value {
    let users = making.peers().and_then(|peers| peers.node.as_deref().or(peers.metrics.as_deref()));
    let provision = making.declared.auto_provision();
    let operator = operator(making).filter(|_| *provision.get()).map(|peer| peer.because(provision.origin()));
    // The operator's list of everybody becomes a list of itself alone when it provisions. A tree does better.
    if users.is_some_and(<[_]>::is_empty) {
        return match operator {
            Some(operator) if !making.tree => rules(NODE, &[operator]),
            _ => access(NODE, users, &[]),
        };
    }
    let own = [Some(peer(&making.declared.pods())), operator];
    access(NODE, users, &own.into_iter().flatten().collect::<Vec<_>>())
}

/// Returns the rules for one port: nobody where there are no peers at all, everybody where the list is empty.
fn access(port: u16, users: Option<&[Checked<NetworkPolicyPeer>]>, others: &[Value]) -> Value {
    match users {
        Some([]) => manifest!({ ingress: [{ ports: [{ port: port, protocol: "TCP" }] }] }),
        None if others.is_empty() => manifest!({}),
        users => {
            let users = users.unwrap_or_default().iter().map(|user| user.value().clone());
            rules(port, &users.chain(others.iter().cloned()).collect::<Vec<_>>())
        }
    }
}

fn rules(port: u16, from: &[Value]) -> Value {
    manifest!({ ingress: [{ from: from, ports: [{ port: port, protocol: "TCP" }] }] })
}

/// Returns the operator as a peer, where the label of its pods is known.
fn operator(making: &Making<'_>) -> Option<Value> {
    let settings = &making.settings;
    let (key, value) = settings.label.as_ref()?;
    let selector = manifest!({ matchLabels: { (key.get().clone()): value } }).because(key.origin());
    Some(manifest!({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": settings.namespace } },
        podSelector: selector,
    }))
}

/// Returns pods as a peer.
pub(super) fn peer(pods: &Pods) -> Value {
    let labels = (!pods.labels.is_empty()).then(|| manifest!({ matchLabels: pods.labels }));
    manifest!({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": pods.namespace } },
        podSelector: labels.and_then(|labels| labels.to_value()),
    })
}
