//! The rules that an `ObjectStore` is held against.

use super::ObjectStore;
use super::declaration::Buckets;
use crate::component::{Context, network};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Traced;

pub(super) const RULES: &[Rule] = &[CLEAR_TEXT, CERTIFICATE_UNUSED, IDLE_FIELD];

const CLEAR_TEXT: Rule = Rule::warning(
    "objectstore/clear-text",
    "a store outside of the cluster is reached without TLS",
    "Whoever is on the way reads what is stored, and may change it.",
    "use an endpoint that begins with `https://`",
);

const CERTIFICATE_UNUSED: Rule = Rule::error(
    "objectstore/certificate-unused",
    "a certificate is given for a store without TLS",
    "Consumers would speak TLS to a server that does not, or trust nobody: one of the two is wrong.",
    "use an endpoint that begins with `https://`, or delete `certificateAuthority`",
);

const IDLE_FIELD: Rule = Rule::warning(
    "objectstore/idle-field",
    "a field decides nothing",
    "Whoever changes it waits for an effect that never comes.",
    "delete the field, or what makes it idle",
);

pub(super) fn lint(store: &ObjectStore, context: &Context) -> Vec<Diagnostic> {
    let spec = &store.spec;
    let mut found = Vec::new();
    let tls = spec.endpoint.get().is_tls();
    if !tls && spec.pods.is_none() {
        let message = format!("`{}` speaks no TLS, and no `pods` are named that it could be", spec.endpoint);
        found.push(CLEAR_TEXT.found(message).decided_at(spec.endpoint.origin().spans(), ""));
    }
    let host = spec.endpoint.map(|endpoint| endpoint.host_and_port().0.to_owned());
    found.extend(network::unknown_pods(&host, spec.pods.as_ref(), &context.project.policies()));
    if let Some(authority) = &spec.certificate_authority {
        found.extend(authority.lint(store.kind.origin()));
        if let (false, [one, ..]) = (tls, &authority.places()[..]) {
            let message = format!("`{}` speaks no TLS", spec.endpoint);
            found.push(CERTIFICATE_UNUSED.found(message).decided_at(one.and(spec.endpoint.origin()).spans(), ""));
        }
    }
    let of_job = [
        ("rootSecretName", spec.root_secret_name.as_ref().map(Traced::origin)),
        ("clientImage", spec.client_image.as_ref().map(Traced::origin)),
    ];
    if *spec.buckets.get() == Buckets::Somebody {
        for (name, place) in of_job.into_iter().filter_map(|(name, place)| Some((name, place?))) {
            let message = format!("`{name}` decides nothing where somebody makes the buckets");
            found.push(IDLE_FIELD.found(message).decided_at(place.and(spec.buckets.origin()).spans(), ""));
        }
    }
    if let (Some(_), Some(address)) = (&spec.pods, spec.addresses.first()) {
        let message = "`addresses` decide nothing beside `pods`";
        found.push(IDLE_FIELD.found(message).decided_at(address.origin().spans(), ""));
    }
    found
}
