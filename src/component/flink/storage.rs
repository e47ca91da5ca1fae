//! Where a Flink keeps its state: one bucket, in which checkpoints, savepoints and what high availability needs each have
//! a prefix of their own.

use super::Flink;
use crate::component::{
    self, Access, AppId, Claim, Credential, Holds, Managed, NeededSecret, Offers, Permissions, Pods, Store,
};
use crate::kube::BucketName;
use crate::value::{Origin, Traced, text};

/// The key of the Secret, and the variable of the pods, with the access key: Flink leaves it to the client of AWS.
pub(super) const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
/// The key of the Secret, and the variable of the pods, with the secret key.
pub(super) const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";

pub(super) const CHECKPOINTS: &str = "checkpoints";
pub(super) const SAVEPOINTS: &str = "savepoints";
pub(super) const HIGH_AVAILABILITY: &str = "ha";

impl Flink {
    /// Returns the store. Whoever names it decides all that follows from it.
    pub(super) fn store(&self, offers: &Offers) -> Option<Store> {
        let named = self.spec.storage.store.as_ref();
        let mut store = offers.store(named)?.clone();
        if let Some(named) = named {
            store.offered.add(named.origin());
        }
        Some(store)
    }

    /// Returns the bucket, unless the default for this name is no name of a bucket.
    pub(super) fn bucket(&self) -> Option<Traced<BucketName>> {
        component::bucket(self.spec.storage.bucket.as_ref(), &self.metadata, "state")
    }

    /// Returns the address of a prefix in the bucket.
    pub(super) fn directory(&self, prefix: &'static str) -> Option<Traced<String>> {
        let scheme = self.spec.storage.scheme.map(|scheme| scheme.name());
        Some(text!("{}://{}/{}", scheme, self.bucket()?, prefix.to_owned()))
    }

    pub(super) fn claim(&self, offers: &Offers) -> Claim {
        Claim::Access(Access {
            store: self.spec.storage.store.clone(),
            user: self.metadata.name(),
            buckets: self.bucket().into_iter().collect(),
            permissions: Permissions::ReadWriteDeleteParts,
            credential: self.credential(offers),
            namespace: self.metadata.namespace(),
            pods: Some(Pods { namespace: self.metadata.namespace(), labels: self.pod_labels() }),
            manages: self.managed(),
            claimant: self.claimant(),
        })
    }

    /// Returns what it deletes itself. A new checkpoint refers to files of old ones; a savepoint is nobody's but a person's.
    fn managed(&self) -> Vec<Managed> {
        let kept = [
            (CHECKPOINTS, "checkpoints, which share files however old they are"),
            (HIGH_AVAILABILITY, "what a job is recovered from"),
        ];
        let managed =
            |(prefix, what)| Some(Managed { prefix: format!("{prefix}/"), ..Managed::all(self.bucket(), None, what)? });
        kept.into_iter().filter_map(managed).collect()
    }

    /// Returns the Secret that the pods read, first needed in `app`.
    pub(super) fn secret(&self, offers: &Offers, app: Traced<AppId>) -> NeededSecret {
        let credential = self.credential(offers);
        NeededSecret {
            namespace: self.metadata.namespace(),
            name: self.secret_name(),
            keys: vec![
                (ACCESS_KEY.into(), Holds::access_key(&credential)),
                (SECRET_KEY.into(), Holds::secret_key(&credential)),
            ],
            purpose: text!("Flink `{}` in its store", self.metadata.name()),
            of_store: false,
            app,
            claimant: self.claimant(),
        }
    }

    pub(super) fn secret_name(&self) -> Traced<String> {
        self.spec.storage.credentials.secret_name(text!("{}-s3-credentials", self.metadata.name()))
    }

    fn credential(&self, offers: &Offers) -> Credential {
        self.spec.storage.credentials.credential(&self.metadata.name(), self.store(offers).as_ref())
    }

    /// Returns who decides that there is a claim: the store that is named, and the declaration.
    pub(super) fn claimant(&self) -> Origin {
        let named = self.spec.storage.store.as_ref().map(Traced::origin);
        named.cloned().unwrap_or_default().and(self.kind.origin())
    }
}
