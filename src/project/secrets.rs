//! Where secrets come from, and how often they were renewed.

use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Name;
use crate::source::{Sources, Span};
use crate::value::{Origin, Traced, text};

/// The rules about where secrets come from.
pub(crate) const RULES: &[Rule] = &[NO_SECRET_STORE, NO_CERTIFICATE];

const NO_SECRET_STORE: Rule = Rule::error(
    "secrets/no-secret-store",
    "secrets come from a secret store, and none is named",
    "An ExternalSecret without a store is never filled, and whatever reads its Secret does not start.",
    "set `spec.secrets.externalSecrets.store.name` of the Project to a ClusterSecretStore, or a SecretStore with its \
     `kind`",
);

const NO_CERTIFICATE: Rule = Rule::error(
    "secrets/no-certificate",
    "the certificate of the controller of SealedSecrets is not there",
    "Secrets are encrypted for the public key in it.",
    "fetch it with `kubeseal --fetch-cert > sealed-secrets.pem`, beside `cluster.yaml` of the project or of the cluster, \
     and commit it: it is public",
);

/// The annotation that tells which generations of its secret keys a Secret holds, or a pod has read.
pub(crate) const ROTATION: &str = "bayplan.dev/rotation";
/// The generation of a secret key that was never renewed.
pub(crate) const FIRST: &str = "0";

/// Where the certificate lies unless another file is named.
const CERTIFICATE: &str = "sealed-secrets.pem";

/// Where secrets come from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Secrets {
    /// `existing`: the tree refers to Secrets that somebody makes; SECRETS.md beside the tree lists them.
    /// `externalSecrets`: they are filled from a secret store by the External Secrets Operator. `sops`: they stand in the
    /// tree, encrypted for the age keys that `.sops.yaml` names, and Flux decrypts them. `sealedSecrets`: they stand in the
    /// tree, encrypted for the controller of SealedSecrets. Default: `existing`.
    #[serde(default)]
    mode: Traced<SecretsMode>,
    /// How often all secret keys were renewed. Another number renews them (`sops`, `sealedSecrets`), runs the Jobs that
    /// tell the stores anew, and rolls what reads them. `rotation` of single credentials comes on top. Default: 0.
    #[schemars(range(min = 0))]
    rotation: Option<Traced<i64>>,
    /// The secret store of `mode: externalSecrets`.
    #[serde(default)]
    #[serde(rename = "externalSecrets")]
    remote: ExternalSecrets,
    /// Decryption with `mode: sops`.
    #[serde(default)]
    sops: Sops,
    /// The controller of `mode: sealedSecrets`.
    #[serde(default)]
    #[serde(rename = "sealedSecrets")]
    controller: SealedSecrets,
    /// The certificate, once it was found.
    #[serde(skip)]
    #[schemars(skip)]
    found: Option<Traced<String>>,
}

/// Where secrets come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum SecretsMode {
    /// Somebody makes them.
    #[default]
    Existing,
    /// The External Secrets Operator makes them from a secret store.
    ExternalSecrets,
    /// The tree holds them, encrypted with SOPS.
    Sops,
    /// The tree holds them, encrypted for the controller of SealedSecrets.
    SealedSecrets,
}

/// A secret store, and what is read from it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExternalSecrets {
    /// The store.
    #[serde(default)]
    store: SecretStore,
    /// How often the store is read, `30m`. Default: `1h`.
    #[schemars(regex(pattern = r"^([0-9]+(h|m|s))+$"))]
    refresh_interval: Option<Traced<String>>,
    /// What the names of all remote keys begin with, `clusters/alpha/`. Default: nothing.
    prefix: Option<Traced<String>>,
    /// What stands between the parts of a remote key, for stores that take no `/`. Default: `/`.
    separator: Option<Traced<String>>,
}

/// A secret store in the cluster.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SecretStore {
    /// Its kind. A `SecretStore` must be there in each namespace. Default: `ClusterSecretStore`.
    kind: Option<Traced<SecretStoreKind>>,
    /// Its name.
    name: Option<Traced<Name>>,
}

/// The kinds of secret stores.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
enum SecretStoreKind {
    /// One for all namespaces.
    #[default]
    ClusterSecretStore,
    /// One of the namespace.
    SecretStore,
}

/// Decryption by Flux.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sops {
    /// The Secret with the private age key, in the namespace of Flux, with a key that ends in `.agekey`. Somebody makes it.
    /// Default: `sops-age`.
    key_secret: Option<Traced<Name>>,
}

/// The controller of SealedSecrets.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SealedSecrets {
    /// Its certificate: a `.pem` file beside `cluster.yaml` of the project or of a cluster, by its path in the project.
    /// Another certificate renews all secret keys. Default: `sealed-secrets.pem`.
    certificate: Option<Traced<String>>,
}

/// Where an ExternalSecret reads.
pub(crate) struct StoreReference<'project> {
    /// The store's kind.
    pub(crate) kind: Traced<&'static str>,
    /// The store's name.
    pub(crate) name: Traced<String>,
    /// How often it is read.
    pub(crate) refresh_interval: Traced<String>,
    settings: &'project ExternalSecrets,
}

impl Secrets {
    /// Returns where secrets come from.
    pub(crate) fn mode(&self) -> &Traced<SecretsMode> {
        &self.mode
    }

    /// Whether secret keys that the input gives are used.
    pub(crate) fn takes_values(&self) -> bool {
        matches!(self.mode.get(), SecretsMode::Sops | SecretsMode::SealedSecrets)
    }

    /// Returns the secret store; none is a mistake that was told.
    pub(crate) fn store(&self) -> Option<StoreReference<'_>> {
        let settings = &self.remote;
        Some(StoreReference {
            kind: settings.store.kind.clone().unwrap_or_default().map(|kind| match kind {
                SecretStoreKind::ClusterSecretStore => "ClusterSecretStore",
                SecretStoreKind::SecretStore => "SecretStore",
            }),
            name: settings.store.name.as_ref()?.map(ToString::to_string),
            refresh_interval: settings.refresh_interval.clone().unwrap_or_else(|| Traced::literal("1h".to_owned())),
            settings,
        })
    }

    /// Returns the Secret, beside the Kustomizations of Flux, with the key that decrypts what SOPS encrypted.
    pub(crate) fn key_secret(&self) -> Traced<String> {
        let name = self.sops.key_secret.as_ref();
        name.map_or_else(|| Traced::literal("sops-age".to_owned()), |name| name.map(ToString::to_string))
    }

    /// Returns the certificate of the controller; none is a mistake that was told.
    pub(crate) fn certificate(&self) -> Option<&Traced<String>> {
        self.found.as_ref()
    }

    /// Finds the certificate among the files of the project, and returns what is missing for the mode.
    pub(crate) fn complete(&mut self, sources: &Sources) -> Vec<Diagnostic> {
        let place = self.mode.origin().clone();
        match self.mode.get() {
            SecretsMode::ExternalSecrets if self.remote.store.name.is_none() => {
                vec![NO_SECRET_STORE.found("no secret store is named").decided_at(place.spans(), "")]
            }
            SecretsMode::SealedSecrets => {
                let default = || Traced::new(CERTIFICATE.to_owned(), place.clone());
                let path = self.controller.certificate.clone().unwrap_or_else(default);
                let wanted = path.get().trim_start_matches("./");
                let file = sources.iter().find(|(_, source)| source.name() == wanted && is_certificate(wanted));
                let Some((file, source)) = file else {
                    let found = NO_CERTIFICATE.found(format!("there is no certificate `{path}`"));
                    return vec![found.decided_at(path.origin().and(&place).spans(), "")];
                };
                let first = source.text().lines().next().map_or(0, str::len);
                let origin = Origin::at(Span::new(file, 0..first)).and(path.origin());
                self.found = Some(Traced::new(source.text().trim().to_owned(), origin));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Returns which generation a secret key is of that was renewed `own` times by itself: [`FIRST`] for the first one,
    /// and never that for one that is sealed for a certificate.
    pub(crate) fn generation(&self, own: Option<&Traced<i64>>) -> Traced<String> {
        let zero = Traced::literal(0);
        let all = self.rotation.as_ref().unwrap_or(&zero);
        let count = all.zip(own.unwrap_or(&zero), |all, own| all.saturating_add(*own));
        match &self.found {
            None => count.map(ToString::to_string),
            Some(pem) => text!("{}-{}", count, pem.map(|pem| short_sum(pem))),
        }
    }

    /// Returns the generation of a secret key that was renewed `own` times by itself, unless it is the first one.
    pub(crate) fn renewal(&self, own: Option<&Traced<i64>>) -> Option<Traced<String>> {
        Some(self.generation(own)).filter(|generation| generation.get() != FIRST)
    }
}

/// Whether a file is read for its certificate, and not for what it declares.
fn is_certificate(name: &str) -> bool {
    name.rsplit('.').next() == Some("pem")
}

/// Returns what tells a certificate from others.
fn short_sum(pem: &str) -> String {
    let sum = Sha256::digest(pem);
    format!("{:02x}{:02x}{:02x}{:02x}", sum[0], sum[1], sum[2], sum[3])
}

impl StoreReference<'_> {
    /// Returns the remote key whose parts, of names with `/`, are `path`.
    pub(crate) fn remote_key(&self, path: &Traced<String>) -> Traced<String> {
        let none = Traced::literal(String::new());
        let prefix = self.settings.prefix.as_ref().unwrap_or(&none);
        match &self.settings.separator {
            None => text!("{}{}", prefix, path),
            Some(separator) => {
                text!("{}{}", prefix, path.zip(separator, |path, separator| path.replace('/', separator)))
            }
        }
    }
}
