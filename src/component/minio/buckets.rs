//! The Job that makes what is claimed: buckets, users, and one policy for each user.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::Environment;
use serde::Serialize;

use super::{MinIO, versions};
use crate::component::{App, Claim, Part, RunOnce, Store};
use crate::kube::Image;
use crate::value::{Map, Origin, Traced, Value, manifest, text};

/// The script, read once.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.add_template("buckets.sh", include_str!("buckets.sh.j2")).expect("the script is a template");
    templates
});

/// What the script is filled with.
#[derive(Serialize)]
struct Names<'claim> {
    buckets: Vec<String>,
    users: Vec<User<'claim>>,
}

/// A user with the buckets that it may use.
#[derive(Serialize)]
struct User<'claim> {
    name: &'claim str,
    buckets: Vec<String>,
}

/// Returns the app of the Job, if anything is claimed.
pub(super) fn app(minio: &MinIO, store: &Store, claims: &[&Claim]) -> Option<App> {
    if claims.is_empty() {
        return None;
    }
    // Whoever claims decides that there is a Job at all.
    let because = Origin::merged(claims.iter().map(|claim| &claim.claimant));
    let name = text!("{}-buckets", minio.name());
    let config = config_map(minio, &name, claims).because(&because);
    let job = RunOnce { job: job(minio, &name, store, claims).because(&because), inputs: vec![config.clone()] };
    let parts = vec![Part::from(config), Part::RunOnce(job)];
    Some(
        App { timeout: "15m", ..App::new(minio.app_id("-buckets").because(&because), parts) }.after([minio.app_id("")]),
    )
}

fn config_map(minio: &MinIO, name: &Traced<String>, claims: &[&Claim]) -> Value {
    let mut data = Map::new();
    data.insert("buckets.sh", Value::new(script(claims).get().clone()).because(script(claims).origin()));
    for claim in claims {
        let policy = policy(claim);
        data.insert(format!("policy-{}.json", claim.user), Value::new(policy.get().clone()).because(policy.origin()));
    }
    manifest!({
        apiVersion: "v1", kind: "ConfigMap",
        metadata: { name: name, namespace: minio.namespace(), labels: minio.metadata.labels() },
        data: data,
    })
}

/// Returns the script. Every name in it was parsed: nothing in it needs quoting.
fn script(claims: &[&Claim]) -> Traced<String> {
    let users: Vec<_> = claims
        .iter()
        .map(|claim| User { name: claim.user.get(), buckets: claim.buckets.iter().map(ToString::to_string).collect() })
        .collect();
    let mut buckets: Vec<_> = users.iter().flat_map(|user| user.buckets.iter().cloned()).collect();
    buckets.sort();
    buckets.dedup();
    let script = TEMPLATES
        .get_template("buckets.sh")
        .and_then(|template| template.render(minijinja::value::Serde(Names { buckets, users })))
        .expect("the template is there and reads only what it is given");
    let origins = claims
        .iter()
        .flat_map(|claim| std::iter::once(claim.user.origin()).chain(claim.buckets.iter().map(Traced::origin)));
    Traced::new(script + "\n", Origin::merged(origins))
}

/// Returns the policy of one user: its own buckets and nothing else.
fn policy(claim: &Claim) -> Traced<String> {
    let resources =
        |suffix: &str| claim.buckets.iter().map(|bucket| format!("arn:aws:s3:::{bucket}{suffix}")).collect::<Vec<_>>();
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetBucketLocation", "s3:ListBucket"],
                "Resource": resources(""),
            },
            { "Effect": "Allow", "Action": claim.permissions.object_actions(), "Resource": resources("/*") },
        ],
    });
    let text = serde_json::to_string_pretty(&policy).expect("a policy is JSON") + "\n";
    Traced::new(text, Origin::merged(claim.buckets.iter().map(Traced::origin)))
}

fn job(minio: &MinIO, name: &Traced<String>, store: &Store, claims: &[&Claim]) -> Value {
    let image = minio
        .spec
        .client_image
        .as_ref()
        .map_or_else(|| Traced::literal(versions::CLIENT_IMAGE.to_owned()), |image| image.map(Image::to_string));
    let labels: BTreeMap<_, _> = minio.job_labels();
    // One volume for all: its name must not grow with theirs.
    let root = manifest!({ secret: { name: minio.root_secret_name(), items: [{ key: "config.env", path: "root/config.env" }] } });
    let users = claims.iter().map(|claim| {
        let item = |key| manifest!({ key: key, path: text!("users/{}/{}", claim.user, key) });
        let secret =
            manifest!({ name: user_secret_name(minio, claim), items: [item("access-key"), item("secret-key")] });
        manifest!({ secret: secret }).because(&claim.claimant)
    });
    let secrets: Vec<_> = std::iter::once(root).chain(users).collect();
    manifest!({
        apiVersion: "batch/v1", kind: "Job",
        metadata: {
            name: name, namespace: minio.namespace(),
            labels: { ..minio.metadata.labels(), ..labels },
        },
        spec: {
            backoffLimit: 6i64,
            activeDeadlineSeconds: 900i64,
            template: {
                metadata: { labels: labels },
                spec: {
                    restartPolicy: "OnFailure",
                    automountServiceAccountToken: false,
                    securityContext: {
                        runAsUser: 1000i64, runAsGroup: 1000i64, fsGroup: 1000i64, runAsNonRoot: true,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [{
                        name: "mc",
                        image: image,
                        // The image's entrypoint is `mc` itself.
                        command: ["/bin/sh", "/config/buckets.sh"],
                        env: [
                            { name: "STORE_URL", value: store.url() },
                            // The client writes its configuration, and the root file system is read-only.
                            { name: "MC_CONFIG_DIR", value: "/tmp/mc" },
                        ],
                        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                        securityContext: {
                            allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                        volumeMounts: [
                            { name: "config", mountPath: "/config", readOnly: true },
                            { name: "secrets", mountPath: "/secrets", readOnly: true },
                            { name: "home", mountPath: "/tmp" },
                        ],
                    }],
                    volumes: [
                        { name: "config", configMap: { name: name } },
                        { name: "secrets", projected: { sources: secrets } },
                        { name: "home", emptyDir: {} },
                    ],
                },
            },
        },
    })
}

/// Returns the name of the Secret, in the store's namespace, with the credentials of one user.
pub(super) fn user_secret_name(minio: &MinIO, claim: &Claim) -> Traced<String> {
    text!("{}-user-{}", minio.name(), claim.user)
}
