//! Secrets that stand in the tree, encrypted: what each is to hold, for those who encrypt it.

use super::{LETTERS, Wanted};
use crate::component::{Credential, Holds, Piece};
use crate::diagnostic::Diagnostic;
use crate::project::{FIRST, Project, ROTATION};
use crate::tree::{Holding, Ingredient, Sealed, Sealer, Secret, SecretKey};
use crate::value::{Map, Origin, Traced, Value, manifest};

/// Returns the Secret with what it is to hold; nothing where only a person knows a part of that.
pub(super) fn encrypted(
    secret: &Wanted<'_>,
    by: Sealer,
    project: &Project,
    problems: &mut Vec<Diagnostic>,
) -> Option<(Value, Option<Sealed>)> {
    let mut keys = Vec::with_capacity(secret.keys.len());
    for (key, holds) in &secret.keys {
        let Holds::Made(pieces) = holds else { return None };
        let mut holding = Holding { key: key.to_string(), pieces: Vec::new(), because: Origin::default() };
        for piece in pieces {
            holding.because.add(&origin(piece, project));
            holding.pieces.push(ingredient(piece, project, problems));
        }
        keys.push(holding);
    }
    let annotations = rotation(secret, project);
    let metadata = manifest!({ name: secret.name, namespace: secret.namespace, annotations: annotations });
    let skeleton = match by {
        Sealer::Sops(_) => manifest!({ apiVersion: "v1", kind: "Secret", metadata: metadata, type: "Opaque" }),
        Sealer::Controller(_) => manifest!({
            apiVersion: "bitnami.com/v1alpha1", kind: "SealedSecret",
            metadata: metadata,
            spec: { template: { metadata: { name: secret.name, namespace: secret.namespace }, type: "Opaque" } },
        }),
    };
    let sealed = Sealed { by, skeleton, keys };
    Some((sealed.described(), Some(sealed)))
}

fn ingredient(piece: &Piece, project: &Project, problems: &mut Vec<Diagnostic>) -> Ingredient {
    match piece {
        Piece::Text(text) => Ingredient::Text(text.get().clone()),
        Piece::AccessKey(credential) => Ingredient::Text(credential.access_key.get().clone()),
        Piece::SecretKey(credential) => {
            let given = credential.secret_key.as_ref();
            if let Some(given) = given.filter(|given| !given.get().chars().all(is_plain)) {
                let message = format!("the given secret key of `{}` has letters of other kinds", credential.id);
                problems.push(LETTERS.found(message).decided_at(given.origin().spans(), ""));
            }
            Ingredient::Key(SecretKey {
                id: credential.id.get().clone(),
                renewal: credential.generation(project).get().clone(),
                given: given.map(|given| Secret::new(given.get().clone())),
            })
        }
    }
}

/// Whether a letter means nothing but itself wherever a secret key is read.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "+/=_.-".contains(letter)
}

/// Returns who decides what `piece` is. The place of a given secret is none, and its value stays out of what is shown.
fn origin(piece: &Piece, project: &Project) -> Origin {
    match piece {
        Piece::Text(text) => text.origin().clone(),
        Piece::AccessKey(credential) => credential.access_key.origin().clone(),
        Piece::SecretKey(credential) => {
            let given = credential.secret_key.iter().flat_map(|given| given.origin().spans()).copied();
            given.collect::<Origin>().and(credential.generation(project).origin())
        }
    }
}

/// Returns the annotation that tells which generations of secret keys the Secret holds, where one was ever renewed.
pub(super) fn rotation(secret: &Wanted<'_>, project: &Project) -> Option<Map> {
    let mut seen: Vec<&Credential> = Vec::new();
    for holds in secret.keys.values() {
        let Holds::Made(pieces) = holds else { continue };
        for credential in pieces.iter().filter_map(Piece::as_secret_key) {
            if seen.iter().all(|known| known.id != credential.id) {
                seen.push(credential);
            }
        }
    }
    let generations: Vec<_> = seen.into_iter().map(|credential| credential.generation(project)).collect();
    let origin = Origin::merged(generations.iter().map(Traced::origin));
    if generations.iter().all(|generation| generation.get() == FIRST) {
        return None;
    }
    let text = generations.iter().map(|generation| generation.get().as_str()).collect::<Vec<_>>().join(" ");
    let mut annotations = Map::new();
    annotations.insert(ROTATION, Value::new(text).because(&origin));
    Some(annotations)
}
