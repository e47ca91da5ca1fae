//! A store that buckets can be claimed in, whoever runs it: the one record that every consumer reads.

use super::network::Target;
use super::part::AppId;
use crate::value::{Origin, Traced, Value, manifest, text};

/// The file with the certificate of a store's authority, in the volume that [`Trust`] describes.
pub(crate) const CA_FILE: &str = "ca.crt";

/// The folder that the values of a chart mount that volume at, and the file in it.
const CA_FOLDER: &str = "/etc/store-ca";

/// An S3 store that buckets can be claimed in.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// Its name.
    pub(crate) name: Traced<String>,
    /// Its namespace.
    pub(crate) namespace: Traced<String>,
    /// The host that consumers reach it at, without a port.
    pub(crate) host: Traced<String>,
    /// The port, where it is not the one that follows from the scheme.
    pub(crate) port: Option<Traced<u16>>,
    /// Whether it speaks TLS.
    pub(crate) tls: Traced<bool>,
    /// Who signed its certificate, where the authorities that every system trusts did not.
    pub(crate) authority: Option<Authority>,
    /// The region that clients sign requests for.
    pub(crate) region: Traced<String>,
    /// Whether buckets stand in the path of a URL and not in its host.
    pub(crate) path_style: Traced<bool>,
    /// What policies let consumers reach: pods with their port, not the Service with its own.
    pub(crate) target: Target,
    /// Who makes what is claimed in it.
    pub(crate) maker: Traced<Maker>,
    /// Where its servers can send events of buckets to.
    pub(crate) event_targets: Vec<EventTarget>,
    /// Whether losing the cluster loses what is in it.
    pub(crate) in_cluster: Traced<bool>,
    /// The declaration that offers it.
    pub(crate) offered: Origin,
}

/// Something that the servers of a store tell of events in buckets.
#[derive(Clone, Debug)]
pub(crate) struct EventTarget {
    /// Its name.
    pub(crate) name: Traced<String>,
    /// How the store calls it.
    pub(crate) arn: Traced<String>,
}

/// Who makes the buckets and users that are claimed in a store.
#[derive(Clone, Debug)]
pub(crate) enum Maker {
    /// A Job of the store makes buckets, users and policies. They exist after this stage.
    Everything(Traced<AppId>),
    /// A Job makes buckets by S3 alone; somebody makes users and policies. Buckets exist after this stage.
    Buckets(Traced<AppId>),
    /// Somebody makes all of them before the tree is applied.
    Somebody,
}

/// Who signed the certificate of a store.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Authority {
    /// The cluster itself: its certificate lies in every namespace.
    Cluster(Origin),
    /// The one with this certificate, in PEM.
    Certificate(Traced<String>),
    /// The one whose certificate somebody puts into every namespace that needs it.
    Shared {
        /// Whether it lies in a Secret, and not in a ConfigMap.
        secret: Traced<bool>,
        /// The name of the object.
        name: Traced<String>,
        /// Its key.
        key: Traced<String>,
    },
}

/// How a consumer comes to trust a store.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    /// The source of a volume, `{ configMap: … }`, that holds the certificate as [`CA_FILE`].
    pub(crate) volume: Value,
    /// The object of that volume, where nobody else makes it.
    pub(crate) object: Option<Value>,
    /// Where the certificate lies in the namespace.
    pub(crate) place: TrustPlace,
}

/// Where the certificate of a store's authority lies in a namespace.
#[derive(Clone, Debug)]
pub(crate) struct TrustPlace {
    /// Whether it lies in a Secret, and not in a ConfigMap.
    pub(crate) secret: Traced<bool>,
    /// The name of the object.
    pub(crate) name: Traced<String>,
    /// Its key.
    pub(crate) key: Traced<String>,
}

impl TrustPlace {
    /// Returns the kind of the object.
    pub(crate) fn kind(&self) -> Traced<&'static str> {
        self.secret.map(|&secret| if secret { "Secret" } else { "ConfigMap" })
    }

    /// Returns it as a choice between a ConfigMap and a Secret, as monitors want it.
    pub(crate) fn selector(&self) -> Value {
        let kind = if *self.secret.get() { "secret" } else { "configMap" };
        manifest!({ (kind): { name: self.name, key: self.key } }).because(self.secret.origin())
    }

    fn volume(&self) -> Value {
        let items = manifest!([{ key: self.key, path: CA_FILE }]);
        let volume = if *self.secret.get() {
            manifest!({ secret: { secretName: self.name, items: items } })
        } else {
            manifest!({ configMap: { name: self.name, items: items } })
        };
        volume.because(self.secret.origin()).because(self.name.origin())
    }
}

impl Trust {
    /// Returns the path of the certificate where [`Trust::mounts`] mounts it.
    pub(crate) fn file(&self) -> Traced<String> {
        Traced::new(format!("{CA_FOLDER}/{CA_FILE}"), self.volume.origin.clone())
    }

    /// Returns the volumes of a pod.
    pub(crate) fn volumes(&self) -> Value {
        manifest!([{ name: "store-ca", ..self.volume }]).because(&self.volume.origin)
    }

    /// Returns the mounts of a container.
    pub(crate) fn mounts(&self) -> Value {
        manifest!([{ name: "store-ca", mountPath: CA_FOLDER, readOnly: true }]).because(&self.volume.origin)
    }

    /// Adds who decides that there is something to trust.
    pub(crate) fn because(self, origin: &Origin) -> Self {
        Self { volume: self.volume.because(origin), object: self.object.map(|object| object.because(origin)), ..self }
    }
}

impl Authority {
    /// Returns who decides it.
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Authority::Cluster(origin) => origin.clone(),
            Authority::Certificate(certificate) => certificate.origin().clone(),
            Authority::Shared { secret, name, key } => secret.origin().and(name.origin()).and(key.origin()),
        }
    }
}

impl Store {
    /// Returns the URL of the S3 API, with a port where the scheme does not say it.
    pub(crate) fn url(&self) -> Traced<String> {
        let url = self.address(false).zip(&self.tls, |address, &tls| {
            let scheme = if tls { "https" } else { "http" };
            format!("{scheme}://{address}")
        });
        url.because(&self.offered)
    }

    /// Returns host and port as clients want them that take no scheme: `minio.storage.svc:80`.
    pub(crate) fn host_and_port(&self) -> Traced<String> {
        self.address(true).because(&self.offered)
    }

    fn address(&self, always_port: bool) -> Traced<String> {
        match &self.port {
            Some(port) => text!("{}:{}", self.host, port),
            None if always_port => {
                self.host.zip(&self.tls, |host, &tls| format!("{host}:{}", if tls { 443 } else { 80 }))
            }
            None => self.host.clone(),
        }
    }

    /// Returns the stage after which the claimed buckets exist, if the tree makes them.
    pub(crate) fn buckets_stage(&self) -> Option<Traced<AppId>> {
        match self.maker.get() {
            Maker::Everything(stage) | Maker::Buckets(stage) => Some(stage.clone().because(self.maker.origin())),
            Maker::Somebody => None,
        }
    }

    /// Returns how `consumer` in `namespace` comes to trust it; nothing where every system does.
    pub(crate) fn trust(&self, consumer: &Traced<String>, namespace: &Traced<String>) -> Option<Trust> {
        let because = self.tls.origin().and(&self.offered);
        let (place, object) = match self.authority.as_ref().filter(|_| *self.tls.get())? {
            // See <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/>: a controller puts
            // this ConfigMap into every namespace.
            Authority::Cluster(origin) => {
                let text = |text: &str| Traced::new(text.to_owned(), origin.clone());
                let secret = Traced::new(false, origin.clone());
                (TrustPlace { secret, name: text("kube-root-ca.crt"), key: text("ca.crt") }, None)
            }
            Authority::Certificate(certificate) => {
                let name = text!("{}-store-ca", consumer);
                let object = manifest!({
                    apiVersion: "v1", kind: "ConfigMap",
                    metadata: { name: name, namespace: namespace },
                    data: { (CA_FILE): certificate },
                });
                let place =
                    TrustPlace { secret: Traced::literal(false), name, key: Traced::literal(CA_FILE.to_owned()) };
                (place, Some(object.because(certificate.origin()).because(&because)))
            }
            Authority::Shared { secret, name, key } => {
                (TrustPlace { secret: secret.clone(), name: name.clone(), key: key.clone() }, None)
            }
        };
        Some(Trust { volume: place.volume().because(&because), object, place })
    }
}
