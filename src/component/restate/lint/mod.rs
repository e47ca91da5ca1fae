//! The rules that a `RestateCluster` is held against.

mod compute;
mod config;
mod security;
mod wishes;

pub(super) use config::plaintext;
pub(super) use wishes::UNKNOWN_WISH;

use super::RestateCluster;
use super::making::Making;
use super::{needs_operator, newer};
use crate::component::Context;
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::{Origin, Traced};

pub(super) const RULES: &[Rule] = &[
    NAMESPACE_IGNORED,
    compute::RESERVED_VARIABLE,
    compute::SAME_VOLUME,
    compute::SAME_MOUNT_PATH,
    compute::SAME_CONTAINER,
    compute::NEGATIVE_REPLICAS,
    compute::UNKNOWN_POLICY,
    compute::FLOATING_IMAGE,
    config::SYNTAX,
    config::UNKNOWN_KEY,
    config::SELF_PROVISIONING,
    config::NOBODY_PROVISIONS,
    config::NODES_APART,
    config::METADATA_STORE,
    config::HTTP_NOT_ALLOWED,
    config::REPLICATION_TOO_HIGH,
    config::WEAK_QUORUM,
    config::PLAINTEXT_CREDENTIALS,
    security::SIGNING_VERSION,
    security::SEVERAL_KEYS,
    security::DRIVER_AS_PROVIDER,
    security::GOOGLE_ACCOUNT,
    security::NOT_INSTALLED,
    security::ROLE_WITHOUT_CLUSTER,
    security::STORE_OUT_OF_REACH,
    wishes::UNKNOWN_WISH,
    wishes::UNKNOWN_DELIVERY,
    needs_operator::NO_OPERATOR,
    newer::PAUSED,
    wishes::SNAPSHOTS_UNREADABLE,
    wishes::SNAPSHOTS_CONTRADICTED,
    wishes::CERTIFICATE_NOT_IN_SECRET,
];

const NAMESPACE_IGNORED: Rule = Rule::error(
    "restate/namespace-ignored",
    "a RestateCluster names a namespace that is not its own",
    "The kind belongs to no namespace, and Kubernetes ignores the field: everything lands in the namespace that is called like the cluster.",
    "delete `metadata.namespace`, or call the cluster like the namespace",
);

pub(super) fn lint(declared: &RestateCluster, context: &Context) -> Vec<Diagnostic> {
    let making = Making::new(declared, context);
    let mut found = Vec::new();
    found.extend(namespace(declared));
    if making.pause().is_some() {
        let what = format!("RestateCluster `{}`", declared.metadata.name);
        found.extend(newer::paused(&what, making.annotations(), &making.settings));
    }
    found.extend(compute::lint(&making));
    found.extend(config::lint(&making, context));
    found.extend(security::lint(&making, context));
    found.extend(wishes::lint(&making, context));
    found
}

fn namespace(declared: &RestateCluster) -> Option<Diagnostic> {
    let (namespace, name) = (declared.metadata.namespace.as_ref()?, declared.name());
    (namespace != &name).then(|| {
        let message = format!("RestateCluster `{name}` makes namespace `{name}`, not `{namespace}`");
        NAMESPACE_IGNORED.found(message).decided_at(namespace.origin().spans(), "ignored")
    })
}

/// Returns a finding at `value`.
fn at<T>(found: Diagnostic, value: &Traced<T>) -> Diagnostic {
    found.decided_at(value.origin().spans(), "")
}

/// Returns a finding at the first of `origins` that has a place, with the others as who decided.
fn at_all<'origin>(found: Diagnostic, origins: impl IntoIterator<Item = &'origin Origin>) -> Diagnostic {
    found.decided_at(Origin::merged(origins).spans(), "")
}
