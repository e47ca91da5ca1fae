//! The rules that an `ObjectStore` is held against.

use super::ObjectStore;
use super::declaration::Buckets;
use crate::component::{Context, network};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Traced;

pub(super) const RULES: &[Rule] = &[CLEAR_TEXT, CERTIFICATE_UNUSED, SEVERAL_CERTIFICATES, NO_CERTIFICATE, IDLE_FIELD];

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

const SEVERAL_CERTIFICATES: Rule = Rule::error(
    "objectstore/several-certificates",
    "the certificate comes from two places",
    "Consumers mount one file: which one must not depend on chance.",
    "keep one of `certificate`, `configMapName` and `secretName`",
);

const NO_CERTIFICATE: Rule = Rule::error(
    "objectstore/no-certificate",
    "the authority of a store has no certificate",
    "Consumers could not trust it.",
    "set one of `certificate`, `configMapName` and `secretName`, or delete `certificateAuthority`",
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
        let places = [
            authority.certificate.as_ref().map(Traced::origin),
            authority.config_map_name.as_ref().map(Traced::origin),
            authority.secret_name.as_ref().map(Traced::origin),
        ];
        let places: Vec<_> = places.into_iter().flatten().collect();
        match places[..] {
            [] => {
                let place = authority.key.as_ref().map_or(store.kind.origin(), Traced::origin);
                found.push(NO_CERTIFICATE.found("no certificate is named").decided_at(place.spans(), ""));
            }
            [one] if !tls => {
                let message = format!("`{}` speaks no TLS", spec.endpoint);
                found.push(CERTIFICATE_UNUSED.found(message).decided_at(one.and(spec.endpoint.origin()).spans(), ""));
            }
            [first, second, ..] => {
                let found_here = SEVERAL_CERTIFICATES.found("two of them are named");
                found.push(found_here.decided_at(second.and(first).spans(), ""));
            }
            [_] => {}
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
