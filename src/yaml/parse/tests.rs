use std::fmt::Write as _;

use super::*;
use crate::source::Sources;
use crate::value::Node;

/// Reads `text` as the file `a.yaml`.
fn read(text: &str) -> (Parsed, Sources) {
    let sources = Sources::new(vec![Source::new("a.yaml", text.as_bytes().to_vec())]);
    let file = sources.iter().next().unwrap().0;
    (parse(file, sources.get(file)), sources)
}

/// The documents of a text without faults, as JSON.
#[track_caller]
fn good(text: &str, expected: &str) {
    let (parsed, _) = read(text);
    assert!(parsed.diagnostics.is_empty(), "{text:?}: {:#?}", parsed.diagnostics);
    let json: Vec<_> = parsed.documents.iter().map(Value::to_json).collect();
    assert_eq!(serde_json::to_string(&json).unwrap(), expected, "{text:?}");
}

/// The findings of a text: code, and line and column of each place.
#[track_caller]
fn bad(text: &str, expected: &[&str]) {
    let (parsed, sources) = read(text);
    assert!(parsed.diagnostics.iter().all(|one| one.refused || one.code == "yaml/ambiguous-scalar"));
    let found: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|one| {
            let places = one.labels.iter().map(|label| sources.position(label.span).to_string());
            format!("{} {}", one.code, places.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(found, expected, "{text:?}: {:#?}", parsed.diagnostics);
}

/// What the spans of all values cover, parents first.
#[track_caller]
fn spans(text: &str, expected: &[&str]) {
    let (parsed, _) = read(text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let mut found = Vec::new();
    for document in &parsed.documents {
        document.walk(&mut |value| found.push(&text[value.origin.spans()[0].range()]));
    }
    assert_eq!(found, expected);
}

#[test]
fn documents() {
    good(
        "a: 1\n---\n# only a comment\n---\n---\n- b\n...\n%YAML 1.1\n---\nc: true\n---\n~\n",
        r#"[{"a":1},["b"],{"c":true}]"#,
    );
    good("", "[]");
    good("\u{feff}", "[]");
    good("# c\n", "[]");
    good("\u{feff}a: b\r\nc: |\r\n  d\r\n  e\r\n", r#"[{"a":"b","c":"d\ne\n"}]"#);
    good("a:\tb\nc: \"x\ty\"\n", r#"[{"a":"b","c":"x\ty"}]"#);
    good("{\"a\":1,\"b\":[null,{}]}", r#"[{"a":1,"b":[null,{}]}]"#);
    good("--- |\n x\n", r#"["x\n"]"#);
    good(&format!("a:\n{}  b: 1\n", "  # c\n".repeat(500)), r#"[{"a":{"b":1}}]"#);
}

#[test]
fn scalars() {
    good(
        "a: 1.5\nb: ~\nc:\nd: ''\ne: \"no\"\nf: 0x1F\ng: |\n  no\nh: 1.\n",
        r#"[{"a":1.5,"b":null,"c":null,"d":"","e":"no","f":31,"g":"no\n","h":1.0}]"#,
    );
    good(
        "a: !!str 1\nb: !!int \"2\"\nc: !!float 3\nd: !!bool 'true'\ne: !!null ''\nf: ! 4\ng: !!str\n",
        r#"[{"a":"1","b":2,"c":3.0,"d":true,"e":null,"f":"4","g":""}]"#,
    );
    good("a: !!map {b: !!seq [1]}\n", r#"[{"a":{"b":[1]}}]"#);
    good("a: \"\\x00\\u00e4\\U0001F600\"\n", "[{\"a\":\"\\u0000ä😀\"}]");
    good("a: \"#{ n }#\"\nb: x-#{ n }#-#{ m }#\nc: a#b\n", r##"[{"a":"#{ n }#","b":"x-#{ n }#-#{ m }#","c":"a#b"}]"##);
}

#[test]
fn places() {
    spans(
        "ä: ö\nö: |\n  x ü\n   y\n\n\n# c\nb: 'q''r'\nc: \"\\u00e4\"\nl:\n  - 1\n  -\n  - ü # c\n\nm: {a: [1, 2]}\no:\n- z\n\n# end\n",
        &[
            "ä: ö\nö: |\n  x ü\n   y\n\n\n# c\nb: 'q''r'\nc: \"\\u00e4\"\nl:\n  - 1\n  -\n  - ü # c\n\nm: {a: [1, 2]}\no:\n- z",
            "ö",
            "x ü\n   y",
            "'q''r'",
            "\"\\u00e4\"",
            "- 1\n  -\n  - ü",
            "1",
            "",
            "ü",
            "{a: [1, 2]}",
            "[1, 2]",
            "1",
            "2",
            "- z",
            "z",
        ],
    );
    spans(
        "a: ö\r\nb: |\r\n  x\r\n  y\r\n\r\nc: [\r\n  1]\r\n",
        &["a: ö\r\nb: |\r\n  x\r\n  y\r\n\r\nc: [\r\n  1]", "ö", "x\r\n  y", "[\r\n  1]", "1"],
    );
    let (parsed, _) = read("ab:  # c\nc: 1\n");
    let map = parsed.documents[0].as_map().unwrap();
    assert_eq!(map.get("ab").unwrap().origin.spans()[0].range(), 3..3);
    assert_eq!(map.entry("c").unwrap().key_span.unwrap().range(), 9..10);
}

#[test]
fn aliases_and_merge_keys() {
    good("a: &x {b: 1}\nc: *x\nd: &y [1]\ne: [*y, *y]\n", r#"[{"a":{"b":1},"c":{"b":1},"d":[1],"e":[[1],[1]]}]"#);
    good("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", r#"[{"a":1,"b":1,"c":2,"d":2}]"#);
    good("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3\n", r#"[{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}]"#);
    good(
        "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y, {f: 4}]}\n",
        r#"[{"a":{"b":1},"c":{"b":2,"d":3},"e":{"b":1,"d":3,"f":4}}]"#,
    );
    good("a: &x {b: 1}\nc: &y {<<: *x}\nd: {<<: *y}\n", r#"[{"a":{"b":1},"c":{"b":1},"d":{"b":1}}]"#);
    good("\"<<\": 1\n", r#"[{"<<":1}]"#);
    good("&k a: 1\nb: *k\n*k : 2\n".replace("*k :", "c:").as_str(), r#"[{"a":1,"b":"a","c":2}]"#);
    good("x: &k a\n*k : 2\n", r#"[{"a":2,"x":"a"}]"#);
}

#[test]
fn an_aliased_value_names_anchor_and_alias() {
    let text = "a: &x {b: 1}\nc: *x\nd: {<<: *x}\n";
    let (parsed, _) = read(text);
    let at = |path: &[&str]| -> Vec<&str> {
        parsed.documents[0].at(path).unwrap().origin.spans().iter().map(|span| &text[span.range()]).collect()
    };
    assert_eq!(at(&["a", "b"]), ["1"]);
    assert_eq!(at(&["c"]), ["{b: 1}", "*x"]);
    assert_eq!(at(&["c", "b"]), ["1", "*x"]);
    assert_eq!(at(&["d", "b"]), ["1", "*x"]);
}

#[test]
fn what_is_refused() {
    bad("a: no\n", &["yaml/ambiguous-scalar 1:4"]);
    bad("a:\n  - 1\n  - 012\n  - 12:30\n", &["yaml/ambiguous-scalar 3:5", "yaml/ambiguous-scalar 4:5"]);
    bad("a: .inf\n", &["yaml/not-finite 1:4"]);
    bad("a: 1\nb: 2\na: 3\n", &["yaml/duplicate-key 3:1 1:1"]);
    bad(
        "8080: 1\nyes: 2\n~: 3\n\"1\": 4\n",
        &["yaml/key-not-text 1:1", "yaml/key-not-text 2:1", "yaml/key-not-text 3:1"],
    );
    bad("? [x]\n: z\n? {a: b}\n: c\nd: 1\n", &["yaml/key-not-text 1:3", "yaml/key-not-text 3:3"]);
    bad(
        "a: !!binary aGk=\nb: !x {c: 1}\n!y d: 1\n",
        &["yaml/unknown-tag 1:4", "yaml/unknown-tag 2:4", "yaml/unknown-tag 3:1"],
    );
    bad(
        "a: !!int x\nb: !!map []\nc: !!str {}\n",
        &["yaml/tag-does-not-fit 1:4", "yaml/tag-does-not-fit 2:4", "yaml/tag-does-not-fit 3:4"],
    );
    bad("a: !!int 0777\n", &["yaml/ambiguous-scalar 1:10"]);
    bad("ä: #{ n }#\nb: foo #{ n }#\n# fine\n", &["yaml/expression-in-comment 1:4", "yaml/expression-in-comment 2:8"]);
    bad(
        "a: \"ö #{ x\"\nb: \"#{ x }# #{\"\nc: |\n  x\n  #{ y\n",
        &[
            "variables/unclosed-expression 1:7",
            "variables/unclosed-expression 2:13",
            "variables/unclosed-expression 5:3",
        ],
    );
    bad("a: &name 1\nb: *nam\n*x : 1\n", &["yaml/unknown-alias 2:4", "yaml/unknown-alias 3:1"]);
    bad("a: &x [*x]\n", &["yaml/cyclic-alias 1:8"]);
    bad("a: &x {<<: *x}\n", &["yaml/cyclic-alias 1:12", "yaml/merge-without-map 1:12"]);
    bad("a: {<<: 1}\nb: {<<: [{c: 1}, 2]}\n", &["yaml/merge-without-map 1:9", "yaml/merge-without-map 2:18"]);
    bad("a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", &["yaml/duplicate-key 4:3 3:3"]);
    bad("a: x\u{1}y\n", &["yaml/unprintable-character 1:5"]);
    bad("a: |\n  x\u{0}y\n", &["yaml/unprintable-character 2:4"]);
    bad("a: ä\u{fffe}\n", &["yaml/unprintable-character 1:5"]);
}

#[test]
fn bytes_that_are_not_utf8() {
    let sources = Sources::new(vec![Source::new("a.yaml", b"a: b\nc: \xff\n".to_vec())]);
    let file = sources.iter().next().unwrap().0;
    let parsed = parse(file, sources.get(file));
    assert!(parsed.documents.is_empty());
    assert_eq!(parsed.diagnostics[0].code, "yaml/not-utf8");
    assert_eq!(sources.position(parsed.diagnostics[0].labels[0].span).to_string(), "2:4");
}

#[test]
fn syntax_errors_have_their_place_and_spare_other_documents() {
    bad("a:\n\t- b\n", &["yaml/syntax 2:2"]);
    bad("a: b: c\n", &["yaml/syntax 1:5"]);
    bad("a: @x\n", &["yaml/syntax 1:4"]);
    bad("a: 'x\nb: 1\n", &["yaml/syntax 2:1"]);
    bad("a: [1\n", &["yaml/syntax 1:4"]);
    bad("a:\n  b: 1\n c: 2\n", &["yaml/syntax 3:2"]);
    bad(&format!("{}: 1\n", "k".repeat(1025)), &["yaml/key-too-long 1:1026"]);
    good(&format!("{}: 1\n", "k".repeat(1024)), &format!(r#"[{{"{}":1}}]"#, "k".repeat(1024)));
    let (parsed, _) = read("a: 1\n---\nb: [\n---\nc: 1\n---\nd: }\n");
    assert_eq!(
        parsed.documents.iter().map(|document| document.to_json().to_string()).collect::<String>(),
        "{\"a\":1}{\"c\":1}"
    );
    assert_eq!(parsed.diagnostics.len(), 2);
}

#[test]
fn an_unknown_alias_names_the_nearest() {
    let (parsed, _) = read("a: &defaults 1\nb: *defualts\n");
    assert_eq!(
        parsed.diagnostics[0].help.as_deref(),
        Some("write `*defaults`, or set `&defualts` before its first use")
    );
}

#[test]
fn doubles_in_large_maps() {
    let mut text = String::new();
    for key in (0..20_000).chain([7]) {
        writeln!(text, "k{key}: 1").unwrap();
    }
    bad(&text, &["yaml/duplicate-key 20001:1 8:1"]);
}

#[test]
fn depth_is_limited() {
    let blocks = |depth: usize| (0..depth).fold(String::new(), |text, level| text + &" ".repeat(level) + "a:\n");
    assert!(read(&blocks(100)).0.diagnostics.is_empty());
    bad(&blocks(101), &["yaml/too-deep 101:101"]);
    assert_eq!(read(&"[".repeat(100_000)).0.diagnostics[0].code, "yaml/too-deep");
    assert_eq!(read(&"- ".repeat(10_000)).0.diagnostics[0].code, "yaml/too-deep");
    assert_eq!(read(&blocks(2_000)).0.diagnostics[0].code, "yaml/too-deep");
    let mut chain = "x0: &a0 []\n".to_owned();
    for link in 1..60 {
        writeln!(chain, "x{link}: &a{link} [[*a{}]]", link - 1).unwrap();
    }
    let (parsed, _) = read(&chain);
    assert_eq!(parsed.diagnostics[0].code, "yaml/too-deep");
}

#[test]
fn a_million_values_are_the_limit() {
    let mut text = "x0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..10 {
        writeln!(text, "x{level}: &a{level} [{}]", vec![format!("*a{}", level - 1); 10].join(", ")).unwrap();
    }
    let (parsed, _) = read(&text);
    assert_eq!(parsed.diagnostics[0].code, "yaml/too-many-values");
    assert_eq!(parsed.diagnostics.len(), 1);

    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(", "));
    assert_eq!(read(&long).0.diagnostics[0].code, "yaml/too-many-values");

    let (parsed, _) = read(&format!("[{}]", "1,".repeat(1_000_000)));
    assert_eq!(parsed.diagnostics[0].code, "yaml/too-many-values");
}

/// Every span lies inside the text, between characters.
fn check_spans(text: &str, parsed: &Parsed) {
    let good = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    for document in &parsed.documents {
        document.walk(&mut |value| {
            value.origin.spans().iter().copied().for_each(good);
            if let Node::Map(map) = &value.node {
                map.iter().filter_map(|entry| entry.key_span).for_each(good);
            }
        });
    }
    parsed.diagnostics.iter().flat_map(|one| &one.labels).for_each(|label| good(label.span));
    assert!(parsed.diagnostics.iter().all(|one| !one.labels.is_empty()));
}

const SAMPLE: &str = "%YAML 1.1\n---\n# Ünïcode 😀\nkind: &k Tenant\nspec: {a: [1, 2.5, no], \"b\": 'ö'}\nlist:\n- *k\n- |\n  ä #{ x }#\n\n  z\n- \
    >-\n  a\n  b\n? c\n: !!int 3\nmerge: &m\n  x: ~\n  <<: {y: 1}\nother:\n  <<: [*m]\n  t: \"\\u00e4\\x00 #{\"\n...\n---\nq: #{ n }#\r\nr: 12:30\r\n";

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let source = Source::new("a", bytes);
        check_spans(source.text(), &parse(FileId::from_index(0), &source));
    }

    #[test]
    fn no_characters_make_it_panic(text in "[-a:?#{}\\[\\],&*!|>'\"%@` \n\t\ré😀~<=0-9.]{0,80}") {
        let source = Source::new("a", text.into_bytes());
        check_spans(source.text(), &parse(FileId::from_index(0), &source));
    }

    #[test]
    fn no_edit_of_a_file_makes_it_panic(
        edits in proptest::collection::vec((0..400usize, 0..6usize, "[-a:?#{}\\[\\],&*!|>'\" \n\té😀]{0,3}"), 1..6),
    ) {
        let mut characters: Vec<char> = SAMPLE.chars().collect();
        for (at, cut, insert) in edits {
            let at = at.min(characters.len());
            let end = (at + cut).min(characters.len());
            characters.splice(at..end, insert.chars());
        }
        let source = Source::new("a", characters.into_iter().collect::<String>().into_bytes());
        check_spans(source.text(), &parse(FileId::from_index(0), &source));
    }
}
