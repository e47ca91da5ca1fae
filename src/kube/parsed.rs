//! Text that was checked when it was read, so that the type can only hold good values.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::quoted;
use crate::value::{Originated, ToValue, Value};

/// What a text must look like to be a name, a quantity, an image …
pub trait Grammar: 'static {
    /// The name by which a JSON Schema asks for it.
    const FORMAT: &'static str;
    /// The code of the error when it is not met.
    const CODE: &'static str;
    /// What it is, to stand after "is no".
    const WHAT: &'static str;
    /// A regular expression for editors. It may accept more than [`Grammar::check`].
    const PATTERN: &'static str;
    /// Whether it may be written as a number, too.
    const NUMBERS: bool = false;

    /// Returns why `text` is not one, without quoting it, since it may be secret.
    fn check(text: &str) -> Result<(), String>;

    /// Returns the good value that `text` was probably meant to be.
    #[must_use]
    fn nearest(text: &str) -> Option<String> {
        let _ = text;
        None
    }

    /// Compares two good values.
    #[must_use]
    fn order(one: &str, other: &str) -> Ordering {
        one.cmp(other)
    }
}

/// A text that is good by its [`Grammar`]. Displayed and written as it was read.
pub struct Parsed<G> {
    text: String,
    grammar: PhantomData<fn() -> G>,
}

impl<G: Grammar> Parsed<G> {
    /// Reads `text`. The error is a message: what was given and why it is refused.
    pub fn parse(text: &str) -> Result<Self, String> {
        match G::check(text) {
            Ok(()) => Ok(Self { text: text.to_owned(), grammar: PhantomData }),
            Err(reason) => Err(format!("{} is no {}: {reason}", quoted(text), G::WHAT)),
        }
    }
}

impl<G> Parsed<G> {
    /// Returns the text as it was read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<G> AsRef<str> for Parsed<G> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<G> Clone for Parsed<G> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), grammar: PhantomData }
    }
}

impl<G> fmt::Debug for Parsed<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<G> fmt::Display for Parsed<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<G: Grammar> PartialEq for Parsed<G> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<G: Grammar> Eq for Parsed<G> {}

impl<G: Grammar> PartialOrd for Parsed<G> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<G: Grammar> Ord for Parsed<G> {
    fn cmp(&self, other: &Self) -> Ordering {
        G::order(&self.text, &other.text)
    }
}

impl<G> Originated for Parsed<G> {}

impl<G> ToValue for Parsed<G> {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(self.text.clone()))
    }
}

impl<G> Serialize for Parsed<G> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, G: Grammar> Deserialize<'de> for Parsed<G> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

/// Reads a text, and numbers where the grammar has them.
struct Visitor<G>(PhantomData<G>);

impl<G: Grammar> Visitor<G> {
    fn number<E: de::Error>(number: impl fmt::Display) -> Result<Parsed<G>, E> {
        if G::NUMBERS {
            Parsed::parse(&number.to_string()).map_err(E::custom)
        } else {
            Err(E::custom(format!("{number} is no {}: it is not text", G::WHAT)))
        }
    }
}

impl<G: Grammar> de::Visitor<'_> for Visitor<G> {
    type Value = Parsed<G>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}", G::WHAT)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Parsed<G>, E> {
        Parsed::parse(text).map_err(E::custom)
    }
    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Parsed<G>, E> {
        Self::number(number)
    }
    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Parsed<G>, E> {
        Self::number(number)
    }
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Parsed<G>, E> {
        Self::number(number)
    }
}

impl<G: Grammar> JsonSchema for Parsed<G> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        G::FORMAT.into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let types: &[&str] = if G::NUMBERS { &["string", "integer", "number"] } else { &["string"] };
        let types = if let [only] = types { serde_json::json!(only) } else { serde_json::json!(types) };
        json_schema!({ "type": types, "format": G::FORMAT, "pattern": G::PATTERN })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Name, Quantity, schema_of};
    use crate::value::{Value, from_value, manifest};

    #[test]
    fn what_is_read_is_what_is_written() {
        let name: Name = from_value(&Value::new("minio")).unwrap();
        assert_eq!(format!("{name:>7}"), "  minio");
        assert_eq!(manifest!([name]).to_json().to_string(), r#"["minio"]"#);
        assert!(from_value::<Name>(&Value::new("My_Name")).is_err());
    }

    #[test]
    fn only_quantities_may_be_numbers() {
        assert_eq!(from_value::<Quantity>(&Value::new(5i64)).unwrap().as_str(), "5");
        assert!(from_value::<Name>(&Value::new(5i64)).is_err());
    }

    #[test]
    fn schemas_name_the_format() {
        let schema = schema_of::<Name>();
        assert_eq!(schema["format"], "bayplan.name");
        assert_eq!(schema["type"], "string");
    }
}
