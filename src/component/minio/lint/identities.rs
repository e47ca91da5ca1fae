//! What is wrong with the service accounts that get keys from the operator.

use super::super::MinIO;
use crate::diagnostic::{Diagnostic, Rule};

pub(super) const WITHOUT_OPERATOR: Rule = Rule::error(
    "minio/identities-without-operator",
    "service accounts are to get keys from the operator, and there is none",
    "It is the operator that knows a service account by its token and gives it keys: a server alone does not.",
    "set `mode: operator`, or give the application a user by an `S3Access`",
);

pub(super) const SAME: Rule = Rule::error(
    "minio/same-identity",
    "a service account stands among the identities twice",
    "Both would have one policy, and one of them would get what the other is for.",
    "put all its buckets into one of them",
);

pub(super) const TOO_LONG: Rule = Rule::error(
    "minio/identity-policy-too-long",
    "the policy of a service account is longer than the operator takes",
    "It goes along with each request for keys, and may have 2048 characters: the application gets none.",
    "name fewer buckets, or give the application a user by an `S3Access`",
);

/// The most characters of a policy. Source: minio/operator, `pkg/controller/sts_handlers.go`.
const MOST: usize = 2048;

pub(super) fn lint(minio: &MinIO) -> Vec<Diagnostic> {
    let identities = &minio.spec.identities;
    let mut found = Vec::new();
    if let (true, Some(first)) = (*minio.is_standalone().get(), identities.first()) {
        let place = first.place().and(minio.spec.mode.origin());
        let message = format!("nobody gives `{}` keys", first.name());
        found.push(WITHOUT_OPERATOR.found(message).decided_at(place.spans(), ""));
    }
    for (index, identity) in identities.iter().enumerate() {
        let is_same = |other: &&super::super::identities::Identity| {
            (&other.namespace, &other.service_account) == (&identity.namespace, &identity.service_account)
        };
        if let Some(other) = identities[..index].iter().find(is_same) {
            let message = format!("`{}` of namespace `{}` has two", identity.service_account, identity.namespace);
            let place = identity.place().and(&other.place());
            found.push(SAME.found(message).decided_at(place.spans(), ""));
        }
        let length = identity.policy(minio).length();
        if length > MOST {
            let message = format!("the policy of `{}` has {length} characters", identity.name());
            found.push(TOO_LONG.found(message).decided_at(identity.place().spans(), ""));
        }
    }
    found
}
