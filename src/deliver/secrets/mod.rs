//! The Secrets of a tree, in the way that the project chose: written encrypted, filled from a secret store, or left to
//! somebody.

mod encrypted;
mod external;
mod roll;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use roll::roll;

use super::layout::{Layout, Placed};
use super::references::made;
use crate::component::{AppId, ByHand, Holds, NeededSecret, Piece};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project::{Project, SecretsMode};
use crate::tree::Sealer;
use crate::value::{Origin, Text, Traced};

/// The rules about Secrets as a whole.
pub(super) const RULES: &[Rule] = &[TWO_CONTENTS, LETTERS];

const TWO_CONTENTS: Rule = Rule::error(
    "secrets/two-contents",
    "one key of a Secret is to hold two different things",
    "Two declarations read one Secret, and one of them would get the other's credentials.",
    "give one of the two another Secret, by its `secretName`",
);

const LETTERS: Rule = Rule::error(
    "secrets/letters",
    "a given secret key has letters that mean something where it is read",
    "Shells, and the configurations of servers and clients, get it as it is: a quote or a `$` would end it there, or \
     bring in something else.",
    "choose one of letters, digits and `+/=_.-`; or leave it out, and one is made up",
);

/// A Secret that is needed, by all who need it.
struct Wanted<'needed> {
    namespace: Traced<String>,
    name: Traced<String>,
    /// The first app that reads it.
    app: &'needed AppId,
    keys: BTreeMap<&'needed Text, &'needed Holds>,
    /// Who needs it.
    because: Origin,
}

/// What somebody must do so that the Secrets are there.
#[derive(Default)]
pub(super) struct LeftToDo {
    /// What is to stand in the secret store.
    pub(super) remote: Vec<Remote>,
    /// Who decides that something is decrypted by the engine, if anything is.
    pub(super) decrypted: Option<Origin>,
}

/// One property of a remote key.
pub(super) struct Remote {
    pub(super) key: Traced<String>,
    pub(super) property: String,
    pub(super) holds: Traced<String>,
    pub(super) because: Origin,
}

/// Adds what makes the needed Secrets to `layout`, and returns what is left to do. What the tree makes otherwise, and what
/// is there without the project, is left out.
pub(super) fn add(
    needed: &[NeededSecret],
    by_hand: &[ByHand],
    project: &Project,
    layout: &mut Layout,
    problems: &mut Vec<Diagnostic>,
) -> LeftToDo {
    let secrets = project.secrets();
    let users = by_hand.iter().flat_map(|store| &store.accesses);
    let by_hand: BTreeSet<&String> = users.map(|access| access.credential.id.get()).collect();
    let mode = secrets.mode();
    let wanted = wanted(needed, project, layout, problems);
    let mut left = LeftToDo::default();
    for secret in wanted {
        if secrets.takes_values() && secret.is_up_to_somebody(&by_hand) {
            continue;
        }
        let because = secret.because.and(mode.origin());
        let placed = match mode.get() {
            SecretsMode::Existing => None,
            SecretsMode::ExternalSecrets => secrets.store().and_then(|store| {
                left.remote.extend(external::remote(&secret, &store));
                external::external(&secret, &store, project)
            }),
            SecretsMode::Sops => encrypted::encrypted(&secret, Sealer::Sops(mode.origin().clone()), project, problems),
            SecretsMode::SealedSecrets => secrets
                .certificate()
                .and_then(|pem| encrypted::encrypted(&secret, Sealer::Controller(pem.clone()), project, problems)),
        };
        if let Some(placed) = placed.and_then(|(value, sealed)| Placed::secret(value, sealed, because)) {
            if placed.is_encrypted() {
                left.decrypted.get_or_insert_default().add(&placed.object.declared);
            }
            layout.add_secret(secret.app, placed);
        }
    }
    left
}

impl Wanted<'_> {
    /// Whether only a person knows a part of it: something of another service, or the secret key of a user whom
    /// somebody makes in the store, unless it is given.
    fn is_up_to_somebody(&self, by_hand: &BTreeSet<&String>) -> bool {
        self.keys.values().any(|holds| match holds {
            Holds::Somebody(_) => true,
            Holds::Made(pieces) => pieces
                .iter()
                .filter_map(Piece::as_secret_key)
                .any(|credential| credential.secret_key.is_none() && by_hand.contains(credential.id.get())),
        })
    }
}

fn wanted<'needed>(
    needed: &'needed [NeededSecret],
    project: &Project,
    layout: &Layout,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Wanted<'needed>> {
    let mut there = made(layout.stages.values().flat_map(|stage| &stage.objects).map(|placed| &placed.object));
    there.extend(project.external_secrets());
    let mut all: BTreeMap<(&String, &String), Wanted<'needed>> = BTreeMap::new();
    for secret in needed {
        let id = (secret.namespace.get(), secret.name.get());
        if there.contains(&(id.0.clone(), id.1.clone())) {
            continue;
        }
        let wanted = all.entry(id).or_insert_with(|| Wanted {
            namespace: secret.namespace.clone(),
            name: secret.name.clone(),
            app: secret.app.get(),
            keys: BTreeMap::new(),
            because: Origin::default(),
        });
        // Its names are those of the file, too.
        for origin in [&secret.claimant, secret.namespace.origin(), secret.name.origin()] {
            wanted.because.add(origin);
        }
        wanted.because.add(secret.app.origin());
        let mut own = BTreeSet::new();
        // What one declaration has against itself, its own rules tell.
        for (key, holds) in secret.keys.iter().filter(|(key, _)| own.insert(key)) {
            let first = *wanted.keys.entry(key).or_insert(holds);
            if !is_same(first, holds) {
                let message = format!("`{key}` of Secret `{}/{}` is to hold two different things", id.0, id.1);
                problems.push(TWO_CONTENTS.found(message).decided_at(wanted.because.spans(), ""));
            }
        }
    }
    all.into_values().collect()
}

fn is_same(one: &Holds, other: &Holds) -> bool {
    let is_same = |one: &Piece, other: &Piece| match (one, other) {
        (Piece::Text(one), Piece::Text(other)) => one == other,
        (Piece::AccessKey(one), Piece::AccessKey(other)) | (Piece::SecretKey(one), Piece::SecretKey(other)) => {
            one.id == other.id
        }
        _ => false,
    };
    match (one, other) {
        (Holds::Made(one), Holds::Made(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Holds::Somebody(_), Holds::Somebody(_)) => true,
        _ => false,
    }
}
