//! What a committed file holds of what is wanted in it.

use std::collections::BTreeMap;

use super::Identities;
use super::sops::{Closed, CreationRule, Document};
use crate::project::{FIRST, ROTATION};
use crate::source::{Source, Sources};
use crate::tree::{Ingredient, Sealed, SecretKey};
use crate::value::{Node, Value};
use crate::yaml;

/// A committed file, held against what is wanted in its place.
pub(super) struct Held {
    /// The manifest as it stands there.
    pub(super) manifest: Value,
    /// Whether it is the wanted one but for its values.
    pub(super) fits: bool,
    /// The values, where it opens.
    pub(super) clear: Option<BTreeMap<String, String>>,
    /// The public keys that it is encrypted for.
    pub(super) recipients: Vec<String>,
    /// The generations of the secret keys in it.
    renewals: Vec<String>,
}

impl Held {
    /// Reads a file of SOPS. What it is not, or damaged, is not there: whether somebody may overwrite it, the plan says.
    pub(super) fn by_sops(text: &str, wanted: &Sealed, rule: &CreationRule, identities: &Identities) -> Option<Self> {
        let manifest = parse(text)?;
        let document = Document::read(&manifest).ok()?;
        let clear = match document.decrypt(identities) {
            Ok(clear) => Some(texts(&clear, wanted.path())),
            Err(Closed::NoKey) => None,
            Err(Closed::Damaged(_)) => return None,
        };
        Some(Self {
            fits: document.follows(rule) && is_like(document.content(), wanted),
            clear,
            recipients: document.recipients().map(str::to_owned).collect(),
            renewals: renewals(&manifest, wanted),
            manifest,
        })
    }

    /// Reads a SealedSecret, which nobody here can open.
    pub(super) fn by_controller(text: &str, wanted: &Sealed) -> Option<Self> {
        let manifest = parse(text)?;
        let fits = is_like(&manifest, wanted);
        Some(Self { fits, clear: None, recipients: Vec::new(), renewals: renewals(&manifest, wanted), manifest })
    }

    /// Whether it holds the wanted generation of `key`, or is meant to.
    pub(super) fn is_of_generation(&self, key: &SecretKey, wanted: &Sealed) -> bool {
        let at = wanted.secret_keys().position(|other| other.id == key.id);
        let there = wanted.keys.iter().filter(|holding| holds(&holding.pieces, key));
        let there = there.map(|holding| holding.key.as_str()).any(|name| self.has(name, wanted));
        there && at.and_then(|at| self.renewals.get(at)).is_some_and(|renewal| *renewal == key.renewal)
    }

    /// Returns the secret key in it, if it opens and has one.
    pub(super) fn value(&self, key: &SecretKey, wanted: &Sealed) -> Option<String> {
        let clear = self.clear.as_ref()?;
        wanted.keys.iter().find_map(|holding| extract(&holding.pieces, key, clear.get(&holding.key)?))
    }

    fn has(&self, name: &str, wanted: &Sealed) -> bool {
        self.manifest.at(wanted.path()).is_some_and(|values| values.get(name).is_some())
    }
}

/// Returns namespace and name of the Secret that `manifest` is or makes.
pub(super) fn identity(manifest: &Value) -> Option<(String, String)> {
    let text = |key| manifest.at(&["metadata", key]).and_then(Value::as_str).map(str::to_owned);
    Some((text("namespace")?, text("name")?))
}

/// Reads the one document of a file.
pub(super) fn parse(text: &str) -> Option<Value> {
    let sources = Sources::new(vec![Source::new("", text.as_bytes().to_vec())]);
    let (file, source) = sources.iter().next()?;
    let parsed = yaml::parse(file, source);
    match <[Value; 1]>::try_from(parsed.documents) {
        Ok([document]) if parsed.diagnostics.is_empty() && document.as_map().is_some() => Some(document),
        _ => None,
    }
}

fn texts(manifest: &Value, path: &[&str]) -> BTreeMap<String, String> {
    let values = manifest.at(path).and_then(Value::as_map).into_iter().flatten();
    values.filter_map(|entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()))).collect()
}

/// Whether `manifest` is the wanted one but for its values, in whatever order.
fn is_like(manifest: &Value, wanted: &Sealed) -> bool {
    let without_values = |manifest: &Value| {
        let mut json = manifest.to_json();
        let place = wanted.path().iter().try_fold(&mut json, |json, key| json.get_mut(*key));
        if let Some(serde_json::Value::Object(values)) = place {
            values.values_mut().for_each(|value| *value = serde_json::Value::Null);
        }
        json
    };
    without_values(manifest) == without_values(&wanted.described())
}

/// Returns the generations that the annotation of `manifest` tells.
fn renewals(manifest: &Value, wanted: &Sealed) -> Vec<String> {
    match manifest.at(&["metadata", "annotations", ROTATION]).map(|rotation| &rotation.node) {
        Some(Node::String(text)) => text.split(' ').map(str::to_owned).collect(),
        _ => wanted.secret_keys().map(|_| FIRST.to_owned()).collect(),
    }
}

fn holds(pieces: &[Ingredient], key: &SecretKey) -> bool {
    pieces.iter().any(|piece| matches!(piece, Ingredient::Key(other) if other.id == key.id))
}

/// Returns the secret key in `text`, which was put together of `pieces` like these: by what stands around it on its
/// line, since other lines may have changed.
fn extract(pieces: &[Ingredient], key: &SecretKey, text: &str) -> Option<String> {
    const MARK: char = '\0';
    let pattern: String = pieces
        .iter()
        .map(|piece| match piece {
            Ingredient::Text(text) => text.clone(),
            Ingredient::Key(other) if other.id == key.id => MARK.to_string(),
            Ingredient::Key(_) => "\u{1}".to_owned(),
        })
        .collect();
    let (before, after) = pattern.lines().find_map(|line| line.split_once(MARK))?;
    if before.contains('\u{1}') || after.contains([MARK, '\u{1}']) {
        return None;
    }
    let whole = pieces.len() == 1;
    let found = if whole { Some(text) } else { None };
    let found = found.or_else(|| text.lines().find_map(|line| line.strip_prefix(before)?.strip_suffix(after)));
    found.filter(|found| !found.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> SecretKey {
        SecretKey { id: id.to_owned(), renewal: FIRST.to_owned(), given: None }
    }

    fn pieces(text: &str) -> Vec<Ingredient> {
        let piece = |(index, part): (usize, &str)| match index % 2 {
            0 => Ingredient::Text(part.to_owned()),
            _ => Ingredient::Key(key(part)),
        };
        text.split('|').enumerate().map(piece).filter(|piece| *piece != Ingredient::Text(String::new())).collect()
    }

    #[track_caller]
    fn found(pattern: &str, text: &str, expected: Option<&str>) {
        assert_eq!(extract(&pieces(pattern), &key("a"), text).as_deref(), expected);
    }

    #[test]
    fn a_secret_key_is_found_again_where_it_was_put() {
        found("|a|", "x y\nz", Some("x y\nz"));
        found("U=\"u\"\nP=\"|a|\"\n", "U=\"u\"\nP=\"xyz\"\n", Some("xyz"));
        found("U=\"other\"\nP=\"|a|\"\n", "U=\"u\"\nP=\"xyz\"\n", Some("xyz"));
        found("P=|b|\nQ=|a|\n", "P=1\nQ=2\n", Some("2"));
        found("P=|a|\n", "Q=1\n", None);
        found("P=|a|:|b|\n", "P=1:2\n", None);
        found("P=|a|\n", "P=\n", None);
    }
}
