//! What the walker finds, and where.

use schemars::JsonSchema;
use serde_json::json;

use super::manifest::check_manifest;
use super::*;
use crate::kube::{Name, Quantity};
use crate::source::{FileId, Source, Span};
use crate::value::{Checked, Node, Traced, manifest};
use crate::yaml;

/// Returns the one document of `text`, with places.
#[track_caller]
fn read(text: &str) -> Value {
    let parsed = yaml::parse(FileId::from_index(0), &Source::new("a.yaml", text.as_bytes().to_vec()));
    let [document] = parsed.documents.try_into().unwrap_or_else(|_| panic!("{:?}", parsed.diagnostics));
    document
}

fn check(value: &Value, schema: &Json, at: &str, report: &mut Vec<Diagnostic>) {
    check_declared(value, schema, at, &Origin::default(), report);
}

/// Returns each finding as "code: message @ labelled texts ? help", checking that all are refused errors.
#[track_caller]
fn findings(text: &str, schema: &Json) -> Vec<String> {
    let mut report = Vec::new();
    check(&read(text), schema, "", &mut report);
    shown(&report, text)
}

#[track_caller]
fn shown(report: &[Diagnostic], text: &str) -> Vec<String> {
    let show = |one: &Diagnostic| {
        assert!(one.refused || one.code == "shape/invalid-image", "{one:?}");
        let labels: Vec<_> = one.labels.iter().map(|label| &text[label.span.range()]).collect();
        let help = one.help.as_ref().map(|help| format!(" ? {help}")).unwrap_or_default();
        format!("{}: {} @ {}{help}", one.code.strip_prefix("shape/").unwrap(), one.message, labels.join(" "))
    };
    report.iter().map(show).collect()
}

/// Returns the findings in a manifest.
#[track_caller]
fn in_manifest(text: &str) -> Vec<String> {
    let mut report = Vec::new();
    check_manifest(&read(text), &Origin::default(), &mut report);
    shown(&report, text)
}

/// A declaration as components have it.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is of interest")]
struct Declaration {
    /// How many.
    servers: Traced<u16>,
    storage_size: Option<Traced<Quantity>>,
    mode: Option<Traced<Mode>>,
    style: Option<Style>,
    name: Name,
    affinity: Option<Checked<k8s_openapi::api::core::v1::Affinity>>,
    resources: Option<Checked<k8s_openapi::api::core::v1::ResourceRequirements>>,
    target: Option<Target>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is of interest")]
enum Mode {
    Monolithic,
    SimpleScalable,
}

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only the schema is of interest")]
enum Style {
    /// With a path.
    Path,
    /// With a host.
    Host,
}

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is of interest")]
enum Target {
    Bucket { name: Name },
    Volume { size: Quantity },
}

#[test]
fn what_fits_is_silent() {
    let good = r#"{ "affinity": { "podAntiAffinity": {} }, "mode": "Monolithic", "name": "minio",
        "resources": { "limits": { "cpu": 0.5, "memory": "1Gi" } }, "servers": 4, "storageSize": 5, "style": "host",
        "target": { "volume": { "size": "1Gi" } } }"#;
    assert_eq!(findings(good, &schema_of::<Declaration>()), [""; 0]);
    let nulls = r#"{ "mode": null, "name": "minio", "servers": 4, "style": null, "target": null }"#;
    assert_eq!(findings(nulls, &schema_of::<Declaration>()), [""; 0]);
}

#[test]
fn all_mistakes_are_found_at_once() {
    let bad = r#"{ "affinity": { "podAntiAfinity": 1 }, "mode": "Monolithik", "name": "My_Name", "servers": "4", "storageSise": 1,
        "storageSize": "50GB", "style": "hostt" }"#;
    assert_eq!(
        findings(bad, &schema_of::<Declaration>()),
        [
            r#"unknown-field: unknown field `podAntiAfinity` in `affinity` @ "podAntiAfinity" ? did you mean `podAntiAffinity`?"#,
            r#"unknown-value: unknown value `Monolithik` for `mode` @ "Monolithik" ? did you mean `Monolithic`? possible are `Monolithic`, `SimpleScalable`"#,
            r#"invalid-name: `My_Name` is no Kubernetes name: it may hold lower-case letters, digits and `-` only, not `M` @ "My_Name" ? write `my-name`"#,
            r#"wrong-type: expected an integer at `servers`, found the string `4` @ "4" ? remove the quotes: `4`"#,
            r#"unknown-field: unknown field `storageSise` @ "storageSise" ? did you mean `storageSize`?"#,
            r#"invalid-quantity: `50GB` is no quantity: its suffix must be one of k M G T P E, Ki Mi Gi Ti Pi Ei, m u n, or an exponent @ "50GB" ? write `50G`"#,
            r#"unknown-value: unknown value `hostt` for `style` @ "hostt" ? did you mean `host`? possible are `path`, `host`"#,
        ]
    );
}

#[test]
fn missing_fields_are_told_at_the_head_of_their_map() {
    assert_eq!(
        findings(r#"{ "mode": null, "servers": null }"#, &schema_of::<Declaration>()),
        [
            r#"missing-field: missing field `name` @ "mode" ? add `name`"#,
            r#"missing-field: missing field `servers` @ "mode" ? add `servers`"#,
        ]
    );
    let pod = r#"{ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": { "containers": [{ "image": "b" }] } }"#;
    assert_eq!(
        in_manifest(pod),
        [r#"missing-field: missing field `name` in `spec.containers[0]` @ "image" ? add `name`"#]
    );
}

#[test]
fn alternatives_are_told_apart() {
    let schema = schema_of::<Declaration>();
    let with = |target: &str| findings(&format!(r#"{{ "name": "a", "servers": 1, "target": {target} }}"#), &schema);
    assert_eq!(
        with(r#"{ "bucket": { "name": "A" } }"#),
        [
            r#"invalid-name: `A` is no Kubernetes name: it may hold lower-case letters, digits and `-` only, not `A` @ "A" ? write `a`"#
        ]
    );
    assert_eq!(
        with(r#"{ "buckett": { "name": "A" } }"#),
        [r#"missing-field: missing field in `target`: one of `bucket`, `volume` @ "target" ? did you mean `bucket`?"#]
    );
    assert_eq!(with("4"), ["wrong-type: expected a map at `target`, found the integer `4` @ 4"]);
}

#[test]
fn tagged_alternatives_are_chosen_by_their_tag() {
    let schema = json!({ "oneOf": [
        { "type": "object", "properties": { "kind": { "const": "a" }, "x": { "type": "integer" } }, "required": ["kind"] },
        { "type": "object", "properties": { "kind": { "enum": ["b"] }, "y": { "type": "integer" } }, "required": ["kind"] },
    ] });
    assert_eq!(findings(r#"{ "kind": "a", "x": 1 }"#, &schema), [""; 0]);
    assert_eq!(
        findings(r#"{ "kind": "b", "y": "z" }"#, &schema),
        [r#"wrong-type: expected an integer at `y`, found the string `z` @ "z""#]
    );
    assert_eq!(
        findings(r#"{ "kind": "c" }"#, &schema),
        [r#"unknown-value: unknown value `c` for `kind` @ "c" ? use one of `a`, `b`"#]
    );
    assert_eq!(findings(r#"{ "x": 1 }"#, &schema), [r#"missing-field: missing field `kind` @ "x" ? add `kind`"#]);
}

#[test]
fn exclusive_alternatives_exclude_each_other() {
    let schema = json!({
        "type": "object",
        "properties": { "cidr": { "type": "string" }, "group": { "type": "string" } },
        "oneOf": [{ "required": ["cidr"], "properties": { "cidr": {} } }, { "required": ["group"] }],
    });
    assert_eq!(findings(r#"{ "cidr": "x" }"#, &schema), [""; 0]);
    assert_eq!(
        findings(r#"{ "cidr": "x", "group": "y" }"#, &schema),
        [r#"too-many-choices: only one of `cidr`, `group` may be set in the value @ "cidr" ? keep one of them"#]
    );
    assert_eq!(
        findings(r#"{ "other": "x" }"#, &schema),
        [
            r#"unknown-field: unknown field `other` @ "other" ? use one of `cidr`, `group`"#,
            r#"missing-field: missing field: one of `cidr`, `group` @ "other" ? add one of them"#,
        ]
    );
}

#[test]
fn bounds_are_checked() {
    let schema = json!({ "properties": {
        "a": { "type": "integer", "minimum": 1 },
        "b": { "type": "number", "exclusiveMinimum": 0 },
        "c": { "type": "integer", "format": "int32" },
        "d": { "type": "string", "minLength": 1 },
        "e": { "type": "array", "minItems": 1, "items": { "type": "string" } },
        "f": { "type": "array", "uniqueItems": true },
        "g": { "maxProperties": 1 },
    } });
    let bad = r#"{ "a": 0, "b": 0, "c": 2147483648, "d": "", "e": [], "f": ["x", "y", "x"], "g": { "h": 1, "i": 2 } }"#;
    assert_eq!(
        findings(bad, &schema),
        [
            "out-of-range: `a` is `0`, but must be at least 1 @ 0",
            "out-of-range: `b` is `0`, but must be greater than 0 @ 0",
            "wrong-type: expected an integer of 32 bits at `c`, found the integer `2147483648` @ 2147483648",
            r#"out-of-range: `d` is ``, but must be at least 1 characters long @ """#,
            r#"out-of-range: `e` has 0 items, but must have at least 1 item @ "e""#,
            r#"duplicate-item: `f` has an item twice: `x` @ "x" "x" ? remove one of the two"#,
            r#"out-of-range: `g` has 2 fields, but must have at most 1 field @ "g""#,
        ]
    );
    assert_eq!(
        findings(r#"{ "a": 1, "b": 0.1, "c": -2147483648, "d": "ä", "e": ["x"], "g": { "h": 1 } }"#, &schema),
        [""; 0]
    );
}

#[test]
fn built_in_kinds_are_checked() {
    let text = r#"{ "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "labels": { "-a": "b", "c": "d e" }, "name": "A" },
        "spec": { "replicas": "3", "selector": {}, "template": { "spec": { "containers": [ { "env": [ { "name": "X", "value": 8080 },
        { "name": "X" } ], "image": "minio/MinIO", "name": "minio", "ports": [ { "containerPort": 9000 },
        { "containerPort": 9000, "protocol": "UDP" }, { "containerPort": 9000, "protocol": "TCP" } ],
        "resources": { "limits": { "memory": "1 Gi" } } } ] } } } }"#;
    assert_eq!(
        in_manifest(text),
        [
            r#"invalid-label-key: `-a` is no key of a label: it must begin and end with a letter or digit @ "-a""#,
            r#"invalid-label-value: `d e` is no value of a label: it may hold letters, digits, `-`, `_` and `.` only, not a blank @ "d e""#,
            r#"invalid-name: `A` is no Kubernetes name: it may hold lower-case letters, digits, `-` and `.` only, not `A` @ "A" ? write `a`"#,
            r#"wrong-type: expected an integer at `spec.replicas`, found the string `3` @ "3" ? remove the quotes: `3`"#,
            r#"wrong-type: expected a string at `spec.template.spec.containers[0].env[0].value`, found the integer `8080` @ 8080 ? quote it: `"8080"`"#,
            r#"duplicate-item: `spec.template.spec.containers[0].env` has an item twice: name `X` @ "X" "X" ? remove one of the two"#,
            r#"invalid-image: `minio/MinIO` is no image: the repository must be lower case @ "minio/MinIO" ? write `minio/minio`"#,
            "duplicate-item: `spec.template.spec.containers[0].ports` has an item twice: containerPort `9000`, protocol `TCP` @ 9000 9000 ? remove one of the two",
            r#"invalid-quantity: `1 Gi` is no quantity: its suffix must be one of k M G T P E, Ki Mi Gi Ti Pi Ei, m u n, or an exponent @ "1 Gi" ? write `1Gi`"#,
        ]
    );
}

#[test]
fn names_depend_on_the_kind() {
    let named = |api: &str, kind: &str, name: &str| {
        in_manifest(&format!(
            r#"{{ "apiVersion": "{api}", "kind": "{kind}", "metadata": {{ "name": "{name}" }}{} }}"#,
            if kind == "ClusterRole" { r#", "rules": []"# } else { "" }
        ))
    };
    assert_eq!(named("rbac.authorization.k8s.io/v1", "ClusterRole", "system:Node"), [""; 0]);
    assert_eq!(named("v1", "ConfigMap", "a.b"), [""; 0]);
    assert_eq!(named("v1", "Namespace", "a.b").len(), 1);
    assert_eq!(named("example.org/v1", "Thing", "a_b").len(), 1);
    assert_eq!(named("example.org/v1", "Thing", "a.b"), [""; 0]);
}

#[test]
fn custom_resource_definitions_may_hold_any_default() {
    let text = r#"{ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "a.b" },
        "spec": { "group": "b", "names": { "kind": "A", "plural": "a" }, "scope": "Namespaced", "versions": [ { "name": "v1",
        "schema": { "openAPIV3Schema": { "properties": { "x": { "additionalProperties": { "type": "string" }, "default": 3,
        "enum": [ 1, "a" ], "items": { "typ": "string" } } } } }, "served": true, "storage": true } ] } }"#;
    assert_eq!(in_manifest(text).len(), 1, "{:?}", in_manifest(text));
    assert!(in_manifest(text)[0].starts_with("unknown-field: unknown field `typ`"));
}

#[test]
fn what_every_object_has_needs_no_schema() {
    let schema = json!({ "properties": { "metadata": { "properties": { "name": { "pattern": "a" } } }, "spec": {} } });
    let object = r#"{ "apiVersion": "a/v1", "kind": "B", "metadata": { "labels": {}, "name": "a" } }"#;
    assert_eq!(findings(object, &schema), [""; 0]);
    assert_eq!(
        findings(r#"{ "apiVerison": "a/v1" }"#, &schema),
        [r#"unknown-field: unknown field `apiVerison` @ "apiVerison" ? did you mean `apiVersion`?"#]
    );
}

#[test]
fn an_image_that_no_node_can_pull_is_not_refused_by_the_cluster() {
    let pod = r#"{ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "a" }, "spec": { "containers": [ { "image": "A B", "name": "a" } ] } }"#;
    let mut report = Vec::new();
    check_manifest(&read(pod), &Origin::default(), &mut report);
    assert_eq!(report.len(), 1);
    assert_eq!((report[0].code.as_ref(), report[0].refused), ("shape/invalid-image", false));
}

#[test]
fn generated_names_are_told_once() {
    assert_eq!(
        in_manifest(r#"{ "apiVersion": "v1", "kind": "Pod", "metadata": { "generateName": "a-" } }"#),
        [
            r#"generated-name: `metadata.generateName` would make another object at every apply @ "generateName" ? write a fixed `name`"#
        ]
    );
}

#[test]
fn kinds_that_kubernetes_lacks_are_warned_of() {
    let mut report = Vec::new();
    let value =
        manifest!({ apiVersion: "apps/v1beta1", kind: "Deployment", metadata: { name: "a" }, spec: { x: 1i64 } });
    check_manifest(&value, &Origin::default(), &mut report);
    assert_eq!(report.len(), 1);
    assert_eq!(report[0].severity, crate::diagnostic::Severity::Warning);
    assert_eq!(report[0].help.as_deref(), Some("use `apiVersion: apps/v1`"));
}

#[test]
fn what_decided_a_value_is_shown_too() {
    let span = |start| Span::new(FileId::from_index(0), start..start + 1);
    let mut value = manifest!({ servers: "x", name: "a" });
    value.as_map_mut().unwrap().get_mut("servers").unwrap().origin = [span(1), span(7)].into_iter().collect();
    let mut report = Vec::new();
    check(&value, &schema_of::<Declaration>(), "spec", &mut report);
    assert_eq!(report[0].message, "expected an integer at `spec.servers`, found the string `x`");
    let labels: Vec<_> = report[0].labels.iter().map(|label| (label.span, label.text.as_str())).collect();
    assert_eq!(labels, [(span(1), "expected an integer"), (span(7), "decided here")]);
}

#[test]
fn what_has_no_place_is_told_at_the_declaration() {
    let declared = Span::new(FileId::from_index(0), 3..9);
    let mut report = Vec::new();
    let value = manifest!({ apiVersion: "v1", kind: "Pod", metadata: { name: "a", nam: "b" } });
    assert!(object(value, &Origin::at(declared), &mut report).is_some());
    assert_eq!(report.len(), 1);
    assert_eq!(report[0].labels[0].span, declared);
}

#[test]
fn secrets_are_never_shown() {
    let schema = json!({ "properties": {
        "a": { "type": "integer" }, "b": { "enum": ["x"] }, "c": { "type": "string", "format": "bayplan.name" },
        "d": { "minLength": 99 }, "e": { "type": "string" }, "f": { "uniqueItems": true }, "g": { "properties": { "h": { "type": "integer" } } },
        "i": { "x-kubernetes-list-map-keys": ["name"] },
        "j": { "oneOf": [{ "type": "integer" }, { "type": "boolean" }] },
    } });
    let secret = |node: Value| {
        let mut origin = Origin::default();
        origin.secret = true;
        node.because(&origin)
    };
    let text = || secret(Value::new("hunter2"));
    let value = manifest!({
        a: text(), b: text(), c: text().because(&Origin::default()), d: text(), e: secret(Value { node: Node::Float("77.25".into()), ..Value::default() }),
        f: [text(), text()], g: secret(manifest!({ h: "hunter2" })), i: [{ name: text() }, { name: text() }], j: text(),
    });
    let mut report = Vec::new();
    check(&value, &schema, "", &mut report);
    let codes: Vec<_> = report.iter().map(|one| one.code.trim_start_matches("shape/")).collect();
    assert_eq!(
        codes,
        [
            "wrong-type",
            "unknown-value",
            "out-of-range",
            "wrong-type",
            "duplicate-item",
            "wrong-type",
            "duplicate-item",
            "wrong-type"
        ]
    );
    let all = format!("{report:?}");
    assert!(!all.contains("hunter2") && !all.contains("77.25"), "{all}");

    let mut report = Vec::new();
    check(&secret(Value::new("Hunter2")), &schema["properties"]["c"], "", &mut report);
    assert_eq!(
        report[0].message,
        "the value is no Kubernetes name: it may hold lower-case letters, digits and `-` only, not `H`"
    );
}

#[test]
fn schemas_that_refer_to_themselves_end() {
    let schema = json!({
        "definitions": { "a": { "anyOf": [{ "$ref": "#/definitions/b" }, { "type": "string" }] },
                         "b": { "allOf": [{ "$ref": "#/definitions/b" }], "anyOf": [{ "$ref": "#/definitions/a" }, { "type": "integer" }] } },
        "$ref": "#/definitions/a",
    });
    assert_eq!(findings("1", &schema), [""; 0]);
    assert_eq!(findings("true", &schema).len(), 1);
}

/// Structural schemas of custom resources work, too.
#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the test says that it skips where the file is absent"
)]
fn a_tenant_is_held_against_its_definition() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/crds/minio.min.io/minio.min.io_tenants.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared/crds is absent");
        return;
    };
    let definition: Json = serde_yaml::from_str(&text).unwrap();
    let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    let good = r#"{ "apiVersion": "minio.min.io/v2", "kind": "Tenant", "metadata": { "labels": { "a": "b" }, "name": "minio" }, "spec": { "image": "a/b",
        "pools": [ { "name": "pool-0", "resources": { "limits": { "cpu": 1, "memory": "1Gi" } }, "servers": 4, "volumeClaimTemplate": { "metadata": { "name": "data" },
        "spec": { "resources": { "requests": { "storage": "50Gi" } } } }, "volumesPerServer": 1 } ], "requestAutoCert": false } }"#;
    assert_eq!(findings(good, schema), [""; 0]);
    let bad = r#"{ "spec": { "pools": [ { "name": "pool-0", "affinity": { "podAffinity": [] }, "resources": { "limits": { "memory": "1GB" } }, "server": 4,
        "servers": "4", "volumeClaimTemplate": {} } ] } }"#;
    assert_eq!(
        findings(bad, schema),
        [
            r#"wrong-type: expected a map at `spec.pools[0].affinity.podAffinity`, found a list @ "podAffinity""#,
            r#"invalid-quantity: `1GB` is no quantity: its suffix must be one of k M G T P E, Ki Mi Gi Ti Pi Ei, m u n, or an exponent @ "1GB" ? write `1G`"#,
            r#"unknown-field: unknown field `server` in `spec.pools[0]` @ "server" ? did you mean `servers`?"#,
            r#"wrong-type: expected an integer at `spec.pools[0].servers`, found the string `4` @ "4" ? remove the quotes: `4`"#,
            r#"missing-field: missing field `volumesPerServer` in `spec.pools[0]` @ "name" ? add `volumesPerServer`"#,
        ]
    );
}
