//! TLS of the servers: who makes their certificate, which names must be in it, and who must trust it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{MinIO, operator};
use crate::component::{App, Authority, CertificateAuthority, Holds, NeededSecret, Part, Store, Trust};
use crate::kube::{Host, Name};
use crate::value::{Traced, Value, manifest, text};

/// TLS of the servers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tls {
    /// Where the servers' certificate comes from. Default: `off`, which is written in quotes.
    #[serde(default)]
    pub(super) mode: Traced<Mode>,
    /// The Secret with the certificate, in mode `certificate`. Default: `NAME-certificate`.
    pub(super) secret_name: Option<Traced<Name>>,
    /// The type of that Secret, which decides its keys. Default: `kubernetes.io/tls`; `cert-manager.io/v1` with an
    /// `issuer`.
    pub(super) secret_type: Option<Traced<SecretType>>,
    /// The issuer of cert-manager that makes the certificate, in mode `certificate`. Default: somebody makes the Secret.
    pub(super) issuer: Option<Issuer>,
    /// Further names in the certificate, beside those by which the cluster knows the servers.
    #[serde(default)]
    pub(super) hosts: Vec<Traced<Host>>,
    /// Who signed the certificate. Default: an authority that every system trusts; the cluster's own in mode `auto`.
    pub(super) certificate_authority: Option<CertificateAuthority>,
}

/// Where the servers' certificate comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TlsMode")]
pub(super) enum Mode {
    /// Nowhere: the servers speak clear text.
    #[default]
    Off,
    /// The operator has the cluster sign it, and renews it.
    Auto,
    /// From a Secret that somebody makes, or cert-manager.
    Certificate,
}

/// The type of a Secret with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum SecretType {
    /// Keys `tls.crt` and `tls.key`.
    #[serde(rename = "kubernetes.io/tls")]
    Kubernetes,
    /// Keys `tls.crt`, `tls.key` and `ca.crt`, as cert-manager makes them.
    #[serde(rename = "cert-manager.io/v1")]
    CertManager,
    /// Keys `public.crt` and `private.key`, as MinIO calls them.
    Opaque,
}

/// An issuer of cert-manager.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Issuer {
    /// Its name.
    pub(super) name: Traced<Name>,
    /// Its kind. Default: `ClusterIssuer`.
    kind: Option<Traced<IssuerKind>>,
}

/// The kind of an issuer.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
enum IssuerKind {
    /// One of the MinIO's namespace.
    Issuer,
    /// One of the cluster.
    ClusterIssuer,
}

impl SecretType {
    /// Returns its name, which the Tenant repeats.
    fn name(self) -> &'static str {
        match self {
            SecretType::Kubernetes => "kubernetes.io/tls",
            SecretType::CertManager => "cert-manager.io/v1",
            SecretType::Opaque => "Opaque",
        }
    }

    /// Returns the keys of the certificate and of its private key.
    /// Source: `pkg/resources/statefulsets/minio-statefulset.go` of the operator.
    pub(super) fn keys(self) -> (&'static str, &'static str) {
        match self {
            SecretType::Kubernetes | SecretType::CertManager => ("tls.crt", "tls.key"),
            SecretType::Opaque => ("public.crt", "private.key"),
        }
    }

    /// Returns the key of what the server trusts of it: of whoever signed the certificate, where that comes along.
    pub(super) fn authority_key(self) -> &'static str {
        match self {
            SecretType::CertManager => "ca.crt",
            SecretType::Kubernetes | SecretType::Opaque => self.keys().0,
        }
    }
}

impl Tls {
    /// Whether the servers speak TLS.
    pub(super) fn is_on(&self) -> Traced<bool> {
        self.mode.map(|&mode| mode != Mode::Off)
    }

    /// Whether the operator has the cluster sign the certificate. Unset means true to it.
    pub(super) fn is_auto(&self) -> Traced<bool> {
        self.mode.map(|&mode| mode == Mode::Auto)
    }

    /// Whether the certificate lies in a Secret of its own.
    pub(super) fn is_own(&self) -> Traced<bool> {
        self.mode.map(|&mode| mode == Mode::Certificate)
    }

    pub(super) fn secret_type(&self) -> Traced<SecretType> {
        match &self.issuer {
            Some(issuer) => issuer.name.map(|_| SecretType::CertManager),
            None => self.secret_type.clone().unwrap_or_else(|| Traced::literal(SecretType::Kubernetes)),
        }
    }

    /// Returns who signed the certificate, unless every system trusts whoever did.
    pub(super) fn authority(&self) -> Option<Authority> {
        match (&self.certificate_authority, self.mode.get()) {
            (Some(authority), _) => authority.authority(),
            (None, Mode::Auto) => Some(Authority::Cluster(self.mode.origin().clone())),
            (None, Mode::Off | Mode::Certificate) => None,
        }
    }
}

impl MinIO {
    pub(super) fn certificate_secret_name(&self) -> Traced<String> {
        match &self.spec.tls.secret_name {
            Some(name) => name.map(ToString::to_string),
            None => text!("{}-certificate", self.metadata.name()),
        }
    }

    /// Returns how monitors and gateways, which look into the MinIO's own namespace, come to trust the servers.
    pub(super) fn trust(&self, store: &Store) -> Option<Trust> {
        store.trust(&self.metadata.name(), &store.namespace)
    }

    /// Returns the object with the certificate of the authority, where monitors or gateways need it and nobody else makes
    /// it. It stands with the servers: what needs it may never be applied.
    pub(super) fn trust_object(&self, store: &Store) -> Option<Value> {
        let enabled = self.spec.monitoring.enabled();
        let exposed = self.spec.expose.sides().next().is_some();
        let object = self.trust(store)?.object?;
        match (exposed, enabled.get()) {
            (true, _) => Some(object),
            (false, true) => Some(object.because(enabled.origin())),
            (false, false) => None,
        }
    }

    /// Returns the names that only the input knows to be needed in the certificate.
    pub(super) fn further_hosts(&self) -> Vec<Traced<String>> {
        let balanced = self.spec.expose.load_balancer.iter().flat_map(|balancer| &balancer.hosts);
        self.spec.tls.hosts.iter().chain(balanced).map(|host| host.map(ToString::to_string)).collect()
    }

    /// Returns the names that a certificate must be good for: those by which consumers, the operator and the servers
    /// themselves call.
    /// Source: `AllMinIOHosts` in `pkg/apis/minio.min.io/v2/helper.go` of the operator.
    pub(super) fn certificate_hosts(&self) -> Vec<Traced<String>> {
        let (name, namespace) = (self.metadata.name(), self.metadata.namespace());
        let service = self.service();
        let mut hosts = vec![
            text!("{}.{}.svc", service, namespace),
            text!("{}.{}.svc.cluster.local", service, namespace),
            text!("{}.{}", service, namespace),
        ];
        // The servers of a Tenant call each other.
        let peers = self.is_standalone().map(|&standalone| !standalone);
        let peers = peers.then(|| text!("*.{}-hl.{}.svc.cluster.local", name, namespace));
        hosts.extend(peers.map(|peers| peers.get().clone().because(peers.origin())));
        hosts.extend(self.further_hosts());
        hosts
    }

    /// Returns the reference to the Secret with the certificate, as the Tenant has it.
    pub(super) fn external_certificate(&self) -> Option<Value> {
        let tls = &self.spec.tls;
        let own = tls.is_own();
        let secret =
            manifest!([{ name: self.certificate_secret_name(), type: tls.secret_type().map(|kind| kind.name()) }]);
        own.get().then(|| secret.because(own.origin()))
    }

    /// Returns the app of the certificate, where cert-manager makes it: its definitions may be missing.
    pub(super) fn certificate_app(&self) -> Option<App> {
        let own = self.spec.tls.is_own();
        let issuer = self.spec.tls.issuer.as_ref().filter(|_| *own.get())?;
        let kind = issuer.kind.clone().unwrap_or_else(|| Traced::literal(IssuerKind::ClusterIssuer));
        let kind = kind.map(|kind| match kind {
            IssuerKind::Issuer => "Issuer",
            IssuerKind::ClusterIssuer => "ClusterIssuer",
        });
        let certificate = manifest!({
            apiVersion: "cert-manager.io/v1", kind: "Certificate",
            metadata: {
                name: self.certificate_secret_name(), namespace: self.metadata.namespace(),
                labels: self.metadata.labels(),
            },
            spec: {
                secretName: self.certificate_secret_name(),
                dnsNames: self.certificate_hosts(),
                issuerRef: { group: "cert-manager.io", kind: kind, name: issuer.name.map(ToString::to_string) },
            },
        });
        let id = self.metadata.app_id("-certificate").because(own.origin());
        Some(App::new(id, vec![Part::from(certificate.because(own.origin()))]))
    }

    /// Returns the Secrets that TLS needs: the certificate, and what the operator must trust to ask the servers.
    pub(super) fn certificate_secrets(&self) -> Vec<NeededSecret> {
        let tls = &self.spec.tls;
        let own = tls.is_own();
        if !own.get() {
            return Vec::new();
        }
        let claimant = self.origin().and(own.origin());
        let mut secrets = Vec::new();
        if tls.issuer.is_none() {
            let hosts = self.certificate_hosts();
            let names = hosts.iter().skip(1).fold(text!("`{}`", hosts[0]), |all, host| text!("{}, `{}`", all, host));
            let kind = tls.secret_type();
            let (certificate, key) = kind.get().keys();
            let words = |words: Traced<String>| Holds::Somebody(words.because(kind.origin()));
            let mut keys = vec![
                (certificate.into(), words(text!("the certificate in PEM, good for {}", names))),
                (key.into(), words(Traced::literal("its private key in PEM".to_owned()))),
            ];
            if *kind.get() == SecretType::CertManager {
                let authority = "the certificate of whoever signed it, in PEM".to_owned();
                keys.push(("ca.crt".into(), words(Traced::literal(authority))));
            }
            secrets.push(NeededSecret {
                namespace: self.metadata.namespace(),
                name: self.certificate_secret_name(),
                keys,
                purpose: text!(
                    "certificate of MinIO `{}`, of type `{}`",
                    self.metadata.name(),
                    kind.map(|kind| kind.name())
                ),
                of_store: false,
                app: self.metadata.app_id(""),
                claimant: claimant.clone(),
            });
        }
        secrets.extend(operator::trust(self, &claimant));
        secrets
    }
}
