//! The Job that makes what is claimed in a store: buckets, users, and one policy for each user.

mod script;

use std::collections::BTreeMap;

use super::network::Pods;
use super::{
    Access, App, AppId, BucketSettings, CA_FILE, Credential, Holds, Maker, NeededSecret, Part, Permissions, Piece,
    RunOnce, Store,
};
use crate::kube::BucketName;
use crate::value::{Map, Origin, ToValue, Traced, Value, manifest, text};

/// The last client image that the community project published (releases: <https://github.com/minio/mc/releases>).
pub(crate) const CLIENT_IMAGE: &str = "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z";

/// Keys of a Secret with the credentials of one user, in the store's namespace.
const ACCESS_KEY: &str = "access-key";
const SECRET_KEY: &str = "secret-key";
/// Where the certificate of the store's authority is mounted.
const TRUST: &str = "/trust";

/// What the Job needs to know.
pub(crate) struct BucketJob<'store> {
    /// The store, whose name and namespace are the Job's, too.
    pub(crate) store: &'store Store,
    /// The labels that are wanted on every object of the store.
    pub(crate) labels: Option<Value>,
    /// The image of the client. Default: [`CLIENT_IMAGE`].
    pub(crate) image: Option<Traced<String>>,
    /// The Secret with the root credentials, key `config.env`.
    pub(crate) root_secret: Traced<String>,
    /// The stage that makes the store.
    pub(crate) after: Traced<AppId>,
    /// Who claims.
    pub(crate) accesses: Vec<&'store Access>,
    /// The buckets that are set up.
    pub(crate) buckets: Vec<&'store BucketSettings>,
    /// Policies that no user of the Job has.
    pub(crate) policies: Vec<NamedPolicy>,
}

/// A policy that somebody else binds to whoever it is for. Its buckets are made.
#[derive(Clone, Debug)]
pub(crate) struct NamedPolicy {
    /// Its name, which no user has.
    pub(crate) name: Traced<String>,
    /// The buckets.
    pub(crate) buckets: Vec<Traced<BucketName>>,
    /// What may be done with what is in them.
    pub(crate) permissions: Traced<Permissions>,
    /// Who wants it.
    pub(crate) claimant: Origin,
}

impl NamedPolicy {
    /// Returns how many characters it has where no blank stands in it.
    pub(crate) fn length(&self) -> usize {
        script::document(&self.buckets, *self.permissions.get()).to_string().len()
    }
}

impl BucketJob<'_> {
    /// Returns the stage after which the buckets of the store called `name` exist.
    pub(crate) fn stage(name: &Traced<String>, namespace: &Traced<String>) -> Traced<AppId> {
        name.zip(namespace, |name, namespace| AppId::new(namespace.clone(), format!("{name}-buckets")))
    }

    /// Returns the pods of the Job, if there is one.
    pub(crate) fn pods(&self) -> Option<(Pods, Origin)> {
        let because = self.because();
        self.is_needed().then(|| (Pods { namespace: self.store.namespace.clone(), labels: self.pod_labels() }, because))
    }

    /// Returns the app of the Job, if anything is claimed.
    pub(crate) fn app(&self) -> Option<App> {
        if !self.is_needed() {
            return None;
        }
        let because = self.because();
        let name = text!("{}-buckets", self.store.name);
        let config = self.config_map(&name).because(&because);
        let trust = self.store.trust(&name, &self.store.namespace);
        let authority = trust.as_ref().and_then(|trust| Some(trust.object.clone()?.because(&because)));
        let inputs: Vec<_> = std::iter::once(config).chain(authority).collect();
        let mut parts: Vec<_> = inputs.iter().cloned().map(Part::from).collect();
        let job = self.job(&name, trust.as_ref().map(|trust| &trust.volume)).because(&because);
        parts.push(Part::RunOnce(RunOnce { job, inputs }));
        let id = Self::stage(&self.store.name, &self.store.namespace).because(&because);
        Some(App { timeout: "15m", ..App::new(id, parts) }.after([self.after.clone()]))
    }

    /// Returns the Secrets from which the Job reads the users' credentials: the same values that the consumers read in
    /// their own namespaces.
    pub(crate) fn secrets(&self) -> Vec<NeededSecret> {
        let secret = |access: &&Access| NeededSecret {
            namespace: self.store.namespace.clone(),
            name: self.user_secret_name(access),
            keys: vec![
                (ACCESS_KEY.into(), Holds::access_key(&access.credential)),
                (SECRET_KEY.into(), Holds::secret_key(&access.credential)),
            ],
            purpose: text!("user `{}` of store `{}`", access.user, self.store.name),
            of_store: true,
            app: Self::stage(&self.store.name, &self.store.namespace),
            claimant: access.claimant.and(&self.store.offered).and(self.store.maker.origin()),
        };
        self.users().map(secret).collect()
    }

    /// Whether there is anything to make.
    pub(crate) fn is_needed(&self) -> bool {
        !self.accesses.is_empty() || !self.buckets.is_empty() || !self.policies.is_empty()
    }

    /// Whoever claims decides that there is a Job at all.
    fn because(&self) -> Origin {
        let accesses = self.accesses.iter().map(|access| &access.claimant);
        let buckets = self.buckets.iter().map(|bucket| &bucket.claimant);
        Origin::merged(accesses.chain(buckets).chain(self.policies.iter().map(|policy| &policy.claimant)))
    }

    /// Whether the Job speaks S3 alone, which knows no users.
    fn only_s3(&self) -> bool {
        matches!(self.store.maker.get(), Maker::Buckets(_))
    }

    /// Returns the users that the Job makes.
    fn users(&self) -> impl Iterator<Item = &&Access> {
        self.accesses.iter().filter(|_| !self.only_s3())
    }

    fn pod_labels(&self) -> BTreeMap<String, Traced<String>> {
        BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), Traced::literal("minio-buckets".to_owned())),
            ("app.kubernetes.io/instance".to_owned(), self.store.name.clone()),
        ])
    }

    fn user_secret_name(&self, access: &Access) -> Traced<String> {
        text!("{}-user-{}", self.store.name, access.user)
    }

    fn config_map(&self, name: &Traced<String>) -> Value {
        let mut data = Map::new();
        let mut add = |key: String, text: &Traced<String>| {
            data.insert(key, text.to_value().expect("a text is a value"));
        };
        add("buckets.sh".to_owned(), &script::script(self));
        for access in self.users() {
            add(format!("policy-{}.json", access.user), &script::policy(access));
        }
        for policy in &self.policies {
            add(format!("policy-{}.json", policy.name), &script::named_policy(policy));
        }
        for bucket in &self.buckets {
            if let Some(rules) = &bucket.lifecycle {
                add(format!("lifecycle-{}.json", bucket.name), &rules.clone().because(bucket.name.origin()));
            }
        }
        manifest!({
            apiVersion: "v1", kind: "ConfigMap",
            metadata: { name: name, namespace: self.store.namespace, labels: self.labels },
            data: data,
        })
    }

    fn job(&self, name: &Traced<String>, trust: Option<&Value>) -> Value {
        let image = self.image.clone().unwrap_or_else(|| Traced::literal(CLIENT_IMAGE.to_owned()));
        let labels = self.pod_labels();
        // One volume for all: its name must not grow with theirs.
        let root =
            manifest!({ secret: { name: self.root_secret, items: [{ key: "config.env", path: "root/config.env" }] } });
        let users = self.users().map(|access| {
            let item = |key| manifest!({ key: key, path: text!("users/{}/{}", access.user, key) });
            let secret =
                manifest!({ name: self.user_secret_name(access), items: [item(ACCESS_KEY), item(SECRET_KEY)] });
            manifest!({ secret: secret }).because(&access.claimant)
        });
        let secrets: Vec<_> = std::iter::once(root).chain(users).collect();
        let region = manifest!({ name: "STORE_REGION", value: self.store.region });
        let region = self.only_s3().then(|| region.because(self.store.maker.origin()));
        let because = |value: Value| trust.map(|trust| value.because(&trust.origin));
        manifest!({
            apiVersion: "batch/v1", kind: "Job",
            metadata: {
                name: name, namespace: self.store.namespace,
                labels: { ..self.labels, ..labels },
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
                                { name: "STORE_URL", value: self.store.url() },
                                region,
                                // The client writes its configuration, and the root file system is read-only.
                                { name: "MC_CONFIG_DIR", value: "/tmp/mc" },
                                because(manifest!({ name: "SSL_CERT_FILE", value: format!("{TRUST}/{CA_FILE}") })),
                            ],
                            resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                            securityContext: {
                                allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,
                                capabilities: { drop: ["ALL"] },
                            },
                            volumeMounts: [
                                { name: "config", mountPath: "/config", readOnly: true },
                                { name: "secrets", mountPath: "/secrets", readOnly: true },
                                because(manifest!({ name: "trust", mountPath: TRUST, readOnly: true })),
                                { name: "home", mountPath: "/tmp" },
                            ],
                        }],
                        volumes: [
                            { name: "config", configMap: { name: name } },
                            { name: "secrets", projected: { sources: secrets } },
                            trust.map(|trust| manifest!({ name: "trust", ..trust })),
                            { name: "home", emptyDir: {} },
                        ],
                    },
                },
            },
        })
    }
}

/// Returns what the Secret with the root credentials of a MinIO holds: a shell reads it, and so does the server. More lines
/// may follow.
pub(crate) fn root_credentials(credential: &Credential, more: Vec<Piece>) -> Holds {
    use Piece::{AccessKey, SecretKey, Text};
    let text = |text: &str| Text(Traced::literal(text.to_owned()));
    let root = [
        text("export MINIO_ROOT_USER=\""),
        AccessKey(credential.clone()),
        text("\"\nexport MINIO_ROOT_PASSWORD=\""),
        SecretKey(credential.clone()),
        text("\"\n"),
    ];
    Holds::Made(root.into_iter().chain(more).collect())
}
