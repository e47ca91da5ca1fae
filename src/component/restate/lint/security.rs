//! Rules about keys, accounts and reach.

use super::{at, at_all};
use crate::component::Context;
use crate::component::restate::making::Making;
use crate::component::restate::said::Said;
use crate::component::restate::{cloud, extras, snapshots};
use crate::diagnostic::{Diagnostic, Rule};
use crate::value::Traced;

pub(in super::super) const SIGNING_VERSION: Rule = Rule::refusal(
    "restate/signing-version",
    "the signing key is of a version that the operator does not know",
    "The operator refuses the cluster after it has made the Namespace and the policies.",
    "use `version: v1`",
);

pub(in super::super) const SEVERAL_KEYS: Rule = Rule::refusal(
    "restate/several-signing-keys",
    "the signing key comes from two places",
    "The operator refuses the cluster after it has made the Namespace and the policies.",
    "keep one of `secret` and `secretProvider`",
);

pub(in super::super) const DRIVER_AS_PROVIDER: Rule = Rule::error(
    "restate/driver-as-provider",
    "the provider of the signing key is called like the CSI driver",
    "The driver looks for a provider of that name and finds none: the pods never start.",
    "name the provider: `aws`, `azure`, `gcp` or `vault`",
);

pub(in super::super) const GOOGLE_ACCOUNT: Rule = Rule::refusal(
    "restate/google-account",
    "the address of the Google service account names no project",
    "The operator takes the project from it, and refuses the cluster without one.",
    "write `NAME@PROJECT.iam.gserviceaccount.com`",
);

pub(in super::super) const NOT_INSTALLED: Rule = Rule::error(
    "restate/not-installed",
    "a field needs a custom resource that the cluster does not serve",
    "The operator ignores the field without a word: requests are not signed, pods are in no security group.",
    "install the definition and name its kind in `installedCrds` of the RestateOperator, or delete the field",
);

pub(in super::super) const ROLE_WITHOUT_CLUSTER: Rule = Rule::error(
    "restate/role-without-cluster",
    "an AWS role is set, and the operator does not know the EKS cluster",
    "The operator ignores the role: the pods have no credentials.",
    "set `awsPodIdentityAssociationCluster` of the RestateOperator, or delete the role",
);

pub(in super::super) const STORE_OUT_OF_REACH: Rule = Rule::warning(
    "restate/store-out-of-reach",
    "the policies let the pods reach no store inside the cluster",
    "Only the public internet is allowed, and a Service has a private address: every snapshot fails.",
    "allow the store's pods in `security.networkEgressRules`, at the port of the pods (9000 for MinIO), or label them `allow.restate.dev/NAME: \"true\"`",
);

pub(super) fn lint(making: &Making<'_>, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(signing_key(making));
    found.extend(accounts(making));
    found.extend(out_of_reach(making, context));
    found
}

fn signing_key(making: &Making<'_>) -> Vec<Diagnostic> {
    let Some(key) = making.signing_key() else { return Vec::new() };
    let mut found = Vec::new();
    if key.version.get() != "v1" {
        found.push(at(
            SIGNING_VERSION.found(format!("there is no version `{}` of signing keys", key.version)),
            &key.version,
        ));
    }
    let Some(provider) = &key.secret_provider else { return found };
    if let Some(secret) = &key.secret {
        let origins = [provider.path.origin(), secret.secret_name.origin()];
        found.push(at_all(SEVERAL_KEYS.found("both `secret` and `secretProvider` hold the signing key"), origins));
    } else if making.settings.installed(extras::KEY_CLASS_KIND).is_none() {
        found.push(not_installed(extras::KEY_CLASS_KIND, &provider.path));
    }
    let driver = provider.provider.as_ref().filter(|name| name.get().contains("secrets-store.csi"));
    found.extend(driver.map(|name| at(DRIVER_AS_PROVIDER.found(format!("`{name}` is the driver, no provider")), name)));
    found
}

fn accounts(making: &Making<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(account) = cloud::google_account(making) {
        let project = cloud::google_project(account.get());
        if project.is_none_or(str::is_empty) {
            let one = at(GOOGLE_ACCOUNT.found(format!("`{account}` names no project")), &account);
            // An empty one is read, and fails with Google.
            found.push(Diagnostic { refused: project.is_none(), ..one });
        }
    }
    let Some(security) = making.security() else { return found };
    if let Some(group) = security.aws_pod_security_groups.as_deref().and_then(|groups| groups.first())
        && making.settings.installed(cloud::GROUPS_KIND).is_none()
    {
        found.push(not_installed(cloud::GROUPS_KIND, group));
    }
    if let Some(role) = &security.aws_pod_identity_association_role_arn
        && making.settings.aws_pod_identity_association_cluster.is_none()
    {
        found.push(at(ROLE_WITHOUT_CLUSTER.found(format!("nobody gives the role `{role}` to the pods")), role));
    }
    found
}

fn not_installed(kind: &str, culprit: &Traced<String>) -> Diagnostic {
    at(NOT_INSTALLED.found(format!("the cluster is not known to serve {kind}")), culprit)
}

fn out_of_reach(making: &Making<'_>, context: &Context) -> Option<Diagnostic> {
    let security = making.security();
    let open = security.and_then(|security| security.disable_network_policies.as_ref()).is_some_and(|off| *off.get());
    let rules = security.and_then(|security| security.network_egress_rules.as_deref()).unwrap_or_default();
    if open || !rules.is_empty() || making.snapshots.is_some() {
        return None;
    }
    let endpoint = making.declared.said(snapshots::TABLE, "aws-endpoint-url")?;
    let url = endpoint.text().filter(|url| is_inside(url))?;
    let found = STORE_OUT_OF_REACH.found(format!("the policies do not let the pods reach `{url}`"));
    Some(found.decided_at(&Said::places(&endpoint, context), ""))
}

/// Whether a URL leads to a Service of the cluster.
fn is_inside(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    matches!(host.rsplit('.').next(), Some("svc" | "local")) || !host.contains('.')
}
