//! What a file holds encrypted: the compile says what it is to hold, and leaves the encryption to others.

use std::fmt;

use crate::project::FIRST;
use crate::value::{Map, Node, Origin, Traced, Value};

/// What a Secret is to hold, and how it is encrypted.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Who decrypts it.
    pub by: Sealer,
    /// The manifest but for its values.
    pub skeleton: Value,
    /// The keys of the Secret and what each holds.
    pub keys: Vec<Holding>,
}

/// A key of a Secret.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The key.
    pub key: String,
    /// What it holds, put together.
    pub pieces: Vec<Ingredient>,
    /// Who decides that.
    pub because: Origin,
}

/// Who decrypts a Secret, and so how it is encrypted.
#[derive(Clone, Debug)]
pub enum Sealer {
    /// Whoever has a key of age: the engine in the cluster, and people. Because of this place.
    Sops(Origin),
    /// The controller of SealedSecrets alone, whose certificate this is.
    Controller(Traced<String>),
}

/// A part of what a key of a Secret holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ingredient {
    /// Text that anybody may see.
    Text(String),
    /// A secret key.
    Key(SecretKey),
}

/// A secret key, the same in every Secret that holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretKey {
    /// What tells it from others of the cluster, `storage/minio/loki`.
    pub id: String,
    /// Tells which one of its generations it is: with another text, it is another key.
    pub renewal: String,
    /// The key, where the input holds it. One that is not given is made up once.
    pub given: Option<Secret>,
}

/// Text that must not be seen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(String);

impl Secret {
    /// Returns the text as one that must not be seen.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text, to encrypt it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Sealed {
    /// Returns the secret keys in it, each once, in their order.
    pub fn secret_keys(&self) -> impl Iterator<Item = &SecretKey> {
        let mut seen = Vec::new();
        let all = self.keys.iter().flat_map(|holding| &holding.pieces).filter_map(|piece| match piece {
            Ingredient::Key(key) => Some(key),
            Ingredient::Text(_) => None,
        });
        all.filter(move |key| {
            let first = !seen.contains(&&key.id);
            seen.push(&key.id);
            first
        })
    }

    /// Returns the generations of its secret keys, as the annotation holds them; nothing where none was ever renewed.
    #[must_use]
    pub fn rotation(&self) -> Option<String> {
        let renewals: Vec<_> = self.secret_keys().map(|key| key.renewal.as_str()).collect();
        renewals.iter().any(|renewal| *renewal != FIRST).then(|| renewals.join(" "))
    }

    /// Returns the keys in the manifest that lead to the values.
    #[must_use]
    pub fn path(&self) -> &'static [&'static str] {
        match self.by {
            Sealer::Sops(_) => &["stringData"],
            Sealer::Controller(_) => &["spec", "encryptedData"],
        }
    }

    /// Returns the manifest with `values` in it.
    #[must_use]
    pub fn with(&self, values: Map) -> Value {
        let mut manifest = self.skeleton.clone();
        let mut place = &mut manifest;
        for key in self.path() {
            let map = place.as_map_mut().expect("a skeleton is a map of maps");
            if map.get(key).is_none() {
                map.insert(*key, Value::new(Map::new()));
            }
            place = map.get_mut(key).expect("it was put there");
        }
        *place = Value::new(values);
        manifest
    }

    /// Returns the manifest with words in place of values, for those who see the tree before it is encrypted.
    #[must_use]
    pub fn described(&self) -> Value {
        let mut values = Map::new();
        for Holding { key, pieces, because } in &self.keys {
            let words = pieces.iter().map(|piece| match piece {
                Ingredient::Text(text) => text.clone(),
                Ingredient::Key(key) => format!("‹secret key of {}›", key.id),
            });
            values.insert(key.clone(), Value::new(words.collect::<String>()).because(because));
        }
        self.with(values)
    }
}

/// Returns `value` with the origins that `like` has at the same places.
pub(super) fn with_origins(value: Value, like: Option<&Value>) -> Value {
    let node = match value.node {
        Node::Map(mut map) => {
            for entry in &mut map {
                let like = like.and_then(|like| like.as_map()?.entry(&entry.key));
                entry.key_span = like.and_then(|like| like.key_span);
                entry.value = with_origins(std::mem::take(&mut entry.value), like.map(|like| &like.value));
            }
            Node::Map(map)
        }
        Node::List(items) => {
            let like = |index: usize| like.and_then(|like| like.as_list()?.get(index));
            Node::List(items.into_iter().enumerate().map(|(index, item)| with_origins(item, like(index))).collect())
        }
        scalar => scalar,
    };
    Value { node, origin: like.map(|like| like.origin.clone()).unwrap_or_default() }
}
