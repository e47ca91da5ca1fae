//! What a component may know of the others: what they offer and claim.

use super::claim::{Access, BucketSettings, Claim};
use super::restate::{Registry as RestateRegistry, Settings as RestateSettings};
use super::store::{Maker, Store};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project::Project;
use crate::source::Sources;
use crate::value::{Origin, Traced};

/// The rules about claims.
pub(crate) const RULES: &[Rule] = &[NO_STORE, UNKNOWN_STORE, SEVERAL_STORES, SAME_USER, SAME_BUCKET];

const NO_STORE: Rule = Rule::error(
    "claims/no-store",
    "buckets are claimed, and nothing offers a store",
    "The consumer would start without its storage and fail.",
    "declare a `MinIO` or an `ObjectStore`, or set `minio_enabled: true` in cluster.yaml",
);

const UNKNOWN_STORE: Rule = Rule::error(
    "claims/unknown-store",
    "a store is named that nobody declares",
    "The consumer would be pointed at a Service that does not exist.",
    "correct the name, or declare the store",
);

const SEVERAL_STORES: Rule = Rule::error(
    "claims/several-stores",
    "several stores are offered and none is named",
    "Which of them holds the data must not depend on chance.",
    "name one of them as `store: NAMESPACE/NAME`",
);

const SAME_USER: Rule = Rule::error(
    "claims/same-user",
    "two claims in one store have one user",
    "They would overwrite each other's policy and password, and one of them would lose its access.",
    "give one of the two declarations another name",
);

const SAME_BUCKET: Rule = Rule::error(
    "claims/same-bucket",
    "two declarations set up one bucket",
    "Each takes away what the other sets: which of them wins would be chance.",
    "keep one `Bucket` for each bucket of a store",
);

/// All stores that are offered, sorted by namespace and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offers {
    stores: Vec<Store>,
    withheld: Origin,
}

/// Why a store cannot be found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum NotFound {
    None,
    Unknown,
    Several,
}

impl Offers {
    pub(crate) fn new(mut stores: Vec<Store>) -> Self {
        stores.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        Self { stores, withheld: Origin::default() }
    }

    /// Tells of the switches by which a store could be there, and is not.
    pub(crate) fn withheld(self, switches: Origin) -> Self {
        Self { withheld: switches, ..self }
    }

    /// Returns who decides which stores there are: whoever chooses by it owes them the line.
    pub(crate) fn decided(&self) -> Origin {
        self.stores.iter().fold(self.withheld.clone(), |decided, store| decided.and(&store.offered))
    }

    /// Returns the store `wanted` (`name` or `namespace/name`), else the only one there is.
    pub(crate) fn store(&self, wanted: Option<&Traced<String>>) -> Option<&Store> {
        self.find(wanted).ok()
    }

    /// Returns every store.
    pub(crate) fn stores(&self) -> &[Store] {
        &self.stores
    }

    fn find(&self, wanted: Option<&Traced<String>>) -> Result<&Store, NotFound> {
        let matches = |store: &Store, wanted: &str| match wanted.split_once('/') {
            Some((namespace, name)) => store.namespace.get() == namespace && store.name.get() == name,
            None => store.name.get() == wanted,
        };
        let mut found = self.stores.iter().filter(|store| wanted.is_none_or(|wanted| matches(store, wanted.get())));
        match (found.next(), found.next()) {
            (Some(store), None) => Ok(store),
            (Some(_), Some(_)) => Err(NotFound::Several),
            (None, _) if wanted.is_some() && !self.stores.is_empty() => Err(NotFound::Unknown),
            (None, _) => Err(NotFound::None),
        }
    }

    /// Returns what is wrong with the store that `claimant` asks for.
    pub(crate) fn problem(&self, wanted: Option<&Traced<String>>, claimant: &Origin) -> Option<Diagnostic> {
        let known = || {
            let names: Vec<_> =
                self.stores.iter().map(|store| format!("`{}/{}`", store.namespace, store.name)).collect();
            names.join(", ")
        };
        let name = wanted.map(|wanted| format!("`{wanted}`")).unwrap_or_default();
        let place = wanted.map_or(claimant, Traced::origin).spans();
        let found = match self.find(wanted).err()? {
            NotFound::None => {
                NO_STORE.found(format!("a store {name} is asked for and there is none").replace("  ", " "))
            }
            NotFound::Unknown => UNKNOWN_STORE.found(format!("there is no store {name}, only {}", known())),
            NotFound::Several => SEVERAL_STORES.found(format!("several stores could be meant: {}", known())),
        };
        Some(found.decided_at(place, ""))
    }
}

/// What somebody must make in a store before the tree is applied.
#[derive(Clone, Debug)]
pub(crate) struct ByHand {
    /// The store.
    pub(crate) store: Store,
    /// Who claims what in it.
    pub(crate) accesses: Vec<Access>,
}

/// What the objects are made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// A tree that an engine delivers: what only an operator in the cluster could use is left out.
    Tree,
    /// What the operator of a resource would make of it, and nothing else.
    Twin,
}

/// What every component of a cluster may know.
#[derive(Debug)]
pub(crate) struct Context<'sources> {
    /// The settings of the project.
    pub(crate) project: Project,
    /// What the objects are made for.
    pub(crate) purpose: Purpose,
    /// The stores.
    pub(crate) offers: Offers,
    /// All claims, in an order that no file decides.
    pub(crate) claims: Vec<Claim>,
    /// The settings of the Restate operator, where one is declared.
    pub(crate) restate: Option<RestateSettings>,
    /// What a RestateDeployment can register with.
    pub(crate) restate_registries: Vec<RestateRegistry>,
    /// The texts, to find a place inside a scalar.
    pub(crate) sources: &'sources Sources,
}

impl Context<'_> {
    /// Returns the settings of the Restate operator of the cluster: of the declared one, else of one that exists
    /// without the project.
    pub(crate) fn restate_operator(&self) -> Option<RestateSettings> {
        self.restate.clone().or_else(|| RestateSettings::external(&self.project))
    }

    fn claims_in<'claims>(&'claims self, store: &'claims Store) -> impl Iterator<Item = &'claims Claim> {
        self.claims.iter().filter(move |claim| {
            let found = self.offers.store(claim.store());
            found.is_some_and(|found| (&found.namespace, &found.name) == (&store.namespace, &store.name))
        })
    }

    /// Returns who claims access to `store`, by user.
    pub(crate) fn accesses_to<'claims>(&'claims self, store: &'claims Store) -> Vec<&'claims Access> {
        let access = |claim: &'claims Claim| match claim {
            Claim::Access(access) => Some(access),
            Claim::Bucket(_) => None,
        };
        self.claims_in(store).filter_map(access).collect()
    }

    /// Returns the settings of buckets of `store`, by name.
    pub(crate) fn buckets_of<'claims>(&'claims self, store: &'claims Store) -> Vec<&'claims BucketSettings> {
        let settings = |claim: &'claims Claim| match claim {
            Claim::Bucket(settings) => Some(settings),
            Claim::Access(_) => None,
        };
        self.claims_in(store).filter_map(settings).collect()
    }

    /// Returns the claims in stores of which the tree makes nothing, or no users.
    pub(crate) fn by_hand(&self) -> Vec<ByHand> {
        let of_store = |store: &Store| {
            let accesses: Vec<_> = self.accesses_to(store).into_iter().cloned().collect();
            let made = matches!(store.maker.get(), Maker::Everything(_));
            (!made && !accesses.is_empty()).then(|| ByHand { store: store.clone(), accesses })
        };
        self.offers.stores().iter().filter_map(of_store).collect()
    }

    /// Returns the claims that get in each other's way.
    pub(crate) fn clashes(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for store in self.offers.stores() {
            for pair in self.accesses_to(store).windows(2).filter(|pair| pair[0].user == pair[1].user) {
                let message =
                    format!("user `{}` of store `{}/{}` is claimed twice", pair[1].user, store.namespace, store.name);
                let place = pair[1].user.origin().and(&pair[1].claimant);
                let place = place.and(pair[0].user.origin()).and(&pair[0].claimant);
                found.push(SAME_USER.found(message).decided_at(place.spans(), ""));
            }
            for pair in self.buckets_of(store).windows(2).filter(|pair| pair[0].name == pair[1].name) {
                let message =
                    format!("bucket `{}` of store `{}/{}` is set up twice", pair[1].name, store.namespace, store.name);
                let place = pair[1].name.origin().and(&pair[1].claimant);
                let place = place.and(pair[0].name.origin()).and(&pair[0].claimant);
                found.push(SAME_BUCKET.found(message).decided_at(place.spans(), ""));
            }
        }
        found
    }
}
