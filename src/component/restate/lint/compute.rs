//! Rules about the pods.

use std::collections::BTreeSet;

use super::at;
use crate::component::restate::extras::{CERTIFICATES_VARIABLE, COLLECTOR};
use crate::component::restate::making::Making;
use crate::component::restate::pods::SERVER;
use crate::component::restate::{env, extras};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Image;
use crate::value::{Traced, Value};

pub(in super::super) const RESERVED_VARIABLE: Rule = Rule::refusal(
    "restate/reserved-variable",
    "`compute.env` names a variable that the operator sets itself",
    "The operator sends both, and the API server refuses the StatefulSet for the duplicate.",
    "rename the variable",
);

pub(in super::super) const SAME_VOLUME: Rule = Rule::refusal(
    "restate/same-volume",
    "two volumes of the pods have one name",
    "The operator refuses the cluster after it has made everything but the StatefulSet.",
    "rename the volume and its mounts",
);

pub(in super::super) const SAME_MOUNT_PATH: Rule = Rule::refusal(
    "restate/same-mount-path",
    "two volumes are mounted at one path",
    "The operator refuses the cluster after it has made everything but the StatefulSet.",
    "mount the volume somewhere else",
);

pub(in super::super) const SAME_CONTAINER: Rule = Rule::refusal(
    "restate/same-container",
    "a sidecar is called like a container of the operator",
    "The API server refuses the StatefulSet for the duplicate.",
    "rename the sidecar",
);

pub(in super::super) const NEGATIVE_REPLICAS: Rule = Rule::error(
    "restate/negative-replicas",
    "the number of nodes is negative",
    "The definition of the resource lets it through, and the API server then refuses the StatefulSet.",
    "use 1, or 3 or more for a cluster that survives the loss of a node",
);

pub(in super::super) const UNKNOWN_POLICY: Rule = Rule::error(
    "restate/unknown-policy",
    "a policy of the pods is none that Kubernetes knows",
    "The definition of the resource lets any text through, and the API server then refuses the StatefulSet.",
    "use one of the values that Kubernetes knows",
);

pub(in super::super) const FLOATING_IMAGE: Rule = Rule::warning(
    "restate/floating-image",
    "the image has no tag, or `latest`",
    "A pod that restarts may bring a new version of the server, beside nodes of the old one.",
    "name an exact version, or a digest",
);

const PULL_POLICIES: &[&str] = &["Always", "IfNotPresent", "Never"];
const DNS_POLICIES: &[&str] = &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];

pub(super) fn lint(making: &Making<'_>) -> Vec<Diagnostic> {
    let compute = &making.declared.spec.compute;
    let extras = extras::of(making);
    let mut found = Vec::new();
    found.extend(reserved(making, &extras));
    found.extend(volumes(making, &extras));
    found.extend(mounts(making, &extras));
    found.extend(sidecars(making, &extras));
    if let Some(replicas) = compute.replicas.as_ref().filter(|replicas| *replicas.get() < 0) {
        found.push(at(NEGATIVE_REPLICAS.found(format!("a cluster cannot have {replicas} nodes")), replicas));
    }
    found.extend(known(compute.image_pull_policy.as_ref(), PULL_POLICIES));
    found.extend(known(compute.dns_policy.as_ref(), DNS_POLICIES));
    found.extend(image(&compute.image));
    found
}

fn reserved(making: &Making<'_>, extras: &extras::Extras) -> Vec<Diagnostic> {
    let sets = |variable: &str| extras.env.iter().any(|entry| text(entry, "name") == Some(variable));
    let key = making.settings.version.get().signing_key_variable();
    let optional = [key, CERTIFICATES_VARIABLE].into_iter().filter(|variable| sets(variable));
    let all = env::RESERVED.iter().copied().chain(optional);
    let entries = all.filter_map(|name| Some((name, making.declared.env(name)?.get("name")?)));
    entries
        .map(|(name, culprit)| {
            let found = RESERVED_VARIABLE.found(format!("the operator sets `{name}` itself"));
            found.decided_at(culprit.origin.spans(), "set twice")
        })
        .collect()
}

fn volumes(making: &Making<'_>, extras: &extras::Extras) -> Vec<Diagnostic> {
    let mut taken: Vec<&str> = vec!["storage", "tmp", "config"];
    taken.extend(extras.volumes.iter().filter_map(|volume| text(volume, "name")));
    let volumes = making.declared.spec.compute.extra_volumes.iter().flatten();
    doubles(volumes.map(crate::value::Checked::value), "name", taken, |name| {
        SAME_VOLUME.found(format!("there is a volume `{name}` already"))
    })
}

fn mounts(making: &Making<'_>, extras: &extras::Extras) -> Vec<Diagnostic> {
    let mut taken: Vec<&str> = vec!["/restate-data", "/tmp", "/config"];
    taken.extend(extras.mounts.iter().filter_map(|mount| text(mount, "mountPath")));
    let mounts = making.declared.spec.compute.extra_volume_mounts.iter().flatten();
    doubles(mounts.map(crate::value::Checked::value), "mountPath", taken, |path| {
        SAME_MOUNT_PATH.found(format!("something is mounted at `{path}` already"))
    })
}

fn sidecars(making: &Making<'_>, extras: &extras::Extras) -> Vec<Diagnostic> {
    let sidecars = making.declared.spec.compute.sidecars.iter().flatten().map(crate::value::Checked::value);
    let mut seen = BTreeSet::new();
    // Two sidecars of one name are a mistake of shape.
    let names = sidecars.filter_map(|sidecar| sidecar.get("name")).filter(|name| seen.insert(name.as_str()));
    let taken = names.filter_map(|name| {
        let is_collector = name.as_str() == Some(COLLECTOR) && !extras.init_containers.is_empty();
        // The server stands in another list, so that its name is refused only after the operator has sent it.
        (is_collector || name.as_str() == Some(SERVER)).then_some((name, is_collector))
    });
    taken
        .map(|(name, refused)| {
            let shown = name.as_str().unwrap_or_default();
            let found = SAME_CONTAINER.found(format!("the operator has a container `{shown}` of its own"));
            Diagnostic { refused, ..found.decided_at(name.origin.spans(), "taken") }
        })
        .collect()
}

/// Reports each of `items` whose `key` is taken, by the operator or by an item before it.
fn doubles<'item>(
    items: impl Iterator<Item = &'item Value>,
    key: &str,
    mut taken: Vec<&'item str>,
    found: impl Fn(&str) -> Diagnostic,
) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for item in items {
        let Some(value) = item.get(key) else { continue };
        let Some(name) = value.as_str() else { continue };
        if taken.contains(&name) {
            all.push(found(name).decided_at(value.origin.spans(), "taken"));
        } else {
            taken.push(name);
        }
    }
    all
}

fn known(policy: Option<&Traced<String>>, known: &[&str]) -> Option<Diagnostic> {
    let policy = policy.filter(|policy| !known.contains(&policy.get().as_str()))?;
    let choices: Vec<_> = known.iter().map(|one| format!("`{one}`")).collect();
    let found = UNKNOWN_POLICY.found(format!("Kubernetes knows no policy `{policy}`"));
    Some(at(found.help(format!("use one of {}", choices.join(", "))), policy))
}

fn image(image: &Traced<String>) -> Option<Diagnostic> {
    // What is no image at all is a mistake of shape.
    let parsed = Image::parse(image.get()).ok()?;
    let floats = parsed.tag().is_none_or(|tag| tag == "latest") && !image.get().contains('@');
    floats.then(|| at(FLOATING_IMAGE.found(format!("`{image}` names no version")), image))
}

fn text<'value>(value: &'value Value, key: &str) -> Option<&'value str> {
    value.get(key).and_then(Value::as_str)
}
