//! Snapshots in a store of this project: `bayplan.dev/snapshots: STORE[/BUCKET]` makes the claim and all that follows.

use super::RestateCluster;
use super::said::Said;
use crate::component::{
    Access, Claim, Context, Credential, Holds, Managed, NeededSecret, Offers, Permissions, Store, Trust,
};
use crate::kube::{BucketName, Name};
use crate::value::{Origin, Traced, Value, manifest, text};

/// The annotation that asks for snapshots.
pub(super) const ANNOTATION: &str = "bayplan.dev/snapshots";
/// The table of the servers' configuration that snapshots are set in.
pub(super) const TABLE: &str = "worker.snapshots";
/// The Secret, in the cluster's namespace, that the servers read their credentials from.
const SECRET: &str = "restate-snapshots";
const ACCESS_KEY: &str = "access-key";
const SECRET_KEY: &str = "secret-key";
/// Without an interval the servers take no snapshot by themselves. As many records as upstream's examples have.
const INTERVAL: &str = "10000";

/// What an annotation asks for.
pub(super) struct Wish {
    /// The store, as a claim names it.
    pub(super) store: Traced<String>,
    pub(super) bucket: Traced<BucketName>,
}

/// Snapshots in a store that is there.
pub(super) struct Snapshots<'context> {
    wish: Wish,
    pub(super) store: &'context Store,
    because: Origin,
}

/// A setting of the servers with the value that the claim gives it.
pub(super) struct Setting {
    /// The key in the table of snapshots.
    pub(super) key: &'static str,
    pub(super) value: Given,
}

/// What a setting is set to.
pub(super) enum Given {
    Text(Traced<String>),
    /// A key of the Secret.
    Secret(&'static str),
}

/// Reads the annotation. `STORE` is a name or `NAMESPACE.NAME`, since a `/` begins the bucket.
pub(super) fn wish(declared: &RestateCluster) -> Option<Result<Wish, String>> {
    let annotation = declared.metadata.annotations.get(ANNOTATION)?;
    let (store, bucket) = match annotation.get().split_once('/') {
        Some((store, bucket)) => (store, Some(bucket)),
        None => (annotation.get().as_str(), None),
    };
    let read = || {
        for part in store.splitn(2, '.') {
            Name::parse(part).map_err(|_| format!("{} names no store", crate::kube::quoted(annotation.get())))?;
        }
        let bucket = match bucket {
            Some(bucket) => annotation.map(|_| bucket.to_owned()),
            None => text!("{}-snapshots", declared.name()).because(annotation.origin()),
        };
        let (name, origin) = (BucketName::parse(bucket.get())?, bucket.origin().clone());
        Ok(Wish { store: annotation.map(|_| store.replacen('.', "/", 1)), bucket: Traced::new(name, origin) })
    };
    Some(read())
}

/// Returns the claim, if the annotation asks for one.
pub(super) fn claim(declared: &RestateCluster, offers: &Offers) -> Option<Claim> {
    let wish = wish(declared)?.ok()?;
    let claimant = wish.store.origin().clone();
    Some(Claim::Access(Access {
        credential: credential(declared, &wish, offers),
        store: Some(wish.store),
        user: declared.name(),
        manages: Managed::all(
            Some(wish.bucket.clone()),
            None,
            "snapshots, the last of which the servers need however old it is",
        )
        .into_iter()
        .collect(),
        buckets: vec![wish.bucket],
        permissions: Permissions::ReadWriteDelete,
        namespace: declared.name(),
        pods: Some(declared.pods()),
        claimant,
    }))
}

fn credential(declared: &RestateCluster, wish: &Wish, offers: &Offers) -> Credential {
    Credential::of(&declared.name(), offers.store(Some(&wish.store)))
}

/// Returns the Secret with the certificate of the store's authority, if the servers are to trust one.
pub(super) fn certificate(declared: &RestateCluster, context: &Context) -> Option<NeededSecret> {
    let snapshots = Snapshots::find(declared, context)?;
    let (name, key) = snapshots.untrusted_secret(declared)?;
    let holds = Traced::literal("the certificate of the store's authority, in PEM".to_owned());
    Some(NeededSecret {
        namespace: declared.name(),
        name,
        keys: vec![(key.get().clone().into(), Holds::Somebody(holds.because(key.origin())))],
        purpose: text!("trust of RestateCluster `{}` in store `{}`", declared.name(), snapshots.store.name),
        of_store: false,
        app: declared.app_id(),
        claimant: snapshots.because().clone(),
    })
}

/// Returns the Secret that the servers read their credentials from, if snapshots are asked for.
pub(super) fn secret(declared: &RestateCluster, offers: &Offers) -> Option<NeededSecret> {
    let wish = wish(declared)?.ok()?;
    let credential = credential(declared, &wish, offers);
    let claimant = wish.store.origin().clone();
    Some(NeededSecret {
        namespace: declared.name(),
        name: Traced::literal(SECRET.to_owned()),
        keys: vec![
            (ACCESS_KEY.into(), Holds::access_key(&credential)),
            (SECRET_KEY.into(), Holds::secret_key(&credential)),
        ],
        purpose: text!("snapshots of RestateCluster `{}` in bucket `{}`", declared.name(), wish.bucket),
        of_store: false,
        app: declared.app_id(),
        claimant,
    })
}

impl<'context> Snapshots<'context> {
    /// Returns the snapshots that are asked for, if the store is there.
    pub(super) fn find(declared: &RestateCluster, context: &'context Context) -> Option<Self> {
        Self::in_offers(declared, &context.offers)
    }

    fn in_offers(declared: &RestateCluster, offers: &'context Offers) -> Option<Self> {
        let wish = wish(declared)?.ok()?;
        let store = offers.store(Some(&wish.store))?;
        let because = wish.store.origin().and(&store.offered);
        Some(Self { wish, store, because })
    }

    /// Returns the annotation and the declaration of the store: without one of them nothing of this would be there.
    pub(super) fn because(&self) -> &Origin {
        &self.because
    }

    /// Returns how the servers come to trust the store, where not every system does.
    pub(super) fn trust(&self, declared: &RestateCluster) -> Option<Trust> {
        let trust = self.store.trust(&declared.name(), &declared.name())?;
        let because = |value: Value| value.because(self.because());
        Some(Trust { volume: because(trust.volume), object: trust.object.map(because), place: trust.place })
    }

    /// Returns name and key of the Secret with the certificate of the store's authority, where it lies in one that the
    /// declaration does not name by itself.
    pub(super) fn untrusted_secret(&self, declared: &RestateCluster) -> Option<(Traced<String>, Traced<String>)> {
        let trust = self.trust(declared)?;
        let text = |path: &[&str]| {
            let value = trust.volume.get("secret")?.at(path)?;
            Some(Traced::new(value.as_str()?.to_owned(), value.origin.clone()).because(self.because()))
        };
        let key = trust.volume.at(&["secret", "items"])?.as_list()?.first()?.get("key")?;
        let key = Traced::new(key.as_str()?.to_owned(), key.origin.clone());
        let name = text(&["secretName"])?;
        let known = declared.spec.security.iter().flat_map(|security| security.trusted_ca_certs.iter().flatten());
        let is_known = known.into_iter().any(|one| one.secret_name == name && one.key == key);
        (!is_known).then_some((name, key))
    }

    /// Returns every setting of the servers that the claim decides.
    pub(super) fn settings(&self, declared: &RestateCluster) -> Vec<Setting> {
        let because = self.because();
        let text = |value: Traced<String>| Given::Text(value.because(because));
        let literal = |value: &str| Given::Text(Traced::new(value.to_owned(), because.clone()));
        let mut settings = vec![
            // Clusters that share a bucket keep apart by their names.
            Setting { key: "destination", value: text(text!("s3://{}/{}", self.wish.bucket, declared.name())) },
            Setting { key: "aws-region", value: text(self.store.region.clone()) },
            Setting { key: "aws-endpoint-url", value: text(self.store.url()) },
        ];
        if !self.store.tls.get() {
            settings.push(Setting { key: "aws-allow-http", value: text(self.store.tls.map(|_| "true".to_owned())) });
        }
        settings.push(Setting { key: "aws-access-key-id", value: Given::Secret(ACCESS_KEY) });
        settings.push(Setting { key: "aws-secret-access-key", value: Given::Secret(SECRET_KEY) });
        let interval = |key| declared.said(TABLE, key).is_some();
        if !interval("snapshot-interval") && !interval("snapshot-interval-num-records") {
            settings.push(Setting { key: "snapshot-interval-num-records", value: literal(INTERVAL) });
        }
        settings
    }

    /// Returns the variables for all that the user does not set.
    pub(super) fn env(&self, declared: &RestateCluster) -> Vec<Value> {
        let open = self.settings(declared).into_iter().filter(|setting| declared.said(TABLE, setting.key).is_none());
        open.map(|Setting { key, value }| {
            let name = super::said::variable(TABLE, key);
            match value {
                Given::Text(value) => manifest!({ name: name, value: value }),
                Given::Secret(key) => {
                    manifest!({ name: name, valueFrom: { secretKeyRef: { name: SECRET, key: key } } })
                }
            }
            .because(self.because())
        })
        .collect()
    }
}

impl Setting {
    /// Whether what the user says comes to the same.
    pub(super) fn agrees(&self, said: &Said<'_>) -> bool {
        match &self.value {
            Given::Secret(key) => said.secret() == Some((SECRET, key)),
            Given::Text(given) => said.text().is_some_and(|text| match self.key {
                "destination" => bucket_of(&text) == bucket_of(given.get()),
                "aws-endpoint-url" => same_endpoint(&text, given.get()),
                _ => text == *given.get(),
            }),
        }
    }

    /// Returns the value for a message.
    pub(super) fn shown(&self) -> String {
        match &self.value {
            Given::Text(text) => format!("`{text}`"),
            Given::Secret(key) => format!("key `{key}` of Secret `{SECRET}`"),
        }
    }
}

/// Returns the bucket of `s3://BUCKET/…`.
fn bucket_of(destination: &str) -> Option<&str> {
    destination.strip_prefix("s3://").and_then(|rest| rest.split('/').next())
}

/// Whether two URLs reach the same Service: with the port that follows from the scheme or without, and with the
/// cluster's domain or without.
fn same_endpoint(one: &str, other: &str) -> bool {
    fn parts(url: &str) -> Option<(&str, &str, &str)> {
        let (scheme, rest) = url.split_once("://")?;
        let rest = rest.trim_end_matches('/');
        let default = if scheme == "https" { "443" } else { "80" };
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, default));
        let host = host.strip_suffix('.').unwrap_or(host);
        Some((scheme, host.strip_suffix(".cluster.local").unwrap_or(host), port))
    }
    parts(one).is_some() && parts(one) == parts(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_compared_by_what_they_reach() {
        for same in
            ["http://minio.storage.svc", "http://minio.storage.svc.cluster.local:80/", "http://minio.storage.svc."]
        {
            assert!(same_endpoint(same, "http://minio.storage.svc"), "{same}");
        }
        for other in ["https://minio.storage.svc", "http://minio.storage.svc:9000", "minio.storage.svc"] {
            assert!(!same_endpoint(other, "http://minio.storage.svc"), "{other}");
        }
    }

    #[test]
    fn destinations_are_compared_by_bucket() {
        assert_eq!(bucket_of("s3://a/b/c"), Some("a"));
        assert_eq!(bucket_of("gs://a"), None);
    }
}
