//! `SECRETS.md`: the Secrets that the tree refers to and that somebody makes.

use std::collections::BTreeMap;

use super::Engine;
use super::layout::Layout;
use super::lines::Lines;
use super::references::{made, references};
use super::secrets::{LeftToDo, Remote};
use crate::component::{ByHand, Credential, Holds, NeededSecret, Piece};
use crate::project::Project;
use crate::tree::File;
use crate::value::{Origin, Traced, text};

/// The name of the list, beside the folders of the tree.
pub(super) const NAME: &str = "SECRETS.md";

/// One Secret of the list.
struct Listed {
    name: Traced<String>,
    namespace: Traced<String>,
    /// What it is for, each once.
    purposes: Vec<Traced<String>>,
    /// Its keys and what each holds.
    keys: BTreeMap<String, Traced<String>>,
    because: Origin,
}

/// Returns the list, if there is anything to list: what components need, and what other objects refer to, but for what
/// the tree itself makes and what the project calls external.
pub(super) fn write(
    needed: &[NeededSecret],
    left: &LeftToDo,
    by_hand: &[ByHand],
    layout: &Layout,
    project: &Project,
    engine: &dyn Engine,
) -> Option<File> {
    let objects = || layout.stages.values().flat_map(|stage| &stage.objects).map(|placed| &placed.object);
    let mut made = made(objects());
    made.extend(project.external_secrets());
    let mut listed: BTreeMap<(String, String), Listed> = BTreeMap::new();
    for secret in needed {
        let one = entry(&mut listed, &secret.namespace, &secret.name);
        one.add(secret.purpose.clone(), &secret.claimant);
        for (key, holds) in &secret.keys {
            one.keys.entry(key.clone().into_owned()).or_insert_with(|| words(holds, secret, needed));
        }
    }
    // What was told before was told in better words: by components, then by objects that somebody can look up.
    for told_by in [objects().collect::<Vec<_>>(), layout.known.iter().collect()] {
        let known: Vec<_> = listed.keys().cloned().collect();
        for reference in told_by.into_iter().flat_map(references) {
            let namespace = Traced::literal(reference.namespace);
            if known.contains(&(namespace.get().clone(), reference.name.get().clone())) {
                continue;
            }
            let one = entry(&mut listed, &namespace, &reference.name);
            one.add(text!("{}", reference.object), &reference.declared);
            if let Some(key) = reference.key {
                let holds = Traced::new(format!("whatever {} reads there", reference.object), key.origin().clone());
                one.keys.entry(key.get().clone()).or_insert(holds);
            }
        }
    }
    listed.retain(|id, _| !made.contains(id));
    if let (Some(because), Some(home)) = (&left.decrypted, engine.home()) {
        let key = project.secrets().key_secret();
        let id = (home.to_owned(), key.get().clone());
        if !made.contains(&id) {
            let one = entry(&mut listed, &Traced::literal(id.0), &key);
            one.add(Traced::literal("decryption of the Secrets in this tree".to_owned()), because);
            let holds =
                Traced::literal("a private key of age, `AGE-SECRET-KEY-1…`, for one of `.sops.yaml`".to_owned());
            one.keys.insert("age.agekey".to_owned(), holds);
        }
    }
    let mut lines = Lines::new(Origin::default());
    remote(&mut lines, &left.remote);
    if !listed.is_empty() {
        secrets(&mut lines, listed.into_values().collect());
    }
    if !by_hand.is_empty() {
        list_by_hand(&mut lines, by_hand);
    }
    // Other modes have other lists.
    (!lines.is_empty()).then(|| lines.into_file().because_also(project.secrets().mode().origin()))
}

/// Returns what a key of `secret` holds, in words.
fn words(holds: &Holds, secret: &NeededSecret, needed: &[NeededSecret]) -> Traced<String> {
    let pieces = match holds {
        Holds::Somebody(words) => return words.clone(),
        Holds::Made(pieces) => pieces,
    };
    // Consumers come first: what the store has is a copy of theirs.
    let same = |is_it: fn(&Piece) -> Option<&Credential>, credential: &Credential| {
        let consumer = needed.iter().filter(|other| !other.of_store && secret.of_store);
        let (other, key) = consumer.flat_map(|other| other.keys.iter().map(move |key| (other, key))).find_map(
            |(other, (key, holds))| match holds {
                Holds::Made(pieces) => {
                    let found =
                        matches!(&pieces[..], [piece] if is_it(piece).is_some_and(|one| one.id == credential.id));
                    found.then_some((other, key))
                }
                Holds::Somebody(_) => None,
            },
        )?;
        Some(text!("the value of `{}` in Secret `{}/{}`", key, other.namespace, other.name))
    };
    match &pieces[..] {
        [Piece::AccessKey(credential)] => same(Piece::as_access_key, credential)
            .unwrap_or_else(|| text!("the access key, `{}`", credential.access_key)),
        [Piece::SecretKey(credential)] => same(Piece::as_secret_key, credential)
            .unwrap_or_else(|| Traced::literal("the secret key, of letters and digits only".to_owned())),
        pieces => {
            let text = pieces.iter().fold(Traced::literal(String::new()), |text, piece| match piece {
                Piece::Text(more) => text!("{}{}", text, more),
                Piece::AccessKey(credential) => text!("{}{}", text, credential.access_key),
                Piece::SecretKey(_) => text!("{}…", text),
            });
            let lines = text.map(|text| text.lines().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", "));
            if !pieces.iter().any(|piece| matches!(piece, Piece::SecretKey(_))) {
                return lines;
            }
            let count = if lines.get().contains("`, `") { "lines" } else { "text" };
            text!("the {} {}, with a secret key of letters and digits only in place of `…`", count, lines)
        }
    }
}

fn entry<'list>(
    listed: &'list mut BTreeMap<(String, String), Listed>,
    namespace: &Traced<String>,
    name: &Traced<String>,
) -> &'list mut Listed {
    listed.entry((namespace.get().clone(), name.get().clone())).or_insert_with(|| Listed {
        name: name.clone(),
        namespace: namespace.clone(),
        purposes: Vec::new(),
        keys: BTreeMap::new(),
        because: Origin::default(),
    })
}

impl Listed {
    fn add(&mut self, purpose: Traced<String>, because: &Origin) {
        self.because.add(because);
        if !self.purposes.contains(&purpose) {
            self.purposes.push(purpose);
        }
    }
}

fn secrets(lines: &mut Lines, secrets: Vec<Listed>) {
    // Whoever needs a Secret decides that there is a list at all.
    lines.because = Origin::merged(secrets.iter().map(|secret| &secret.because));
    lines.fixed("# Secrets that somebody makes");
    lines.fixed("");
    lines.fixed(
        "The objects of this tree refer to the Secrets below. bayplan writes none of them and knows no value: make",
    );
    lines.fixed("each one in its namespace before the tree is applied. A secret key has at least 8 characters.");
    for secret in secrets {
        lines.because = secret.because;
        lines.fixed("");
        lines.add(text!("## `{}` in namespace `{}`", secret.name, secret.namespace));
        lines.fixed("");
        for purpose in secret.purposes {
            lines.add(text!("For: {}.", purpose));
        }
        if secret.keys.is_empty() {
            continue;
        }
        lines.fixed("");
        lines.fixed("| key | what it holds |");
        lines.fixed("|---|---|");
        for (key, holds) in secret.keys {
            lines.add(text!("| `{}` | {} |", key, holds));
        }
    }
}

/// Adds what is to stand in the secret store, each property of a remote key once.
fn remote(lines: &mut Lines, remote: &[Remote]) {
    if remote.is_empty() {
        return;
    }
    lines.because = Origin::merged(remote.iter().map(|one| &one.because));
    lines.fixed("# Values that somebody puts into the secret store");
    lines.fixed("");
    lines.fixed("ExternalSecrets of this tree read the remote keys below. A secret key has at least 8 characters.");
    lines.fixed("");
    lines.fixed("| remote key | property | what it holds |");
    lines.fixed("|---|---|---|");
    let mut properties: BTreeMap<(&String, &String), (&Remote, Origin)> = BTreeMap::new();
    for one in remote {
        let (_, because) = properties.entry((one.key.get(), &one.property)).or_insert((one, Origin::default()));
        because.add(&one.because);
    }
    for (one, because) in properties.into_values() {
        lines.because = because;
        lines.add(text!("| `{}` | `{}` | {} |", one.key, one.property, one.holds));
    }
}

fn list_by_hand(lines: &mut Lines, by_hand: &[ByHand]) {
    let decided = |one: &ByHand| {
        let claimants = Origin::merged(one.accesses.iter().map(|access| &access.claimant));
        claimants.and(one.store.maker.origin()).and(&one.store.offered)
    };
    lines.because = by_hand.iter().fold(Origin::default(), |all, one| all.and(&decided(one)));
    if !lines.is_empty() {
        lines.fixed("");
    }
    lines.fixed("# Buckets and users that somebody makes");
    lines.fixed("");
    lines.fixed("Nothing in this tree makes what is claimed in the stores below.");
    for one in by_hand {
        let ByHand { store, accesses } = one;
        lines.because = decided(one);
        lines.fixed("");
        lines.add(text!("## Store `{}`, {}", store.name, store.url()));
        lines.fixed("");
        lines.fixed("| user | access key | buckets | what it may do in them |");
        lines.fixed("|---|---|---|---|");
        for access in accesses {
            lines.because = access.claimant.and(store.maker.origin()).and(&store.offered);
            let buckets = access.buckets.iter().fold(Traced::literal(String::new()), |all, bucket| {
                let comma = if all.get().is_empty() { "" } else { ", " };
                text!("{}{}`{}`", all, comma.to_owned(), bucket)
            });
            let actions = access.permissions.bucket_actions().iter().chain(access.permissions.object_actions());
            let actions = actions.map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
            lines.add(text!("| `{}` | `{}` | {} | {} |", access.user, access.credential.access_key, buckets, actions));
        }
    }
}
