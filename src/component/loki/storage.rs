//! Where a Loki keeps its logs: in a store that somebody offers, or on its own volume.

use super::Loki;
use super::declaration::ObjectStore;
use crate::component::{Offers, Store};
use crate::kube::{BucketName, Quantity};
use crate::value::{Origin, Traced};

/// The store that was found for a Loki.
pub(super) struct Found<'offers> {
    /// The kind of store, with everybody who decides it.
    pub(super) kind: Traced<ObjectStore>,
    /// The store, unless there is none; what is wrong with that is told where claims are answered.
    pub(super) store: Option<&'offers Store>,
}

/// Returns where `loki` keeps its logs: as written, else in the store that is named or offered, else on a volume.
pub(super) fn find<'offers>(loki: &Loki, offers: &'offers Offers) -> Found<'offers> {
    let storage = &loki.spec.storage;
    let kind = match (&storage.kind, &storage.store) {
        (Some(kind), _) => kind.clone(),
        (None, Some(name)) => name.map(|_| ObjectStore::S3),
        (None, None) if offers.stores().is_empty() => Traced::new(ObjectStore::Filesystem, offers.decided()),
        (None, None) => Traced::new(ObjectStore::S3, offers.decided()),
    };
    match kind.get() {
        ObjectStore::Filesystem => Found { kind, store: None },
        ObjectStore::S3 => {
            let store = offers.store(storage.store.as_ref());
            let because = store.map(|store| store.offered.clone()).unwrap_or_default();
            Found { kind: kind.because(&because), store }
        }
    }
}

impl Found<'_> {
    /// Whether the logs are in buckets.
    pub(super) fn is_s3(&self) -> bool {
        *self.kind.get() == ObjectStore::S3
    }

    /// Returns who decides that there is a claim: the storage that `loki` names, else its declaration.
    pub(super) fn claimant(&self, loki: &Loki) -> Origin {
        let storage = &loki.spec.storage;
        let named = storage.store.as_ref().map(Traced::origin).or(storage.kind.as_ref().map(Traced::origin));
        named.cloned().unwrap_or_default().and(&loki.origin()).and(self.kind.origin())
    }

    /// Returns the size of each volume.
    pub(super) fn size(&self, loki: &Loki) -> Traced<Quantity> {
        let default = || {
            self.kind.map(|kind| {
                let size = if *kind == ObjectStore::S3 { "10Gi" } else { "50Gi" };
                Quantity::parse(size).expect("a fixed quantity")
            })
        };
        loki.spec.size.clone().unwrap_or_else(default)
    }
}

impl Loki {
    /// Returns the bucket for logs, unless the default for this name is no name of a bucket.
    pub(super) fn chunks_bucket(&self) -> Option<Traced<BucketName>> {
        self.bucket(self.spec.storage.buckets.chunks.as_ref(), "chunks")
    }

    /// Returns the bucket for rules, unless the default for this name is no name of a bucket.
    pub(super) fn ruler_bucket(&self) -> Option<Traced<BucketName>> {
        self.bucket(self.spec.storage.buckets.ruler.as_ref(), "ruler")
    }

    fn bucket(&self, written: Option<&Traced<BucketName>>, suffix: &str) -> Option<Traced<BucketName>> {
        if written.is_some() {
            return written.cloned();
        }
        let name = BucketName::parse(&format!("{}-{suffix}", self.metadata.name())).ok()?;
        Some(self.metadata.name().map(|_| name))
    }
}
