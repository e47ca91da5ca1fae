//! Where a consumer keeps its data: in a store that somebody offers, or on volumes of its own.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::store::Trust;
use super::{
    Access, Claim, Credential, CredentialSettings, Holds, Managed, Metadata, NeededSecret, Offers, Permissions, Pods,
    Store,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{BucketName, Quantity};
use crate::value::{Origin, Traced, text};

/// The rules about it.
pub(super) const RULES: &[Rule] = &[BUCKET_NAME];

const BUCKET_NAME: Rule = Rule::error(
    "claims/invalid-bucket-name",
    "the name of a bucket cannot follow from that of its consumer",
    "The store would refuse to make the bucket.",
    "name the bucket in the consumer's `storage`",
);

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreKind {
    /// Buckets in a store.
    S3,
    /// The pod's own volume.
    Filesystem,
}

/// Where a consumer keeps its data.
pub(crate) struct Kept<'offers> {
    /// The kind of store, with everybody who decides it.
    pub(crate) kind: Traced<StoreKind>,
    /// The store, unless there is none; what is wrong with that is told where claims are answered.
    pub(crate) store: Option<&'offers Store>,
    /// The store as it is named.
    named: Option<Traced<String>>,
    /// Who decides that there is a claim: the storage that is named, else the declaration.
    pub(crate) claimant: Origin,
}

/// A consumer of a store, as its claims and Secrets name it.
pub(crate) struct Consumer<'declared> {
    /// What it is, to stand before its name.
    pub(crate) what: &'static str,
    /// Its declaration; its name is that of the user.
    pub(crate) metadata: &'declared Metadata,
    /// The labels of its pods.
    pub(crate) pods: BTreeMap<String, Traced<String>>,
    /// Its credentials.
    pub(crate) credentials: &'declared CredentialSettings,
    /// The keys of the Secret, and the variables of its pods, with the access key and the secret key.
    pub(crate) keys: [&'static str; 2],
    /// Its buckets; none stands for one whose name cannot be made.
    pub(crate) buckets: Vec<Option<Traced<BucketName>>>,
    /// What it deletes itself.
    pub(crate) manages: Vec<Managed>,
}

impl StoreKind {
    /// Returns its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            StoreKind::S3 => "s3",
            StoreKind::Filesystem => "filesystem",
        }
    }
}

impl<'offers> Kept<'offers> {
    /// Returns where the declaration at `declared` keeps its data: as written, else in the store that is named or offered,
    /// else on a volume.
    pub(crate) fn find(
        kind: Option<&Traced<StoreKind>>,
        named: Option<&Traced<String>>,
        declared: &Origin,
        offers: &'offers Offers,
    ) -> Self {
        let in_use = match (kind, named) {
            (Some(kind), _) => kind.clone(),
            (None, Some(name)) => name.map(|_| StoreKind::S3),
            (None, None) if offers.stores().is_empty() => Traced::new(StoreKind::Filesystem, offers.decided()),
            (None, None) => Traced::new(StoreKind::S3, offers.decided()),
        };
        let store = if *in_use.get() == StoreKind::S3 { offers.store(named) } else { None };
        // Whoever names a store decides what follows from its being there.
        let of_store = store.map(|store| named.map(Traced::origin).cloned().unwrap_or_default().and(&store.offered));
        let in_use = in_use.because(&of_store.unwrap_or_default());
        let written = named.map(Traced::origin).or(kind.map(Traced::origin)).cloned().unwrap_or_default();
        let claimant = written.and(declared).and(in_use.origin());
        Self { kind: in_use, store, named: named.cloned(), claimant }
    }

    /// Whether the data is in buckets.
    pub(crate) fn is_s3(&self) -> bool {
        *self.kind.get() == StoreKind::S3
    }

    /// Returns the size of each volume: as written, else enough for what is not yet in the store, else for all of it.
    pub(crate) fn size(&self, written: Option<&Traced<Quantity>>) -> Traced<Quantity> {
        let default = || {
            self.kind.map(|kind| {
                let size = if *kind == StoreKind::S3 { "10Gi" } else { "50Gi" };
                Quantity::parse(size).expect("a fixed quantity")
            })
        };
        written.cloned().unwrap_or_else(default)
    }

    /// Returns how the consumer comes to trust the store; nothing where every system does.
    pub(crate) fn trust(&self, metadata: &Metadata) -> Option<Trust> {
        let trust = self.store?.trust(&metadata.name(), &metadata.namespace())?;
        Some(trust.because(self.kind.origin()))
    }
}

impl Consumer<'_> {
    /// Returns what it asks of the store, if its data is in one.
    pub(crate) fn claims(&self, kept: &Kept<'_>) -> Vec<Claim> {
        if !kept.is_s3() {
            return Vec::new();
        }
        let namespace = self.metadata.namespace();
        vec![Claim::Access(Access {
            store: kept.named.clone(),
            user: self.metadata.name(),
            buckets: self.buckets.iter().flatten().cloned().collect(),
            permissions: Permissions::ReadWriteDelete,
            credential: self.credential(kept),
            pods: Some(Pods { namespace: namespace.clone(), labels: self.pods.clone() }),
            namespace,
            manages: self.manages.clone(),
            claimant: kept.claimant.clone(),
        })]
    }

    /// Returns the Secret with its keys, if its data is in a store.
    pub(crate) fn secrets(&self, kept: &Kept<'_>) -> Vec<NeededSecret> {
        if !kept.is_s3() {
            return Vec::new();
        }
        let credential = self.credential(kept);
        let [access_key, secret_key] = self.keys;
        vec![NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.secret_name(),
            keys: vec![
                (access_key.into(), Holds::access_key(&credential)),
                (secret_key.into(), Holds::secret_key(&credential)),
            ],
            purpose: text!("{} `{}` in its store", self.what, self.metadata.name()),
            of_store: false,
            app: self.metadata.app_id(""),
            claimant: kept.claimant.clone(),
        }]
    }

    /// Returns its keys in the store.
    pub(crate) fn credential(&self, kept: &Kept<'_>) -> Credential {
        self.credentials.credential(&self.metadata.name(), kept.store)
    }

    /// Returns the name of that Secret.
    pub(crate) fn secret_name(&self) -> Traced<String> {
        self.credentials.secret_name(text!("{}-s3-credentials", self.metadata.name()))
    }

    /// Finds a bucket whose name cannot be made.
    pub(crate) fn unnamed_bucket(&self, kept: &Kept<'_>) -> Option<Diagnostic> {
        if !kept.is_s3() || self.buckets.iter().all(Option::is_some) {
            return None;
        }
        Some(unnamed_bucket(self.metadata))
    }
}

/// Returns a bucket's name: as written, else that of the consumer with `suffix`, unless that is no name of a bucket.
pub(crate) fn bucket(
    written: Option<&Traced<BucketName>>,
    metadata: &Metadata,
    suffix: &str,
) -> Option<Traced<BucketName>> {
    if written.is_some() {
        return written.cloned();
    }
    let name = BucketName::parse(&format!("{}-{suffix}", metadata.name())).ok()?;
    Some(metadata.name().map(|_| name))
}

/// Returns what is wrong where [`bucket`] returns none.
pub(crate) fn unnamed_bucket(metadata: &Metadata) -> Diagnostic {
    let name = &metadata.name;
    let found = BUCKET_NAME.found(format!("no bucket can be named after `{name}`"));
    found.decided_at(name.origin().spans(), "")
}
