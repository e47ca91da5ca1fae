//! Rules about the template of the pods.

use super::{Making, Mode, at, first_place, in_process, pods, replica_set};
use crate::component::restate::making::Texts;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Node, Origin, Traced, Value};

pub(super) const INJECTED_VARIABLE: Rule = Rule::refusal(
    "restate/injected-variable",
    "a container sets a variable that the operator sets itself",
    "With `tunnelMode: in-process` the operator tells every container its tunnel, and refuses the deployment.",
    "delete the variable",
);

pub(super) const ENV_NO_LIST: Rule = Rule::refusal(
    "restate/env-no-list",
    "the environment of a container is no list",
    "With `tunnelMode: in-process` the operator adds variables to it, and refuses the deployment.",
    "delete `env`, or write a list",
);

pub(super) const KNATIVE_PORTS: Rule = Rule::refusal(
    "restate/knative-ports",
    "the ports of the containers do not tell where requests go",
    "The operator refuses a deployment with Knative unless exactly one container has ports, and one of them a name that tells the protocol.",
    "give one container, and no other, a port with `name: h2c` (or `http1`)",
);

pub(super) const SELECTOR_MISMATCH: Rule = Rule::error(
    "restate/selector-mismatch",
    "the selector does not match the labels of the pods",
    "The API server refuses the ReplicaSet.",
    "add what the selector asks for to `template.metadata.labels`",
);

pub(super) fn lint(making: &Making<'_>) -> Vec<Diagnostic> {
    let declared = making.declared;
    let pod_spec = making.pod_spec();
    let origin = if pod_spec.origin.is_empty() { declared.kind.origin() } else { &pod_spec.origin };
    let mut found = pods::check(pod_spec, declared.mode(), origin);
    match declared.mode() {
        // Of a spec that nobody can read there is no more to say.
        _ if found.iter().any(|one| one.refused) => {}
        Mode::Knative => found.extend(knative_ports(pod_spec)),
        Mode::Replicaset => {
            found.extend(selector(making));
            if declared.is_in_process() {
                found.extend(containers(pod_spec).flat_map(environment));
            }
        }
    }
    found
}

fn list<'value>(value: &'value Value, key: &str) -> &'value [Value] {
    value.get(key).and_then(Value::as_list).unwrap_or_default()
}

/// Returns the containers in the order in which the operator changes them.
fn containers(pod_spec: &Value) -> impl Iterator<Item = &Value> {
    ["containers", "initContainers"].into_iter().flat_map(|key| list(pod_spec, key))
}

/// Returns what is in the way of variables that are added to a container.
fn environment(container: &Value) -> Vec<Diagnostic> {
    let Some(entry) = container.as_map().and_then(|map| map.entry("env")) else { return Vec::new() };
    let Node::List(variables) = &entry.value.node else {
        let found = ENV_NO_LIST.found(format!("`env` is {}", entry.value.kind_name()));
        return vec![at(found, &entry.key_span.map_or_else(|| entry.value.origin.clone(), Origin::at))];
    };
    let names = variables.iter().filter_map(|variable| variable.get("name"));
    let taken = names.filter_map(|name| Some((name, name.as_str()?)));
    taken
        .filter(|(_, text)| in_process::VARIABLES.contains(text))
        .map(|(name, text)| at(INJECTED_VARIABLE.found(format!("the operator sets `{text}` itself")), &name.origin))
        .collect()
}

fn knative_ports(pod_spec: &Value) -> Option<Diagnostic> {
    let with_ports: Vec<_> =
        list(pod_spec, "containers").iter().filter(|container| !list(container, "ports").is_empty()).collect();
    match with_ports.as_slice() {
        [] => Some(at(KNATIVE_PORTS.found("no container has ports"), &first_place(pod_spec))),
        [only] => {
            let ports = list(only, "ports");
            let tells = |port: &Value| {
                let name = port.get("name").and_then(Value::as_str);
                name.is_some_and(|name| name.starts_with("h2c") || name.starts_with("http1"))
            };
            let silent = !ports.iter().any(tells);
            silent
                .then(|| at(KNATIVE_PORTS.found("no port has a name that tells the protocol"), &first_place(&ports[0])))
        }
        [_, second, ..] => {
            let place = first_place(&list(second, "ports")[0]);
            Some(at(KNATIVE_PORTS.found(format!("{} containers have ports", with_ports.len())), &place))
        }
    }
}

fn selector(making: &Making<'_>) -> Vec<Diagnostic> {
    let Some(selector) = &making.declared.spec.selector else { return Vec::new() };
    let labels = replica_set::pod_labels(making);
    let mut found = Vec::new();
    for entry in selector.value().get("matchLabels").and_then(Value::as_map).into_iter().flatten() {
        let Some(wanted) = entry.value.as_str() else { continue };
        if entry.key != replica_set::HASH_LABEL && value(&labels, &entry.key) != Some(wanted) {
            let message = format!("no pod is labelled `{}: {wanted}`", entry.key);
            found.push(at(SELECTOR_MISMATCH.found(message), &entry.value.origin));
        }
    }
    for expression in list(selector.value(), "matchExpressions") {
        let text = |key| expression.get(key).and_then(Value::as_str).unwrap_or_default();
        let (key, operator) = (text("key"), text("operator"));
        let values = list(expression, "values");
        let is_one = |found: &str| values.iter().any(|value| value.as_str() == Some(found));
        let actual = value(&labels, key);
        let message = match operator {
            "In" if actual.is_some_and(is_one) => continue,
            "NotIn" if !actual.is_some_and(is_one) => continue,
            "Exists" if actual.is_some() => continue,
            "DoesNotExist" if actual.is_none() => continue,
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {
                format!("the labels of the pods do not match `{key}` by `{operator}`")
            }
            _ => format!("there is no operator `{operator}`, only `In`, `NotIn`, `Exists` and `DoesNotExist`"),
        };
        found.push(at(SELECTOR_MISMATCH.found(message), &first_place(expression)));
    }
    found
}

fn value<'labels>(labels: &'labels Texts, key: &str) -> Option<&'labels str> {
    labels.get(key).map(Traced::get).map(String::as_str)
}
