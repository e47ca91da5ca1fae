//! The code is built as it says: modules use those before them, components use no other, and every code is explained.
#![expect(clippy::disallowed_methods, reason = "a test of the code reads it")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bayplan::rules;

/// Returns every file of `src/` by its name below, with its text.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("src can be walked"));
    files
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"))
        .map(|entry| {
            let name = entry.path().strip_prefix(&root).expect("a walk stays below where it began");
            let name = name.to_str().expect("our files have plain names").replace('\\', "/");
            (name, fs::read_to_string(entry.path()).expect("a file can be read"))
        })
        .collect()
}

/// Returns the modules in the order of lib.rs.
fn modules(lib: &str) -> Vec<&str> {
    let declared = lib.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    declared.collect()
}

/// Returns the text without comments, whose links may lead anywhere.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// Returns the first part of every path that follows `prefix`, those of `prefix{a, b::{c}}` too.
fn used<'text>(text: &'text str, prefix: &str) -> Vec<&'text str> {
    let name = |text: &'text str| {
        let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
        &text[..end]
    };
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(name(rest));
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && !letter.is_whitespace() => {
                    found.push(name(&group[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// Returns what uses a module that comes after its own.
fn back_edges(sources: &BTreeMap<String, String>) -> Vec<String> {
    let modules = modules(&sources["lib.rs"]);
    let position = |module: &str| modules.iter().position(|known| *known == module);
    let mut found = Vec::new();
    for (file, text) in sources {
        let module = file.split(['/', '.']).next().expect("a name has a beginning");
        let Some(own) = position(module) else { continue };
        // A test may look at its subject through whatever comes of it.
        if file.ends_with("/tests.rs") {
            continue;
        }
        for used in used(&without_comments(text), "crate::") {
            // What lib.rs exports for others is none of its modules.
            if position(used).is_none_or(|used| used > own) {
                found.push(format!("src/{file} uses `crate::{used}`"));
            }
        }
    }
    found
}

/// Folders among the components that are none: what all of them share.
const SHARED: &[&str] = &["bucket_job", "network"];

/// Returns what in a component uses another one.
fn between_components(sources: &BTreeMap<String, String>) -> Vec<String> {
    let folder = |file: &str| Some(file.strip_prefix("component/")?.split_once('/')?.0.to_owned());
    let components: BTreeSet<_> =
        sources.keys().filter_map(|file| folder(file)).filter(|name| !SHARED.contains(&name.as_str())).collect();
    let mut found = Vec::new();
    for (file, text) in sources {
        let Some(own) = folder(file) else { continue };
        let text = without_comments(text);
        for used in ["super::", "component::"].iter().flat_map(|prefix| used(&text, prefix)) {
            if used != own && components.contains(used) {
                found.push(format!("src/{file} uses component `{used}`"));
            }
        }
    }
    found
}

#[test]
fn modules_use_only_those_before_them() {
    let sources = sources();
    for module in modules(&sources["lib.rs"]) {
        let there = |name: String| sources.contains_key(&name);
        assert!(there(format!("{module}.rs")) || there(format!("{module}/mod.rs")), "lib.rs declares `{module}`");
    }
    assert_eq!(back_edges(&sources), Vec::<String>::new());
}

#[test]
fn components_use_no_other_component() {
    let sources = sources();
    assert!(sources.keys().any(|file| file.starts_with("component/minio/")), "components have moved");
    assert_eq!(between_components(&sources), Vec::<String>::new());
}

#[test]
fn what_breaks_the_order_is_found() {
    let of = |files: &[(&str, &str)]| files.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    let lib = ("lib.rs", "pub mod low;\nmod high;\n");
    let fine = of(&[lib, ("low.rs", "// crate::high\n"), ("high/part.rs", "use crate::{low::{x, high}, high::y};\n")]);
    assert_eq!(back_edges(&fine), Vec::<String>::new());
    let bad = of(&[lib, ("low/x.rs", "use crate::{\n  low, high::{z},\n};\n"), ("high.rs", "crate::Export\n")]);
    assert_eq!(back_edges(&bad), ["src/high.rs uses `crate::Export`", "src/low/x.rs uses `crate::high`"]);
    let bad = of(&[("component/a/mod.rs", "use super::super::b::x;"), ("component/b/mod.rs", "use super::Part;")]);
    assert_eq!(between_components(&bad), ["src/component/a/mod.rs uses component `b`"]);
}

/// Returns every literal in the code, tests left out, that is the code of a finding, with the files it stands in: what
/// looks like one of a known area, and whatever a diagnostic is made with.
fn codes(sources: &BTreeMap<String, String>, areas: &BTreeSet<&str>) -> BTreeMap<String, BTreeSet<String>> {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let calls = ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::note("];
    let mut found: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (file, text) in sources.iter().filter(|(file, _)| !file.ends_with("/tests.rs")) {
        let text = without_comments(text.split("#[cfg(test)]").next().expect("a text has a beginning"));
        let text = text.replace(r"\\", "").replace(r#"\""#, "").replace("'\"'", "");
        let pieces: Vec<_> = text.split('"').collect();
        for pair in pieces.windows(2) {
            let (before, literal) = (pair[0].trim_end(), pair[1]);
            let of_area = literal.split_once('/').is_some_and(|(area, fault)| areas.contains(area) && plain(fault));
            if of_area || calls.iter().any(|call| before.ends_with(call)) {
                found.entry(literal.to_owned()).or_default().insert(file.clone());
            }
        }
    }
    found
}

#[test]
fn every_code_is_explained() {
    let known: BTreeSet<_> = rules::all().map(|rule| rule.code).collect();
    let areas = known.iter().filter_map(|code| Some(code.split_once('/')?.0)).collect();
    let codes = codes(&sources(), &areas);
    let missed: Vec<_> = known.iter().filter(|code| !codes.contains_key(**code)).collect();
    assert!(missed.is_empty(), "the search does not find {missed:?}");
    let unknown: Vec<_> = codes.iter().filter(|(code, _)| !known.contains(code.as_str())).collect();
    assert!(unknown.is_empty(), "no rule explains {unknown:#?}");
}

#[test]
fn a_code_without_a_rule_is_found() {
    let text = r#"f("a/b", "\"");
        // "a/c"
        Diagnostic::error(
            "new/x", "it")
        #[cfg(test)] "a/d""#;
    let found = codes(&BTreeMap::from([("a.rs".to_owned(), text.to_owned())]), &BTreeSet::from(["a"]));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a/b", "new/x"]);
}
