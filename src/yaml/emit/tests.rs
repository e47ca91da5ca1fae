use proptest::prelude::*;

use super::*;
use crate::source::{FileId, Source, Sources, Span};
use crate::value::manifest;
use crate::yaml::parse;

#[track_caller]
fn is(value: &Value, expected: &str) {
    assert_eq!(emit(value), format!("---\n{expected}"));
    assert_eq!(emit_traced(value).0, emit(value));
    assert_eq!(sorted(read(&emit(value))), sorted(value.clone()), "{expected}");
}

/// Reads an emitted text back; one that holds nothing is null.
#[track_caller]
fn read(text: &str) -> Value {
    let parsed = parse(FileId::from_index(0), &Source::new("a", text.as_bytes().to_vec()));
    assert!(parsed.diagnostics.is_empty(), "{text}{:#?}", parsed.diagnostics);
    assert!(parsed.documents.len() <= 1, "{text}");
    parsed.documents.into_iter().next().unwrap_or_default()
}

/// The value with its maps in the order of emitted ones.
fn sorted(mut value: Value) -> Value {
    match &mut value.node {
        Node::List(items) => items.iter_mut().for_each(|item| *item = sorted(std::mem::take(item))),
        Node::Map(map) => {
            let mut entries: Vec<Entry> = std::mem::take(map).into_iter().collect();
            entries.sort_by(|a, b| order(&a.key).cmp(&order(&b.key)));
            for mut entry in entries {
                entry.value = sorted(entry.value);
                map.push(entry);
            }
        }
        _ => {}
    }
    value
}

#[test]
fn an_object() {
    is(
        &manifest!({
            spec: { z: [], a: {}, pools: [{ servers: 4i64, name: "pool-0" }, [1i64, [true]], "x"], empty: (Value::default()) },
            metadata: { namespace: "storage", labels: { b: "1", a: "yes" }, name: "minio" },
            kind: "Tenant",
            apiVersion: "minio.min.io/v2",
        }),
        "apiVersion: minio.min.io/v2\nkind: Tenant\nmetadata:\n  name: minio\n  namespace: storage\n  labels:\n    a: \"yes\"\n    \
         b: \"1\"\nspec:\n  a: {}\n  empty: null\n  pools:\n    - name: pool-0\n      servers: 4\n    - - 1\n      - - true\n    \
         - x\n  z: []\n",
    );
}

#[test]
fn texts() {
    for (text, expected) in [
        ("a\nb", "|-\n  a\n  b\n"),
        ("#!/bin/sh\nset -eu\n\n\techo \"x\" # c \n", "|\n  #!/bin/sh\n  set -eu\n\n  \techo \"x\" # c \n"),
        ("a\n\n\n", "|+\n  a\n\n\n"),
        (" a\nb", "\" a\\nb\"\n"),
        ("\na", "\"\\na\"\n"),
        ("a\n  \nb", "\"a\\n  \\nb\"\n"),
        ("a\r\nb", "\"a\\r\\nb\"\n"),
        ("a\u{85}b\n", "\"a\\x85b\\n\"\n"),
        ("\u{202e}\u{e0001}\0\"\\", "\"\\u202e\\U000e0001\\x00\\\"\\\\\"\n"),
        ("ä 😀", "\"ä 😀\"\n"),
        ("http://minio.storage.svc:80/", "http://minio.storage.svc:80/\n"),
        ("", "\"\"\n"),
        ("50Gi", "50Gi\n"),
        ("1e3", "\"1e3\"\n"),
    ] {
        is(&Value::new(text), expected);
    }
}

#[test]
fn numbers() {
    is(&manifest!([(i64::MIN), (-0i64), true]), "- -9223372036854775808\n- 0\n- true\n");
    let float = |text: &str| Value::new(Node::Float(text.into()));
    is(&float("0.5"), "0.5\n");
    is(&float("18446744073709551616"), "18446744073709551616\n");
    assert_eq!(emit(&float("1E21")), "---\n1.0e+21\n");
    assert_eq!(emit(&float("NaN")), "---\n\"NaN\"\n");
}

#[test]
fn keys() {
    is(
        &manifest!({ "yes": 1i64, "a b": 2i64, "a:b": 3i64, "<<": 4i64, "": 5i64, "8080": 6i64, "a\nb": 7i64 }),
        "\"\": 5\n\"8080\": 6\n\"<<\": 4\n\"a\\nb\": 7\na b: 2\n\"a:b\": 3\n\"yes\": 1\n",
    );
    let (long, longest) = ("k".repeat(2000), "é".repeat(1500));
    is(
        &manifest!([{ (long.clone()): { a: "x\ny" }, (longest.clone()): [1i64] }]),
        &format!("- ? \"{long}\"\n  :\n    a: |-\n      x\n      y\n  ? \"{longest}\"\n  :\n    - 1\n"),
    );
    let simple = "k".repeat(1000);
    is(&manifest!({ (simple.clone()): 1i64 }), &format!("{simple}: 1\n"));
}

#[test]
fn lines_name_who_decided_them() {
    let text = "switch: true\nspec:\n  a: {b: 1, c: 2}\n  d: 3\n";
    let sources = Sources::new(vec![Source::new("a.yaml", text.as_bytes().to_vec())]);
    let file = sources.iter().next().unwrap().0;
    let read = parse(file, sources.get(file)).documents.remove(0);
    let mut hidden = Value::new("x\ny\n");
    hidden.origin.secret = true;
    let value = manifest!({
        kind: "Literal",
        spec: (read.at(&["spec"]).unwrap().clone().because(&read.get("switch").unwrap().origin)),
        secret: hidden,
    });
    let (emitted, lines) = emit_traced(&value);
    let told: Vec<String> = emitted
        .lines()
        .zip(&lines)
        .map(|(line, origin)| {
            let places: Vec<&str> = origin.spans().iter().map(|span| &text[span.range()]).collect();
            format!("{line} <- {}{}", places.join(" | "), if origin.secret { "secret" } else { "" })
        })
        .collect();
    assert_eq!(lines.len(), emitted.lines().count());
    assert_eq!(
        told,
        [
            "--- <- ",
            "kind: Literal <- ",
            "secret: | <- secret",
            "  x <- secret",
            "  y <- secret",
            "spec: <- a: {b: 1, c: 2}\n  d: 3 | true",
            "  a: <- a | {b: 1, c: 2} | true",
            "    b: 1 <- 1 | b | true",
            "    c: 2 <- 2 | c | true",
            "  d: 3 <- 3 | d | true",
        ]
    );
}

#[test]
fn a_map_around_it_is_named_only_if_it_says_more() {
    let file = FileId::from_index(0);
    let at = |start: usize, end: usize| Origin::at(Span::new(file, start..end));
    let leaf = Value { origin: at(10, 12), ..Value::new("x") };
    let mut inner = manifest!({ k: leaf });
    inner.origin = at(8, 14).and(&at(50, 51));
    let mut outer = manifest!([inner]);
    outer.origin = at(0, 40);
    outer.origin.secret = true;
    let (_, lines) = emit_traced(&outer);
    assert_eq!(lines[1].spans(), [Span::new(file, 10..12), Span::new(file, 50..51)]);
    assert!(lines[1].secret);
}

/// Text that is likely to hurt.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-a-zA-Z0-9:. _/#,{}'\"\\[\\]&*!|>%@`~=<+]{0,12}",
        "[ \t\na-c#|:-]{0,20}",
        "[0-9_.eExXob+:TZ -]{1,10}",
        "\\PC{0,10}",
        proptest::collection::vec(any::<char>(), 0..6)
            .prop_map(|characters| characters.into_iter().collect::<String>()),
    ]
    // Half an expression is refused in input.
    .prop_map(|text| text.replace("#{", "# {"))
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::default()),
        any::<bool>().prop_map(Value::new),
        any::<i64>().prop_map(Value::new),
        any::<f64>().prop_filter_map("finite", |number| {
            scalar::portable_number(&format!("{number:e}")).map(|text| Value::new(Node::Float(text.into())))
        }),
        any_text().prop_map(Value::new),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::new),
            proptest::collection::btree_map(any_text(), inner, 0..6).prop_map(|entries| {
                let mut map = Map::new();
                for (key, value) in entries {
                    map.insert(key, value);
                }
                Value::new(map)
            }),
        ]
    })
}

/// Whether `serde_yaml` read the same.
fn same(ours: &Value, theirs: &serde_yaml::Value) -> bool {
    use serde_yaml::Value as Theirs;
    match (&ours.node, theirs) {
        (Node::Null, Theirs::Null) => true,
        (Node::Bool(a), Theirs::Bool(b)) => a == b,
        (Node::Int(a), Theirs::Number(b)) => b.as_i64() == Some(*a),
        (Node::Float(a), Theirs::Number(b)) => b.as_f64() == a.parse().ok(),
        (Node::String(a), Theirs::String(b)) => a == b,
        (Node::List(a), Theirs::Sequence(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Node::Map(a), Theirs::Mapping(b)) => {
            a.len() == b.len() && a.iter().all(|entry| b.get(&*entry.key).is_some_and(|b| same(&entry.value, b)))
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_emitted_is_read_back(value in any_value()) {
        let text = emit(&value);
        prop_assert_eq!(sorted(read(&text)), sorted(value.clone()));
        let theirs: serde_yaml::Value = serde_yaml::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert!(same(&value, &theirs), "{}\n{:?}", text, theirs);
        let (traced, lines) = emit_traced(&value);
        prop_assert_eq!(traced.matches('\n').count(), lines.len());
        prop_assert_eq!(&traced, &text);
        prop_assert_eq!(emit(&read(&text)), text);
    }
}
