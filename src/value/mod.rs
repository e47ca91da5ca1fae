//! A YAML value that remembers where it came from.

mod manifest;
mod origin;
mod serde_bridge;
mod to_value;
mod traced;

pub(crate) use manifest::{manifest, spread_list, spread_map, text};
pub use origin::Origin;
pub(crate) use serde_bridge::from_value;
pub use to_value::{Originated, ToValue};
pub use traced::{Checked, Traced, Verbatim};

use std::borrow::Cow;

use crate::source::Span;

/// Text of a scalar or a key: literals of our own code cost no allocation.
pub type Text = Cow<'static, str>;

/// A node of a YAML document with the places that decide it. Equal by content alone.
#[derive(Clone, Debug, Default)]
pub struct Value {
    /// What it is.
    pub node: Node,
    /// Who decided it.
    pub origin: Origin,
}

/// The content of a [`Value`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Node {
    /// `null`, which equals an absent key everywhere in Kubernetes.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits into 64 bits.
    Int(i64),
    /// Any other finite number, as the text it came in (decimal, `1.0e+21`).
    Float(Box<str>),
    /// Text.
    String(Text),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping.
    Map(Map),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Value {
    /// Returns the value without an origin.
    pub fn new(node: impl Into<Node>) -> Self {
        Self { node: node.into(), origin: Origin::default() }
    }

    /// Returns what stands for a value that could not be evaluated.
    #[must_use]
    pub fn unknown(place: &Origin) -> Self {
        let mut origin = place.clone();
        origin.unknown = true;
        Self { node: Node::Null, origin }
    }

    /// Whether something in it could not be evaluated.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        let mut unknown = false;
        self.walk(&mut |value| unknown |= value.origin.unknown);
        unknown
    }

    /// Adds the places and the secrecy of `origin` behind the value's own.
    #[must_use]
    pub fn because(mut self, origin: &Origin) -> Self {
        self.origin.add(origin);
        self
    }

    /// Returns the text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.node {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.node {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the mapping, to be changed.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.node {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the items of a sequence.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.node {
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the integer.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self.node {
            Node::Int(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the truth value.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.node {
            Node::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.node, Node::Null)
    }

    /// Returns the value at `key` of a mapping; absent and `null` are the same.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key).filter(|value| !value.is_null())
    }

    /// Returns the value at the end of `path`, `["metadata", "name"]`.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Returns what the value is, in words of a message: "a string".
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.node {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Int(_) => "an integer",
            Node::Float(_) => "a number",
            Node::String(_) => "a string",
            Node::List(_) => "a list",
            Node::Map(_) => "a map",
        }
    }

    /// Calls `visit` for this value and every value inside it, parents first.
    pub fn walk<'value>(&'value self, visit: &mut impl FnMut(&'value Value)) {
        visit(self);
        match &self.node {
            Node::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Node::Map(map) => map.iter().for_each(|entry| entry.value.walk(visit)),
            _ => {}
        }
    }

    /// Returns the value as JSON, keys in their order. A float that JSON cannot hold becomes its text.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.node {
            Node::Null => Json::Null,
            Node::Bool(truth) => Json::Bool(*truth),
            Node::Int(number) => Json::from(*number),
            Node::Float(text) => match text.parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
                Some(number) => Json::Number(number),
                None => Json::String(text.to_string()),
            },
            Node::String(text) => Json::String(text.to_string()),
            Node::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Node::Map(map) => {
                Json::Object(map.iter().map(|entry| (entry.key.to_string(), entry.value.to_json())).collect())
            }
        }
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Node::Map(map)
    }
}

impl From<Vec<Value>> for Node {
    fn from(items: Vec<Value>) -> Self {
        Node::List(items)
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Node::String(text)
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Node::String(Cow::Owned(text))
    }
}

impl From<&'static str> for Node {
    fn from(text: &'static str) -> Self {
        Node::String(Cow::Borrowed(text))
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Node::Int(number)
    }
}

impl From<bool> for Node {
    fn from(truth: bool) -> Self {
        Node::Bool(truth)
    }
}

/// One key of a [`Map`] with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Text,
    /// Where the key stands, if somebody wrote it.
    pub key_span: Option<Span>,
    /// The value.
    pub value: Value,
}

/// A mapping that keeps the order and the places of its keys. Equal by content in the same order.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Vec<Entry>,
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.iter().zip(&other.entries).all(|(a, b)| a.key == b.key && a.value == b.value)
    }
}

impl Map {
    /// Returns an empty mapping.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the value at `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the value at `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    /// Returns the entry at `key`.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Sets `key` to `value`: in its place if the key is there, else at the end.
    pub fn insert(&mut self, key: impl Into<Text>, value: Value) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(known) => *known = value,
            None => self.entries.push(Entry { key, key_span: None, value }),
        }
    }

    /// Appends an entry whose key is known to be new.
    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Takes the value at `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).value)
    }

    /// Returns the entries in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Returns the entries in their order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.entries.iter_mut()
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }

    /// Sorts the entries by key, as maps whose order means nothing are written.
    pub fn sort(&mut self) {
        self.entries.sort_by(|a, b| a.key.cmp(&b.key));
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<'map> IntoIterator for &'map Map {
    type Item = &'map Entry;
    type IntoIter = std::slice::Iter<'map, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'map> IntoIterator for &'map mut Map {
    type Item = &'map mut Entry;
    type IntoIter = std::slice::IterMut<'map, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl IntoIterator for Map {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
