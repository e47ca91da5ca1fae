//! The bridge from [`Value`] to types that derive `Deserialize`: a `Deserializer` that hands each node's origin to
//! [`Traced`] and [`Checked`] as data.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::{Checked, Entry, Map, Node, Origin, Traced, Value, Verbatim};
use crate::source::{FileId, Span};

/// The name by which [`Traced`] asks this bridge, and no other deserializer, for a value and its origin.
const TRACED: &str = "$bayplan::Traced";
/// The name by which a [`Value`] asks for its node as it is, floats as their text.
const NODE: &str = "$bayplan::Node";
/// The name by which a [`Verbatim`] asks for every `null` inside it.
const VERBATIM: &str = "$bayplan::Verbatim";

/// What serde says when a value does not fit a type. The shape was checked before, with places, so this is a bug.
#[derive(Debug)]
pub(crate) struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Converts a value whose shape was checked into a typed one.
pub(crate) fn from_value<T: de::DeserializeOwned>(value: &Value) -> Result<T, Mismatch> {
    T::deserialize(Bridge { value, key_span: None, nulls: false })
}

/// The deserializer over one value.
struct Bridge<'value> {
    value: &'value Value,
    key_span: Option<Span>,
    /// Whether `null` is a value of its own, and not the same as absent.
    nulls: bool,
}

impl<'de> Deserializer<'de> for Bridge<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self.value.node {
            Node::Null => visitor.visit_unit(),
            Node::Bool(truth) => visitor.visit_bool(*truth),
            Node::Int(number) => visitor.visit_i64(*number),
            Node::Float(text) => visitor.visit_f64(text.parse().map_err(de::Error::custom)?),
            Node::String(text) => visitor.visit_str(text),
            Node::List(items) => visitor.visit_seq(Items { items: items.iter(), nulls: self.nulls }),
            Node::Map(map) => visitor.visit_map(Entries { rest: map.iter(), current: None, nulls: self.nulls }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        match (name, &self.value.node) {
            (VERBATIM, _) => visitor.visit_newtype_struct(Self { nulls: true, ..self }),
            (TRACED, _) => visitor.visit_seq(Pair { bridge: self, next: 0 }),
            (NODE, Node::Float(text)) => visitor.visit_bytes(text.as_bytes()),
            (NODE, _) => self.deserialize_any(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match &self.value.node {
            Node::String(text) => visitor.visit_enum(text.as_ref().into_deserializer()),
            _ => Err(de::Error::custom(format!("{} is no variant", self.value.kind_name()))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of a sequence.
struct Items<'value> {
    items: std::slice::Iter<'value, Value>,
    nulls: bool,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        let nulls = self.nulls;
        self.items.next().map(|value| seed.deserialize(Bridge { value, key_span: None, nulls })).transpose()
    }
}

/// The entries of a mapping. A key that asks for it is told its place, too. `null` is mostly the same as absent.
struct Entries<'value> {
    rest: std::slice::Iter<'value, Entry>,
    current: Option<&'value Entry>,
    nulls: bool,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        self.current = self.rest.find(|entry| self.nulls || !entry.value.is_null());
        let Some(entry) = self.current else { return Ok(None) };
        let key = Value::new(entry.key.clone());
        seed.deserialize(Bridge { value: &key, key_span: entry.key_span, nulls: false }).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
        let entry = self.current.take().expect("serde asks for a value after its key");
        seed.deserialize(Bridge { value: &entry.value, key_span: None, nulls: self.nulls })
    }
}

/// A value and then its origin, for [`Traced`].
struct Pair<'value> {
    bridge: Bridge<'value>,
    next: u8,
}

impl<'de> SeqAccess<'de> for Pair<'_> {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.next += 1;
        let Bridge { value, key_span, nulls } = self.bridge;
        match self.next {
            1 => seed.deserialize(Bridge { value, key_span: None, nulls }).map(Some),
            2 => {
                let spans = value.origin.spans().iter().chain(&key_span);
                let mut numbers = vec![u32::from(value.origin.secret)];
                for span in spans {
                    let file = u32::try_from(span.file.index()).expect("file numbers fit");
                    numbers.extend([file, span.start, span.end]);
                }
                seed.deserialize(de::value::SeqDeserializer::new(numbers.into_iter())).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// Reads an [`Origin`] from the numbers that [`Pair`] hands over: secrecy, then file, start and end of each place.
struct OriginFromNumbers;

impl<'de> DeserializeSeed<'de> for OriginFromNumbers {
    type Value = Origin;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Origin, D::Error> {
        let numbers = Vec::<u32>::deserialize(deserializer)?;
        let (secret, places) =
            numbers.split_first().ok_or_else(|| de::Error::custom("an origin begins with its secrecy"))?;
        let mut origin: Origin = places
            .chunks_exact(3)
            .map(|place| Span { file: FileId::from_index(place[0] as usize), start: place[1], end: place[2] })
            .collect();
        origin.secret = *secret == 1;
        Ok(origin)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Traced<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (value, origin) = deserializer.deserialize_newtype_struct(TRACED, PairVisitor(PhantomData))?;
        Ok(Traced::new(value, origin))
    }
}

struct PairVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PairVisitor<T> {
    type Value = (T, Origin);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<(T, Origin), A::Error> {
        let missing = || de::Error::custom("a traced value comes with its origin");
        let value = pair.next_element()?.ok_or_else(missing)?;
        let origin = pair.next_element_seed(OriginFromNumbers)?.ok_or_else(missing)?;
        Ok((value, origin))
    }

    /// Another deserializer than ours: a value without origin.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(T, Origin), D::Error> {
        T::deserialize(deserializer).map(|value| (value, Origin::default()))
    }
}

impl<'de, T> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Checked::new)
    }
}

impl<'de> Deserialize<'de> for Verbatim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(VERBATIM, VerbatimVisitor)
    }
}

struct VerbatimVisitor;

impl<'de> Visitor<'de> for VerbatimVisitor {
    type Value = Verbatim;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Verbatim, D::Error> {
        Value::deserialize(deserializer).map(Verbatim::new)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (node, origin) = Traced::<Node>::deserialize(deserializer)?.into_parts();
        Ok(Value { node, origin })
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NODE, NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Bool(truth))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Int(number))
    }
    fn visit_bytes<E: de::Error>(self, text: &[u8]) -> Result<Node, E> {
        std::str::from_utf8(text).map(|text| Node::Float(text.into())).map_err(E::custom)
    }
    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::from(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = entries.next_entry::<Traced<String>, Value>()? {
            let key_span = key.origin().spans().first().copied();
            map.push(Entry { key: key.get().clone().into(), key_span, value });
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::manifest;

    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Pool {
        servers: Traced<i64>,
        mode: Option<Traced<Mode>>,
        affinity: Option<Checked<()>>,
    }

    #[derive(Deserialize, Debug, PartialEq, Clone, Copy)]
    enum Mode {
        Monolithic,
    }

    #[test]
    fn origins_arrive_in_typed_fields() {
        let span = Span::new(FileId::from_index(3), 5..9);
        let mut value = manifest!({ servers: 4i64, mode: "Monolithic", affinity: { deep: ["x"] } });
        value.as_map_mut().unwrap().get_mut("servers").unwrap().origin = Origin::at(span);
        let pool: Pool = from_value(&value).unwrap();
        assert_eq!(pool.servers.get(), &4);
        assert_eq!(pool.servers.origin().spans(), &[span]);
        assert_eq!(pool.mode.unwrap().get(), &Mode::Monolithic);
        assert_eq!(pool.affinity.unwrap().value(), &manifest!({ deep: ["x"] }));
    }

    #[test]
    fn null_is_a_value_where_it_is_asked_for() {
        let value = manifest!({ deep: [{ a: Value::default(), b: 1i64 }] });
        let verbatim: Verbatim = from_value(&value).unwrap();
        assert_eq!(verbatim.value().to_json().to_string(), r#"{"deep":[{"a":null,"b":1}]}"#);
        let plain: Value = from_value(&value).unwrap();
        assert_eq!(plain.to_json().to_string(), r#"{"deep":[{"b":1}]}"#);
    }

    #[test]
    fn null_is_absent() {
        let pool: Pool = from_value(&manifest!({ servers: 1i64, mode: Value::default() })).unwrap();
        assert!(pool.mode.is_none());
    }
}
