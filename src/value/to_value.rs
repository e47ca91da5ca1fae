//! What may stand in `manifest!` and `text!`.

use std::collections::BTreeMap;

use super::{Checked, Map, Node, Origin, Text, Traced, Value};

/// Something that can stand as a value in `manifest!`.
pub trait ToValue {
    /// Returns the value with its origins, or nothing, which leaves the key out.
    fn to_value(&self) -> Option<Value>;
}

/// Something that can stand as an argument of `text!`.
pub trait Originated {
    /// Returns who decided it; nobody, for a literal.
    fn origin(&self) -> Origin {
        Origin::default()
    }
}

impl<T> Originated for Traced<T> {
    fn origin(&self) -> Origin {
        Traced::origin(self).clone()
    }
}

impl<T: Originated + ?Sized> Originated for &T {
    fn origin(&self) -> Origin {
        (**self).origin()
    }
}

impl Originated for str {}
impl Originated for String {}
impl Originated for Text {}
impl Originated for i64 {}
impl Originated for u16 {}
impl Originated for usize {}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Option<Value> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref()?.to_value()
    }
}

impl<T: ToValue> ToValue for Traced<T> {
    fn to_value(&self) -> Option<Value> {
        Some(self.get().to_value()?.because(self.origin()))
    }
}

impl<T> ToValue for Checked<T> {
    fn to_value(&self) -> Option<Value> {
        Some(self.value().clone())
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Option<Value> {
        Some(self.clone())
    }
}

impl ToValue for Map {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(self.clone()))
    }
}

impl ToValue for &'static str {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(*self))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(self.clone()))
    }
}

impl ToValue for Text {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(self.clone()))
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(*self))
    }
}

impl ToValue for i64 {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(*self))
    }
}

impl ToValue for i32 {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(i64::from(*self)))
    }
}

impl ToValue for u16 {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(i64::from(*self)))
    }
}

impl<T: ToValue> ToValue for [T] {
    fn to_value(&self) -> Option<Value> {
        Some(Value::new(self.iter().filter_map(ToValue::to_value).collect::<Vec<_>>()))
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_slice().to_value()
    }
}

impl<K: AsRef<str>, T: ToValue> ToValue for BTreeMap<K, T> {
    fn to_value(&self) -> Option<Value> {
        let mut map = Map::new();
        for (key, value) in self {
            if let Some(value) = value.to_value() {
                map.insert(key.as_ref().to_owned(), value);
            }
        }
        Some(Value::new(Node::Map(map)))
    }
}
