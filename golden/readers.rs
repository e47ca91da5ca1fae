//! What `yaml::emit` writes is read as the same values by every reader that consumers of a tree use.
//!
//! The texts come from `../shared/yaml/strings.json` where it is there, and from a list of our own. Each stands as a
//! value, as a key, as an item, and inside nested maps and lists. A reader that is not installed is told as skipped; with
//! `CI` set that is a failure.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test of other programs reads files and the environment, and says what it skips"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bayplan::source::{Source, Sources};
use bayplan::value::{Map, Node, Value};
use bayplan::yaml;
use serde_json::Value as Json;

/// Texts that hurt some reader; the shared list has many more.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "", " ", "~", "null", "y", "No", "on", "0", "-0", "0777", "08", "0o17", "0x1F", "0b1", "1_000", "12:30",
    "09:30:00", "190:20:30", "00:11:22:33:44:55", "1e3", "12e03", "0e1234567", "1.0e+3", ".5", "1.", "..", ".inf",
    "-.inf", ".nan", "=", "<<", "2024-01-01", "2024-01-01T00:00:00Z", "1.2.3", "50Gi", "100m", "7d", "-", "- a", "?",
    ":", "a: b", "a #b", "#{x}#", "${A:-b}", "{{ .Values.x }}", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a`", "'",
    "\"", "\\", "[]", "{}", ",", "---", "...", "a\nb", "a\nb\n", "a\n\n\n", "\n", "\na", " a\nb", "a \nb\n",
    "a\n \nb", "a\n\tb\n", "---\na\n", "#!/bin/sh\nset -eu\n", "a\r\nb\r\n", "a\rb", "\t", "a\tb", "a\u{85}b",
    "\u{2028}", "\u{feff}", "\0", "\u{1b}[0m", "\u{7f}", "\u{a0}", "\u{ad}", "\u{200b}", "\u{202e}abc", "\u{fffe}",
    "\u{e000}", "é", "日本語", "😀", "😀\nb\n", "\u{e0001}", "\u{10ffff}", "e3", "_1", "nil", "NaN", "None", "true",
    "http://x:80/", "k8s.io/x", "a b", "a  b", "undefined", "__proto__x", "constructor",
];

/// Floating point numbers, and the integers that JavaScript can hold.
const FLOATS: &[&str] =
    &["0.5", "-1.5", "1E21", "1e-7", "2.5e3", "18446744073709551615", "1.7976931348623157e308", "5e-324"];
const INTEGERS: &[i64] = &[0, -1, 8080, 9_007_199_254_740_991, -9_007_199_254_740_991];

#[test]
fn our_parser() {
    let value = everything();
    let sources = Sources::new(vec![Source::new("all.yaml", yaml::emit(&value).into_bytes())]);
    let (file, source) = sources.iter().next().expect("there is one file");
    let parsed = yaml::parse(file, source);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    assert_eq!(parsed.documents.len(), 1);
    compare(&value.to_json(), &parsed.documents[0].to_json());
}

#[test]
fn serde_yaml_reads_the_same() {
    let value = everything();
    compare(&value.to_json(), &serde_yaml::from_str(&yaml::emit(&value)).expect("serde_yaml reads it"));
}

#[test]
fn pyyaml() {
    let script = r#"
import sys
try:
    import json, yaml
except ImportError:
    sys.exit(77)
text = sys.stdin.buffer.read()
value = yaml.load(text, yaml.SafeLoader)
if hasattr(yaml, "CSafeLoader"):
    assert yaml.load(text, yaml.CSafeLoader) == value, "libyaml reads it differently"
json.dump(value, sys.stdout)
"#;
    reads_the_same("PyYAML", Command::new("python3").args(["-c", script]));
}

#[test]
fn npm_yaml() {
    for options in ["{}", "{version: '1.1'}"] {
        node("yaml", &format!("text => module.parse(text, {options})"));
    }
}

#[test]
fn npm_js_yaml() {
    node("js-yaml", "text => module.load(text)");
}

#[test]
fn kubectl() {
    let mut command = Command::new("kubectl");
    reads_the_same("kubectl", command.args(["label", "--local", "-f", "-", "-o", "json", "a=b"]));
    // A kind that it knows goes through other code: a ConfigMap's data must be text.
    let texts = texts();
    let data: Map = map(texts.iter().enumerate().map(|(index, text)| (format!("k{index}"), Value::new(text.clone()))));
    let value = object("v1", "ConfigMap", "data", Value::new(data));
    if let Some(read) = run("kubectl", &mut command, &yaml::emit(&value)) {
        compare(&value.to_json()["data"], &read["data"]);
    }
}

/// An object with each text in each place, and numbers.
fn everything() -> Value {
    let texts = texts();
    let value = |text: &String| Value::new(text.clone());
    let values = map(texts.iter().enumerate().map(|(index, text)| (format!("k{index}"), value(text))));
    let keys = map(texts.iter().map(|text| (text.clone(), value(text))));
    let nested = texts.iter().map(|text| {
        let inner = map([(text.clone(), Value::new(vec![value(text), Value::new(vec![value(text)])]))]);
        Value::new(map([("deep".to_owned(), Value::new(inner)), ("text".to_owned(), value(text))]))
    });
    let long = map([1000, 1001, 3000].into_iter().flat_map(|length| {
        let inner = Value::new(map([("a".to_owned(), Value::new("b\nc"))]));
        [
            ("k".repeat(length), inner.clone()),
            ("é ".repeat(length), Value::new("v")),
            ("\0".repeat(length), Value::new(vec![inner])),
        ]
    }));
    let floats = FLOATS.iter().map(|&text| Value::new(Node::Float(text.into())));
    let numbers: Vec<Value> = INTEGERS.iter().map(|&number| Value::new(number)).chain(floats).collect();
    let others =
        vec![Value::default(), Value::new(true), Value::new(false), Value::new(Vec::new()), Value::new(Map::new())];
    let spec = map([
        ("values".to_owned(), Value::new(values)),
        ("keys".to_owned(), Value::new(keys)),
        ("items".to_owned(), Value::new(texts.iter().map(value).collect::<Vec<_>>())),
        ("nested".to_owned(), Value::new(nested.collect::<Vec<_>>())),
        ("long".to_owned(), Value::new(long)),
        ("numbers".to_owned(), Value::new(numbers)),
        ("others".to_owned(), Value::new(others)),
    ]);
    object("example.com/v1", "Everything", "spec", Value::new(spec))
}

fn object(api_version: &'static str, kind: &'static str, key: &str, content: Value) -> Value {
    let metadata = map([("name".to_owned(), Value::new("x"))]);
    Value::new(map([
        ("apiVersion".to_owned(), Value::new(api_version)),
        ("kind".to_owned(), Value::new(kind)),
        ("metadata".to_owned(), Value::new(metadata)),
        (key.to_owned(), content),
    ]))
}

fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Map {
    let mut map = Map::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

/// Our own texts and the shared ones, each once.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = TEXTS.iter().map(|&text| text.to_owned()).collect();
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/yaml/strings.json");
    match std::fs::read(&shared) {
        Ok(json) => {
            let cases: Vec<Json> = serde_json::from_slice(&json).expect("strings.json is a list");
            texts.extend(cases.iter().map(|case| case["s"].as_str().expect("each case has its text").to_owned()));
        }
        Err(_) => eprintln!("skipped: ../shared/yaml/strings.json is not there, only our own texts are tested"),
    }
    texts.sort();
    texts.dedup();
    texts
}

/// Reads by an npm package; `read` is a function of the text that finds the package in `module`.
fn node(package: &str, read: &str) {
    let modules = std::env::var_os("BAYPLAN_NODE_MODULES")
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers/node_modules").into());
    let script = format!(
        "let found; try {{ found = require('{package}') }} catch (error) {{ process.exit(77) }}\n\
         const read = (module => {read})(found);\n\
         process.stdout.write(JSON.stringify(read(require('fs').readFileSync(0, 'utf8'))));"
    );
    let name = format!("npm {package}");
    reads_the_same(
        &name,
        Command::new("node").env("NODE_PATH", modules).args(["--input-type=commonjs", "-e", &script]),
    );
}

#[track_caller]
fn reads_the_same(reader: &str, command: &mut Command) {
    let value = everything();
    if let Some(read) = run(reader, command, &yaml::emit(&value)) {
        compare(&value.to_json()["spec"], &read["spec"]);
    }
}

/// Returns what the reader prints as JSON for `text`; nothing if it is not installed (77 says that a package is missing).
#[track_caller]
fn run(reader: &str, command: &mut Command, text: &str) -> Option<Json> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let output = child.ok().map(|mut child| {
        // A reader that leaves early closes the pipe; its status tells why.
        let _ = child.stdin.take().expect("its input is a pipe").write_all(text.as_bytes());
        child.wait_with_output().expect("a started reader ends")
    });
    let Some(output) = output.filter(|output| output.status.code() != Some(77)) else {
        assert!(std::env::var_os("CI").is_none(), "{reader} is not installed, and in CI it must be");
        eprintln!("skipped: {reader} is not installed");
        return None;
    };
    assert!(output.status.success(), "{reader}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("a reader prints JSON"))
}

/// Fails with what differs.
#[track_caller]
fn compare(expected: &Json, read: &Json) {
    let mut found = Vec::new();
    differences(expected, read, "", &mut found);
    assert!(found.is_empty(), "{} differ:\n{}", found.len(), found[..found.len().min(20)].join("\n"));
}

fn differences(expected: &Json, read: &Json, path: &str, found: &mut Vec<String>) {
    match (expected, read) {
        (Json::Object(a), Json::Object(b)) if a.len() == b.len() && a.keys().all(|key| b.contains_key(key)) => {
            a.iter().for_each(|(key, value)| differences(value, &b[key], &format!("{path}/{key}"), found));
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(at, (a, b))| differences(a, b, &format!("{path}/{at}"), found));
        }
        // Some readers have one type for all numbers.
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => {}
        (Json::Object(a), Json::Object(b)) => {
            let only = |a: &serde_json::Map<String, Json>, b: &serde_json::Map<String, Json>| {
                a.keys().filter(|key| !b.contains_key(*key)).map(|key| format!("{key:?} ")).collect::<Vec<_>>()
            };
            found.push(format!("{path}: keys {:?} became {:?}", only(a, b), only(b, a)));
        }
        _ if expected == read => {}
        _ => found.push(format!("{path}: {expected} was read as {read}")),
    }
}
