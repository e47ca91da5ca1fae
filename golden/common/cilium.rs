//! Policies of Cilium in the words of a NetworkPolicy, so that one reading serves for both.

use serde_json::{Value as Json, json};

/// The label by which Cilium knows the namespace of a pod.
const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";

/// Returns a CiliumNetworkPolicy as the NetworkPolicy that lets the same through, anything else as it is.
pub(crate) fn as_network_policy(object: &Json) -> Json {
    if object["kind"] != "CiliumNetworkPolicy" {
        return object.clone();
    }
    let spec = &object["spec"];
    let mut made = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": object["metadata"],
        "spec": { "podSelector": selector(&spec["endpointSelector"]), "policyTypes": [] },
    });
    for (name, rules, peers) in [("Ingress", "ingress", "from"), ("Egress", "egress", "to")] {
        let Some(all) = spec[rules].as_array() else { continue };
        if spec["enableDefaultDeny"][rules] != false {
            made["spec"]["policyTypes"].as_array_mut().expect("a list").push(json!(name));
        }
        made["spec"][rules] = all.iter().map(|one| rule(one, peers)).collect();
    }
    made
}

fn rule(rule: &Json, peers: &str) -> Json {
    let mut others: Vec<Json> = Vec::new();
    for endpoint in rule[format!("{peers}Endpoints")].as_array().into_iter().flatten() {
        let namespace = &endpoint["matchLabels"][NAMESPACE];
        assert!(namespace.is_string(), "a peer without a namespace is one of the policy's own: {endpoint}");
        others.push(json!({
            "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": namespace } },
            "podSelector": selector(endpoint),
        }));
    }
    for outside in ["Entities", "FQDNs", "CIDR"] {
        if rule[format!("{peers}{outside}")].is_array() {
            others.push(json!({ "ipBlock": { "cidr": "0.0.0.0/0" } }));
        }
    }
    assert!(!others.is_empty(), "nobody knows whom {rule} means");
    let mut made = json!({ (peers): others });
    let ports = rule["toPorts"].as_array().into_iter().flatten();
    let ports: Vec<_> = ports.filter_map(|one| one["ports"].as_array()).flatten().flat_map(port).collect();
    if !ports.is_empty() {
        made["ports"] = ports.into();
    }
    made
}

/// Ports are texts there, and a protocol may be any.
fn port(port: &Json) -> Vec<Json> {
    let number: i64 = port["port"].as_str().and_then(|text| text.parse().ok()).expect("a port is a number in a text");
    let protocols = if port["protocol"] == "ANY" {
        vec!["TCP", "UDP"]
    } else {
        vec![port["protocol"].as_str().expect("a protocol")]
    };
    protocols.into_iter().map(|protocol| json!({ "port": number, "protocol": protocol })).collect()
}

/// Returns the labels that pods carry, without the mark of where Cilium has them from.
fn selector(selector: &Json) -> Json {
    let labels = selector["matchLabels"].as_object().into_iter().flatten().filter(|(key, _)| *key != NAMESPACE);
    let plain = labels.map(|(key, value)| (key.strip_prefix("k8s:").unwrap_or(key).to_owned(), value.clone()));
    json!({ "matchLabels": plain.collect::<serde_json::Map<_, _>>() })
}
