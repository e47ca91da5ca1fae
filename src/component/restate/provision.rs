//! Provisioning: when the operator does it, and the Job that does it in a tree, where there is no operator.

use super::RestateCluster;
use super::making::{Making, Texts};
use super::said::Said;
use super::{network, toml};
use crate::component::{Part, Pods, RunOnce};
use crate::value::{Traced, Value, manifest, text};

/// The name of the Job, and what its pods are called by their labels.
const NAME: &str = "restate-provision";
/// The key by which servers provision themselves, which two of them must not.
pub(super) const KEY: &str = "auto-provision";

/// Whether the servers leave provisioning to others, as far as the operator can tell.
pub(super) enum SelfProvisioning {
    /// They leave it.
    Off,
    /// They do it, or the operator cannot tell.
    On,
    /// The configuration, which would tell, is no TOML.
    Unreadable,
}

/// Returns what the operator finds before it provisions: a plain variable decides, else the top level of the
/// configuration, where only the boolean `false` counts.
pub(super) fn self_provisioning(declared: &RestateCluster) -> SelfProvisioning {
    let is = |off: bool| if off { SelfProvisioning::Off } else { SelfProvisioning::On };
    let plain = declared.env("RESTATE_AUTO_PROVISION").and_then(|entry| entry.get("value")?.as_str());
    if let Some(value) = plain {
        return is(value.eq_ignore_ascii_case("false"));
    }
    if declared.toml().error.is_some() {
        return SelfProvisioning::Unreadable;
    }
    is(declared.toml().at(KEY).and_then(Value::as_bool) == Some(false))
}

/// Returns what the user says about servers that provision themselves; they do where nothing is said.
pub(super) fn said(declared: &RestateCluster) -> Option<(Said<'_>, bool)> {
    let said = declared.said("", KEY)?;
    let off = said.text().is_some_and(|text| text.eq_ignore_ascii_case("false"));
    Some((said, !off))
}

/// Returns the Job with the policy that lets it reach the first node. It stands in the same stage as the nodes, which
/// are not ready before the cluster is provisioned.
pub(super) fn parts(making: &Making<'_>) -> Vec<Part> {
    let wanted = making.declared.auto_provision();
    if !making.tree || !*wanted.get() {
        return Vec::new();
    }
    let because = |value: Value| value.because(wanted.origin());
    let pods = Pods { namespace: making.name(), labels: labels(making) };
    let rules = manifest!({ ingress: [{
        from: [network::peer(&pods)], ports: [{ port: network::NODE, protocol: "TCP" }],
    }] });
    let policy = network::policy(making, "allow-provision-access", &["Ingress"], &rules);
    let disabled = network::disabled(making);
    let policy = (!disabled.get()).then(|| because(policy).because(disabled.origin()).into());
    let job = Part::RunOnce(RunOnce { job: because(job(making)), inputs: Vec::new() });
    policy.into_iter().chain([job]).collect()
}

/// Returns the labels of the Job's pods, none of which selects a node of the cluster.
fn labels(making: &Making<'_>) -> Texts {
    let mut labels = making.own_labels();
    labels.insert("app.kubernetes.io/name".to_owned(), Traced::literal(NAME.to_owned()));
    labels
}

/// The image of the servers has a shell and `curl`, so that no other one is needed.
fn job(making: &Making<'_>) -> Value {
    let compute = &making.declared.spec.compute;
    let pull_secrets = compute
        .image_pull_secrets
        .as_ref()
        .map(|secrets| secrets.iter().map(|secret| manifest!({ name: secret.name })).collect::<Vec<_>>());
    let url = text!("http://restate-0.restate-cluster.{}.svc:{}", making.name(), network::NODE);
    manifest!({
        apiVersion: "batch/v1", kind: "Job",
        metadata: making.job_metadata(NAME),
        spec: {
            backoffLimit: 3i64,
            activeDeadlineSeconds: 900i64,
            template: {
                metadata: { labels: labels(making) },
                spec: {
                    restartPolicy: "OnFailure",
                    automountServiceAccountToken: false,
                    imagePullSecrets: pull_secrets,
                    nodeSelector: compute.node_selector,
                    tolerations: compute.tolerations,
                    securityContext: {
                        runAsUser: 1000i64, runAsGroup: 3000i64, runAsNonRoot: true,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [{
                        name: "provision",
                        image: compute.image,
                        imagePullPolicy: compute.image_pull_policy,
                        command: ["/bin/sh", "-c", include_str!("provision.sh")],
                        env: [{ name: "NODE_URL", value: url }],
                        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                        securityContext: {
                            allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                    }],
                },
            },
        },
    })
}

/// Returns how many nodes a replication asks for: `2`, `{ node = 2 }` or `{node: 2}`.
pub(super) fn replication(said: &Said<'_>) -> Option<i64> {
    let digits = |text: &str| {
        let text = text.trim().trim_matches(['{', '}', ' ']);
        let number = text.strip_prefix("node").map_or(text, |rest| rest.trim_start().trim_start_matches([':', '=']));
        number.trim().parse().ok()
    };
    match said {
        Said::Config(_, value) if value.as_map().is_some() => value.get("node").and_then(Value::as_int),
        Said::Config(_, value) => digits(&toml::scalar(value)?),
        Said::Env(_) => digits(&said.text()?),
    }
}
