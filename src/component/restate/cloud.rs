//! What ties the pods to an account of AWS or Google.

use super::making::{Making, Texts};
use crate::value::{Origin, Traced, Value, manifest, text};

/// The annotation of the ServiceAccount that names a Google service account.
pub(super) const GOOGLE_ACCOUNT: &str = "iam.gke.io/gcp-service-account";
/// The kind that puts pods into security groups, which a cluster may not serve.
pub(super) const GROUPS_KIND: &str = "SecurityGroupPolicy";
/// Finds the credentials of a Pod Identity Association in the environment.
const AWS_CANARY: &[&str] = &["grep", "-q", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/proc/self/environ"];
/// Asks Google's metadata server for a token.
const GOOGLE_CANARY: &[&str] = &[
    "wget",
    "--header",
    "Metadata-Flavor: Google",
    "-q",
    "-O",
    "/dev/null",
    "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
];

/// An AWS role, and the EKS cluster that gives it to pods.
struct Role<'making> {
    cluster: &'making Traced<String>,
    arn: &'making Traced<String>,
}

fn role<'making>(making: &'making Making<'_>) -> Option<Role<'making>> {
    let arn = making.security()?.aws_pod_identity_association_role_arn.as_ref()?;
    Some(Role { cluster: making.settings.aws_pod_identity_association_cluster.as_ref()?, arn })
}

/// Returns the security groups and who says that the cluster serves them, where both hold.
fn security_groups<'making>(making: &'making Making<'_>) -> Option<(&'making [Traced<String>], Origin)> {
    let groups = making.security()?.aws_pod_security_groups.as_deref().filter(|groups| !groups.is_empty())?;
    let installed = making.settings.installed(GROUPS_KIND)?;
    Some((groups, Origin::merged(groups.iter().map(Traced::origin)).and(installed.origin())))
}

/// Returns the Google service account of the pods, where the operator is asked to bind it.
pub(super) fn google_account(making: &Making<'_>) -> Option<Traced<String>> {
    let account = making.security()?.service_account_annotations.as_ref()?.get(GOOGLE_ACCOUNT)?;
    let wanted = &making.settings.gcp_workload_identity;
    wanted.get().then(|| account.clone().because(wanted.origin()))
}

/// Returns the project in the address of a Google service account, as the operator finds it: it may be empty.
pub(super) fn google_project(account: &str) -> Option<&str> {
    account.split('@').nth(1)?.strip_suffix(".iam.gserviceaccount.com")
}

/// Returns the annotations that roll the pods when their account changes.
pub(super) fn pod_annotations(making: &Making<'_>) -> Texts {
    let mut annotations = Texts::new();
    if let Some(role) = role(making) {
        let because = role.cluster.origin().and(role.arn.origin());
        let mut add = |key: &str, value: &Traced<String>| {
            let key = format!("restate.dev/aws-pod-identity-association-{key}");
            annotations.insert(key, value.clone().because(&because));
        };
        add("cluster", role.cluster);
        add("role-arn", role.arn);
    }
    if let Some((groups, because)) = security_groups(making) {
        let joined = groups.iter().map(|group| group.get().as_str()).collect::<Vec<_>>().join(",");
        annotations.insert("restate.dev/aws-security-groups".to_owned(), Traced::new(joined, because));
    }
    if let Some(account) = google_account(making) {
        annotations.insert("restate.dev/gcp-service-account".to_owned(), account);
    }
    annotations
}

/// Returns the objects, in the operator's order. A canary is an action at run time, which no tree holds.
pub(super) fn objects(making: &Making<'_>) -> Vec<Value> {
    let mut objects = Vec::new();
    if let Some(role) = role(making) {
        let association = manifest!({
            apiVersion: "eks.services.k8s.aws/v1alpha1", kind: "PodIdentityAssociation",
            metadata: making.metadata(&Traced::literal("restate".to_owned())),
            spec: {
                clusterName: role.cluster, namespace: making.name(), roleARN: role.arn, serviceAccount: "restate",
            },
        });
        objects.push(association.because(&role.cluster.origin().and(role.arn.origin())));
        if !making.tree {
            objects.push(canary(making, "restate-pia-canary", AWS_CANARY));
        }
    }
    if let Some((groups, because)) = security_groups(making) {
        let policy = manifest!({
            apiVersion: "vpcresources.k8s.aws/v1beta1", kind: GROUPS_KIND,
            metadata: making.metadata(&Traced::literal("restate".to_owned())),
            spec: { podSelector: { matchLabels: making.own_labels() }, securityGroups: { groupIds: groups } },
        });
        objects.push(policy.because(&because));
    }
    if let Some(account) = google_account(making)
        && let Some(project) = google_project(account.get())
    {
        let project = account.map(|_| project.to_owned());
        let version = making.settings.version.map(|version| version.google_account_version());
        let mut metadata = making.annotated("restate-workload-identity", None);
        let annotations = manifest!({ "cnrm.cloud.google.com/project-id": project });
        if let Some(metadata) = metadata.as_map_mut() {
            match metadata.get_mut("annotations").and_then(Value::as_map_mut) {
                Some(known) => crate::value::spread_map(known, &annotations),
                None => metadata.insert("annotations", annotations),
            }
        }
        let member = manifest!({
            apiVersion: "iam.cnrm.cloud.google.com/v1beta1", kind: "IAMPolicyMember",
            metadata: metadata,
            spec: {
                member: text!("serviceAccount:{}.svc.id.goog[{}/restate]", project, making.name()),
                role: "roles/iam.workloadIdentityUser",
                resourceRef: {
                    apiVersion: version,
                    kind: "IAMServiceAccount", external: text!("projects/{}/serviceAccounts/{}", project, account),
                },
            },
        });
        objects.push(member.because(account.origin()));
        if !making.tree {
            objects.push(canary(making, "restate-wi-canary", GOOGLE_CANARY));
        }
    }
    objects
}

/// Returns a Job that fails until pods have their credentials.
fn canary(making: &Making<'_>, name: &'static str, command: &[&'static str]) -> Value {
    let deadline = making.settings.version.map(|version| version.canary_deadline());
    manifest!({
        apiVersion: "batch/v1", kind: "Job",
        metadata: making.job_metadata(name),
        spec: {
            backoffLimit: 1i64,
            activeDeadlineSeconds: deadline,
            template: { spec: {
                containers: [{ name: "canary", image: making.settings.canary_image, command: command }],
                restartPolicy: "Never",
                serviceAccountName: "restate",
                tolerations: making.declared.spec.compute.tolerations,
            } },
        },
    })
}
