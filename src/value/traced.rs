//! Typed values that remember where they came from.

use std::fmt;
use std::marker::PhantomData;

use super::{Origin, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A typed value with the places that decide it. Equal by value alone, transparent to JSON Schema.
///
/// There is no `Deref`: [`Traced::get`] looks, [`Traced::map`] and [`Traced::zip`] compute, so that a branch or a sum
/// keeps its origins.
#[derive(Clone, Debug, Default)]
pub struct Traced<T> {
    value: T,
    origin: Origin,
}

impl<T> Traced<T> {
    /// Returns `value` as decided by `origin`.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// Returns `value` as a literal of our own code: nobody's line but the declaration's decides it.
    pub fn literal(value: T) -> Self {
        Self { value, origin: Origin::default() }
    }

    /// Returns the value to look at. What is computed from it loses its origin: use [`Traced::map`] for that.
    pub fn get(&self) -> &T {
        &self.value
    }

    /// Returns who decided it.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Takes it apart.
    pub(crate) fn into_parts(self) -> (T, Origin) {
        (self.value, self.origin)
    }

    /// Computes another value that keeps the origin.
    pub fn map<U>(&self, compute: impl FnOnce(&T) -> U) -> Traced<U> {
        Traced { value: compute(&self.value), origin: self.origin.clone() }
    }

    /// Computes a value that keeps the origins of both.
    pub fn zip<U, V>(&self, other: &Traced<U>, compute: impl FnOnce(&T, &U) -> V) -> Traced<V> {
        Traced { value: compute(&self.value, &other.value), origin: self.origin.and(&other.origin) }
    }

    /// Adds the places of `origin` behind the own ones.
    #[must_use]
    pub fn because(mut self, origin: &Origin) -> Self {
        self.origin.add(origin);
        self
    }
}

impl Traced<bool> {
    /// Returns what `make` makes if true; it then carries this value's origin.
    pub fn then<T>(&self, make: impl FnOnce() -> T) -> Option<Traced<T>> {
        self.value.then(|| Traced { value: make(), origin: self.origin.clone() })
    }
}

impl<T: PartialEq> PartialEq for Traced<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Traced<T> {}

impl<T: PartialOrd> PartialOrd for Traced<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Traced<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: fmt::Display> fmt::Display for Traced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: JsonSchema> JsonSchema for Traced<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A passthrough that must have the shape of `T`, a Kubernetes `Affinity` say, but keeps its node and all inner origins.
pub struct Checked<T> {
    value: Value,
    shape: PhantomData<fn() -> T>,
}

impl<T> Checked<T> {
    /// Takes a value whose shape was checked against the schema of `T`.
    pub(crate) fn new(value: Value) -> Self {
        Self { value, shape: PhantomData }
    }

    /// Returns the node with its origins.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl<T> Clone for Checked<T> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<T> fmt::Debug for Checked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: JsonSchema> JsonSchema for Checked<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A passthrough of any shape that keeps its node, all inner origins, and every `null` that somebody wrote.
#[derive(Clone, Debug)]
pub struct Verbatim(Value);

impl Verbatim {
    /// Takes a value as it was written.
    pub(crate) fn new(value: Value) -> Self {
        Self(value)
    }

    /// Returns the node with its origins.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl JsonSchema for Verbatim {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnyValue".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "x-kubernetes-preserve-unknown-fields": true })
    }
}
