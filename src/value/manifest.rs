//! `manifest!` and `text!`: component code that reads like the YAML it makes.

/// Makes a [`Value`](crate::value::Value) from what reads like YAML in flow style.
///
/// Keys are bare words, strings, or computed in parentheses; values are maps, lists, or any expression that is
/// [`ToValue`](crate::value::ToValue), taken by reference. A value of `None` leaves its key (or list item) out;
/// `..expression` inserts the entries of a map (or the items of a list), and nothing for `None`.
macro_rules! manifest {
    ({ $($entries:tt)* }) => {{
        #[allow(unused_mut, reason = "an empty map is not changed")]
        let mut map = $crate::value::Map::new();
        $crate::value::manifest!(@map map $($entries)*);
        $crate::value::Value::new(map)
    }};
    ([ $($items:tt)* ]) => {{
        #[allow(unused_mut, reason = "an empty list is not changed")]
        let mut list: Vec<$crate::value::Value> = Vec::new();
        $crate::value::manifest!(@list list $($items)*);
        $crate::value::Value::new(list)
    }};

    (@map $map:ident) => {};
    (@map $map:ident .. $spread:expr) => { $crate::value::spread_map(&mut $map, &$spread); };
    (@map $map:ident .. $spread:expr, $($rest:tt)*) => {
        $crate::value::spread_map(&mut $map, &$spread);
        $crate::value::manifest!(@map $map $($rest)*);
    };
    (@map $map:ident $key:ident : $($rest:tt)*) => { $crate::value::manifest!(@entry $map (stringify!($key)) $($rest)*); };
    (@map $map:ident $key:literal : $($rest:tt)*) => { $crate::value::manifest!(@entry $map ($key) $($rest)*); };
    (@map $map:ident ($key:expr) : $($rest:tt)*) => { $crate::value::manifest!(@entry $map ($key) $($rest)*); };

    (@entry $map:ident ($key:expr) { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $map.insert($key, $crate::value::manifest!({ $($inner)* }));
        $crate::value::manifest!(@map $map $($($rest)*)?);
    };
    (@entry $map:ident ($key:expr) [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $map.insert($key, $crate::value::manifest!([ $($inner)* ]));
        $crate::value::manifest!(@map $map $($($rest)*)?);
    };
    (@entry $map:ident ($key:expr) $value:expr $(, $($rest:tt)*)?) => {
        if let Some(value) = $crate::value::ToValue::to_value(&$value) {
            $map.insert($key, value);
        }
        $crate::value::manifest!(@map $map $($($rest)*)?);
    };

    (@list $list:ident) => {};
    (@list $list:ident .. $spread:expr) => { $crate::value::spread_list(&mut $list, &$spread); };
    (@list $list:ident .. $spread:expr, $($rest:tt)*) => {
        $crate::value::spread_list(&mut $list, &$spread);
        $crate::value::manifest!(@list $list $($rest)*);
    };
    (@list $list:ident { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $list.push($crate::value::manifest!({ $($inner)* }));
        $crate::value::manifest!(@list $list $($($rest)*)?);
    };
    (@list $list:ident [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $list.push($crate::value::manifest!([ $($inner)* ]));
        $crate::value::manifest!(@list $list $($($rest)*)?);
    };
    (@list $list:ident $value:expr $(, $($rest:tt)*)?) => {
        if let Some(value) = $crate::value::ToValue::to_value(&$value) {
            $list.push(value);
        }
        $crate::value::manifest!(@list $list $($($rest)*)?);
    };
}

/// Formats like `format!`, into a [`Traced`](crate::value::Traced) text with the origins of all its arguments.
macro_rules! text {
    ($format:literal $(, $argument:expr)* $(,)?) => {
        $crate::value::Traced::new(
            format!($format $(, $argument)*),
            $crate::value::Origin::merged(&[$($crate::value::Originated::origin(&$argument)),*]),
        )
    };
}

pub(crate) use {manifest, text};

use super::{Map, Node, ToValue, Value};

/// Inserts the entries of a map into `map`; what was there under the same key is replaced.
/// The spread map's own origin goes to each entry, since it decides that they are there.
pub(crate) fn spread_map(map: &mut Map, spread: &impl ToValue) {
    match spread.to_value() {
        None => {}
        Some(Value { node: Node::Map(entries), origin }) => {
            for entry in entries {
                map.insert(entry.key, entry.value.because(&origin));
            }
        }
        Some(other) => panic!("only a map can be spread into a map, not {}", other.kind_name()),
    }
}

/// Appends the items of a list to `list`. The spread list's own origin goes to each item.
pub(crate) fn spread_list(list: &mut Vec<Value>, spread: &impl ToValue) {
    match spread.to_value() {
        None => {}
        Some(Value { node: Node::List(items), origin }) => {
            list.extend(items.into_iter().map(|item| item.because(&origin)));
        }
        Some(other) => panic!("only a list can be spread into a list, not {}", other.kind_name()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Origin, Traced};
    use crate::source::{FileId, Span};

    #[test]
    fn manifests_read_like_yaml() {
        let absent: Option<Traced<String>> = None;
        let key = "computed";
        let value = manifest!({
            apiVersion: "v1", kind: "Thing",
            "quoted/key": true,
            (key): [1i64, { a: "b" }, absent, ..Some(manifest!(["x"]))],
            absent: absent,
            ..manifest!({ kind: "Other" }),
        });
        assert_eq!(
            value.to_json().to_string(),
            r#"{"apiVersion":"v1","computed":[1,{"a":"b"},"x"],"kind":"Other","quoted/key":true}"#
        );
    }

    #[test]
    fn text_keeps_origins() {
        let at = |start| Origin::at(Span::new(FileId::from_index(0), start..start + 1));
        let made = text!("{}-{}", Traced::new("a", at(1)), Traced::new(2i64, at(7)));
        assert_eq!(made.get(), "a-2");
        assert_eq!(made.origin().spans().len(), 2);
    }
}
