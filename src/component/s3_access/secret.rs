//! The Secret, with the keys that the application wants.

use super::S3Access;
use crate::component::{Credential, Holds, Store};
use crate::kube::DataKey;
use crate::value::{Traced, text};

/// A key of the Secret.
pub(super) struct Key {
    /// Its name in the Secret.
    pub(super) name: Traced<String>,
    pub(super) holds: Holds,
}

/// Returns every key. What only a store can tell is left out where there is none: that is told elsewhere.
pub(super) fn keys(access: &S3Access, store: Option<&Store>, credential: &Credential) -> Vec<Key> {
    let keys = &access.spec.secret.keys;
    let name = |name: &Option<Traced<DataKey>>, default: &str| match name {
        Some(name) => name.map(ToString::to_string),
        None => Traced::literal(default.to_owned()),
    };
    let mut all = vec![
        Key { name: name(&keys.access_key, "AWS_ACCESS_KEY_ID"), holds: Holds::access_key(credential) },
        Key { name: name(&keys.secret_key, "AWS_SECRET_ACCESS_KEY"), holds: Holds::secret_key(credential) },
    ];
    let buckets = access.spec.buckets.iter().map(|bucket| bucket.map(ToString::to_string));
    let listed = buckets.clone().reduce(|all, bucket| text!("{},{}", all, bucket));
    let of_store = |tell: fn(&Store) -> Traced<String>| store.map(tell);
    for (name, holds) in [
        (&keys.endpoint, of_store(Store::url)),
        (&keys.host, of_store(|store| store.host.clone().because(&store.offered))),
        (&keys.host_and_port, of_store(Store::host_and_port)),
        (&keys.region, of_store(|store| store.region.clone().because(&store.offered))),
        (&keys.bucket, buckets.clone().next()),
        (&keys.buckets, listed),
        (&keys.path_style, of_store(|store| store.path_style.map(ToString::to_string).because(&store.offered))),
        (&keys.tls, of_store(|store| store.tls.map(ToString::to_string).because(&store.offered))),
    ] {
        if let (Some(name), Some(text)) = (name, holds) {
            all.push(Key { name: name.map(ToString::to_string), holds: Holds::text(text) });
        }
    }
    all
}
