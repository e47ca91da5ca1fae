//! What is wrong with how a `MinIO` is reached from outside of the cluster.

use super::super::MinIO;
use super::idle;
use crate::component::{Context, Exposure};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Subdomain;
use crate::value::Traced;

pub(super) const BALANCED_IN_CLEAR: Rule = Rule::error(
    "minio/balanced-in-clear",
    "a load balancer stands before servers without TLS",
    "Keys, console passwords and objects would cross networks outside of the cluster for all to read.",
    "set `tls.mode`, or expose the store by a gateway or an Ingress that ends TLS",
);

pub(super) const SAME_HOST: Rule = Rule::error(
    "minio/same-host",
    "S3 and the console have one host outside",
    "Both serve the path `/`: one of them would get the requests of the other.",
    "give each a host of its own",
);

pub(super) const DOMAINS_OVERLAP: Rule = Rule::refusal(
    "minio/domains-overlap",
    "one domain ends with another",
    "Which part of a host is the bucket would be open to doubt: operator and server refuse both.",
    "keep one of them, or choose domains that are apart",
);

pub(super) fn lint(minio: &MinIO, context: &Context) -> Vec<Diagnostic> {
    let expose = &minio.spec.expose;
    let store = minio.store();
    let policies = context.project.policies();
    let mut found = Vec::new();
    for (side, exposure) in expose.sides() {
        found.extend(exposure.lint(&minio.backend(side, &store), &policies));
    }
    if let (false, Some(balanced)) = (minio.spec.tls.is_on().get(), minio.balanced()) {
        let place = balanced.and(minio.spec.tls.mode.origin());
        let message = "servers without TLS are exposed by a load balancer";
        found.push(BALANCED_IN_CLEAR.found(message).decided_at(place.spans(), ""));
    }
    if let (None, Some(balancer)) = (minio.balanced(), &expose.load_balancer) {
        let fields = [
            ("expose.loadBalancer.hosts", balancer.hosts.first().map(Traced::origin)),
            ("expose.loadBalancer.annotations", balancer.annotations.values().next().map(Traced::origin)),
        ];
        for (name, place) in fields.into_iter().filter_map(|(name, place)| Some((name, place?))) {
            found.push(idle(name, "without a load balancer", place, balancer.s3.origin()));
        }
    }
    let hosts = |exposure: &Option<Exposure>| exposure.iter().flat_map(|one| one.hosts().to_vec()).collect::<Vec<_>>();
    let console = hosts(&expose.console);
    for host in hosts(&expose.s3) {
        if let Some(other) = console.iter().find(|other| other.get().as_str() == host.get().as_str()) {
            let place = other.origin().and(host.origin());
            found.push(SAME_HOST.found(format!("`{host}` is S3 and the console")).decided_at(place.spans(), ""));
        }
    }
    found.extend(overlap(&minio.spec.domains));
    found
}

fn overlap(domains: &[Traced<Subdomain>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, domain) in domains.iter().enumerate() {
        for other in &domains[..index] {
            let (one, two) = (domain.get().as_str(), other.get().as_str());
            if one.ends_with(two) || two.ends_with(one) {
                let place = domain.origin().and(other.origin());
                let message = format!("`{domain}` and `{other}` overlap");
                found.push(DOMAINS_OVERLAP.found(message).decided_at(place.spans(), ""));
            }
        }
    }
    found
}
