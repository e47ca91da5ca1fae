//! What a Loki is compiled to: alone, with a store beside it, and in pods of their own.

use crate::compile::{Compiled, Options, compile};
use crate::source::{Source, Sources};
use crate::tree::File;
use crate::value::Value;

const RELEASE: &str = "kubernetes/apps/monitoring/loki/app/helmrelease-loki.yaml";

/// Compiles one `cluster.yaml`.
fn compiled(text: &str) -> Compiled {
    let sources = Sources::new(vec![Source::new("cluster.yaml", text.as_bytes().to_vec())]);
    compile(&sources, &Options { keep_origins: true, ..Options::default() })
}

#[track_caller]
fn file<'compiled>(compiled: &'compiled Compiled, path: &str) -> &'compiled File {
    let tree = &compiled.clusters[0].tree;
    tree.get(path)
        .unwrap_or_else(|| panic!("no {path} in {:#?}", tree.iter().map(|(path, _)| path).collect::<Vec<_>>()))
}

#[track_caller]
fn values(compiled: &Compiled) -> &Value {
    let release = file(compiled, RELEASE).as_manifest().expect("origins are kept");
    release.at(&["spec", "values"]).expect("a release has values")
}

/// Checks what stands at each path; `-` for nothing.
#[track_caller]
fn assert_values(values: &Value, expected: &[(&str, &str)]) {
    for (path, expected) in expected {
        let path: Vec<_> = path.split('.').collect();
        let found = values.at(&path).map_or_else(|| "-".to_owned(), |value| value.to_json().to_string());
        assert_eq!(&found, expected, "{path:?}");
    }
}

#[track_caller]
fn assert_codes(compiled: &Compiled, expected: &[&str]) {
    let codes: Vec<_> = compiled.diagnostics.iter().map(|found| found.code.as_ref()).collect();
    assert_eq!(codes, expected, "{:#?}", compiled.diagnostics);
}

/// A cluster.yaml with one Loki of this `spec`, and this before it.
fn declared(variables: &str, spec: &str) -> String {
    format!(
        "{variables}---\napiVersion: bayplan.dev/v1alpha1\nkind: Loki\nmetadata: {{name: loki, namespace: monitoring}}\nspec: {spec}\n"
    )
}

#[test]
fn a_monolithic_one_on_a_volume() {
    let made = compiled("loki_enabled: true\nlogs_retention: 14d\nstorage_class: fast\n");
    assert_codes(&made, &[]);
    assert_values(
        values(&made),
        &[
            ("nameOverride", r#""loki""#),
            ("deploymentMode", r#""Monolithic""#),
            ("singleBinary.replicas", "1"),
            ("singleBinary.persistence", r#"{"enabled":true,"size":"50Gi","storageClass":"fast"}"#),
            ("read", r#"{"replicas":0}"#),
            ("write", r#"{"replicas":0}"#),
            ("backend", r#"{"replicas":0}"#),
            ("defaults", "-"),
            ("loki.storage", r#"{"type":"filesystem"}"#),
            ("loki.storage_config", "-"),
            ("loki.commonConfig.replication_factor", "1"),
            ("loki.limits_config.retention_period", r#""14d""#),
            ("loki.compactor", r#"{"delete_request_store":"filesystem","retention_enabled":true}"#),
            (
                "loki.schemaConfig",
                r#"{"configs":[{"from":"2024-04-01","index":{"period":"24h","prefix":"index_"},"object_store":"filesystem","schema":"v13","store":"tsdb"}]}"#,
            ),
            ("gateway.enabled", "false"),
            ("lokiCanary.enabled", "false"),
            ("test.enabled", "false"),
            ("chunksCache.enabled", "false"),
            ("resultsCache.enabled", "false"),
            ("minio.enabled", "false"),
            ("sidecar.rules.enabled", "false"),
        ],
    );
    let source = &file(&made, "kubernetes/apps/monitoring/loki/app/ocirepository-loki.yaml").text;
    assert!(source.contains("url: oci://ghcr.io/grafana-community/helm-charts/loki\n"), "{source}");
    assert!(source.contains("tag: \"18.11.0\"\n"), "{source}");
    let tree = &made.clusters[0].tree;
    assert!(tree.get("kubernetes/SECRETS.md").is_none());
    assert!(!file(&made, RELEASE).text.contains("substitute"));
    assert!(!file(&made, "kubernetes/apps/monitoring/loki/ks.yaml").text.contains("dependsOn"));
}

#[test]
fn a_monolithic_one_in_the_only_store() {
    let made =
        compiled("loki_enabled: true\nminio_enabled: true\nloki_s3_access_key: loki-user\nmonitoring_enabled: true\n");
    assert_codes(&made, &[]);
    assert_values(
        values(&made),
        &[
            ("singleBinary.persistence", r#"{"enabled":true,"size":"10Gi"}"#),
            ("defaults", r#"{"extraEnvFrom":[{"secretRef":{"name":"loki-s3-credentials"}}]}"#),
            ("loki.storage.type", r#""s3""#),
            ("loki.storage.bucketNames", r#"{"chunks":"loki-chunks","ruler":"loki-ruler"}"#),
            (
                "loki.storage.s3",
                r#"{"accessKeyId":"${LOKI_S3_ACCESS_KEY}","endpoint":"http://minio.storage.svc","insecure":true,"region":"us-east-1","s3ForcePathStyle":true,"secretAccessKey":"${LOKI_S3_SECRET_KEY}"}"#,
            ),
            ("loki.compactor.delete_request_store", r#""s3""#),
        ],
    );
    assert!(file(&made, RELEASE).text.contains("kustomize.toolkit.fluxcd.io/substitute: disabled\n"));
    let stage = &file(&made, "kubernetes/apps/monitoring/loki/ks.yaml").text;
    assert!(stage.contains("- name: storage-minio-buckets\n"), "{stage}");
    let secrets = &file(&made, "kubernetes/SECRETS.md").text;
    assert!(secrets.contains("## `loki-s3-credentials` in namespace `monitoring`\n"), "{secrets}");
    assert!(secrets.contains("| `LOKI_S3_ACCESS_KEY` | the access key, `loki-user` |\n"), "{secrets}");

    let policy =
        file(&made, "kubernetes/apps/storage/minio/app/networkpolicy-minio-servers.yaml").as_manifest().unwrap();
    let from = policy.at(&["spec", "ingress"]).unwrap().to_json().to_string();
    let pods = r#"{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}},"podSelector":{"matchLabels":{"app.kubernetes.io/instance":"loki","app.kubernetes.io/name":"loki"}}}"#;
    assert!(from.contains(pods), "{from}");
    let script = &file(&made, "kubernetes/apps/storage/minio-buckets/app/configmap-minio-buckets.yaml").text;
    assert!(script.contains("mc mb --ignore-existing store/loki-chunks\n"), "{script}");

    let monitor = file(&made, "kubernetes/apps/monitoring/loki-monitor/app/servicemonitor-loki.yaml");
    let selector = monitor.as_manifest().unwrap().at(&["spec", "selector"]).unwrap().to_json().to_string();
    assert_eq!(
        selector,
        r#"{"matchExpressions":[{"key":"prometheus.io/service-monitor","operator":"NotIn","values":["false"]}],"matchLabels":{"app.kubernetes.io/instance":"loki","app.kubernetes.io/name":"loki"}}"#
    );
}

#[test]
fn a_scalable_one_in_the_only_store() {
    let made = compiled(&declared(
        "minio_enabled: true\n",
        "{deploymentMode: SimpleScalable, write: {replicas: 3, resources: {limits: {memory: 1Gi}}}, read: {replicas: 2}, storageClassName: ''}",
    ));
    assert_codes(&made, &["loki/deprecated-mode"]);
    assert_values(
        values(&made),
        &[
            ("deploymentMode", r#""SimpleScalable""#),
            ("singleBinary", r#"{"replicas":0}"#),
            ("write.replicas", "3"),
            ("write.resources", r#"{"limits":{"memory":"1Gi"}}"#),
            ("write.persistence", r#"{"size":"10Gi","storageClass":"-","volumeClaimsEnabled":true}"#),
            ("read.replicas", "2"),
            ("read.persistence", "-"),
            ("backend.replicas", "3"),
            ("backend.persistence.size", r#""10Gi""#),
            ("loki.commonConfig.replication_factor", "3"),
            ("gateway.enabled", "true"),
        ],
    );
}

#[test]
fn labels_go_to_every_object() {
    let declared = declared("", "{monitoring: {enabled: true}}");
    let made = compiled(&declared.replace("namespace: monitoring}", "namespace: monitoring, labels: {team: ops}}"));
    assert_codes(&made, &[]);
    assert_values(values(&made), &[("commonLabels", r#"{"team":"ops"}"#)]);
    let monitor = &file(&made, "kubernetes/apps/monitoring/loki-monitor/app/servicemonitor-loki.yaml").text;
    assert!(monitor.contains("  labels:\n    team: ops\n"), "{monitor}");
}

#[test]
fn the_old_name_of_the_mode_is_accepted() {
    let made = compiled("loki_enabled: true\nloki_deployment_mode: SingleBinary\n");
    assert_codes(&made, &[]);
    assert_values(values(&made), &[("deploymentMode", r#""Monolithic""#)]);
}

#[test]
fn a_history_that_began_on_a_volume() {
    let spec = "{schema: [{from: '2024-04-01', objectStore: filesystem}, {from: '2026-12-01', objectStore: s3}]}";
    let made = compiled(&declared("minio_enabled: true\n", spec));
    assert_codes(&made, &[]);
    assert_values(values(&made), &[("loki.storage_config", r#"{"filesystem":{"directory":"/var/loki/chunks"}}"#)]);
    let configs = values(&made).at(&["loki", "schemaConfig", "configs"]).unwrap().as_list().unwrap();
    let stores: Vec<_> = configs.iter().map(|config| config.get("object_store").unwrap().as_str().unwrap()).collect();
    assert_eq!(stores, ["filesystem", "s3"]);

    assert_codes(&compiled(&declared("", spec)), &["loki/schema-store"]);
}

#[test]
fn what_is_found() {
    for (variables, spec, expected) in [
        ("", "{replicas: 2}", &["loki/several-on-volumes"][..]),
        ("", "{deploymentMode: SimpleScalable}", &["loki/deprecated-mode", "loki/several-on-volumes"]),
        ("minio_enabled: true\n", "{replicas: 2}", &["loki/unreplicated-writers"]),
        ("minio_enabled: true\n", "{replicas: 3}", &[]),
        ("minio_enabled: true\n", "{replicas: 2, replicationFactor: 3}", &["loki/too-few-writers"]),
        ("minio_enabled: true\n", "{deploymentMode: Distributed}", &[]),
        (
            "minio_enabled: true\n",
            "{deploymentMode: Distributed, ingester: {replicas: 2}}",
            &["loki/unreplicated-writers"],
        ),
        (
            "minio_enabled: true\n",
            "{deploymentMode: Distributed, ingester: {replicas: 2}, replicationFactor: 3}",
            &["loki/too-few-writers"],
        ),
        (
            "minio_enabled: true\n",
            "{deploymentMode: Distributed, replicas: 2, write: {replicas: 2}}",
            &["charts/idle-field", "charts/idle-field"],
        ),
        ("", "{ingester: {replicas: 2}}", &["charts/idle-field"]),
        ("", "{retention: 12h}", &["loki/short-retention"]),
        ("", "{retention: '0'}", &[]),
        ("", "{chartVersion: 19.0.0}", &["charts/other-major"]),
        ("", "{chartVersion: 18.x}", &["charts/inexact-version"]),
        ("", "{read: {replicas: 2}}", &["charts/idle-field"]),
        ("", "{storage: {type: s3}}", &["claims/no-store"]),
        ("", "{storage: {store: other/minio}}", &["claims/no-store"]),
        ("minio_enabled: true\n", "{storage: {store: other/minio}}", &["claims/unknown-store"]),
        ("minio_enabled: true\n", "{storage: {type: filesystem, store: minio}}", &["charts/idle-field"]),
        ("", "{storage: {buckets: {chunks: Loki_Chunks}}}", &["shape/invalid-bucket-name"]),
        ("", "{retention: 7 days}", &["shape/invalid-duration"]),
        ("", "{schema: [{from: '2024-02-30', objectStore: filesystem}]}", &["shape/invalid-day"]),
        (
            "",
            "{schema: [{from: '2024-04-01', objectStore: filesystem}, {from: '2024-04-01', objectStore: filesystem}]}",
            &["loki/schema-order"],
        ),
    ] {
        let made = compiled(&declared(variables, spec));
        let codes: Vec<_> = made.diagnostics.iter().map(|found| found.code.as_ref()).collect();
        assert_eq!(codes, expected, "{spec}: {:#?}", made.diagnostics);
        assert!(made.diagnostics.iter().all(|found| !found.labels.is_empty()), "{spec}");
    }
}

#[test]
fn names_that_nothing_can_be_named_after() {
    let loki = |name: &str, spec: &str| {
        format!(
            "minio_enabled: true\n---\napiVersion: bayplan.dev/v1alpha1\nkind: Loki\nmetadata: {{name: {name}, namespace: monitoring}}\nspec: {spec}\n"
        )
    };
    assert_codes(&compiled(&loki("xn--loki", "{}")), &["claims/invalid-bucket-name"]);
    assert_codes(&compiled(&loki(&"l".repeat(52), "{}")), &[]);
    assert_codes(&compiled(&loki(&"l".repeat(53), "{}")), &["charts/long-name"]);
    let scalable = "{deploymentMode: SimpleScalable}";
    assert_codes(&compiled(&loki(&"l".repeat(37), scalable)), &["loki/deprecated-mode"]);
    assert_codes(&compiled(&loki(&"l".repeat(38), scalable)), &["charts/long-name", "loki/deprecated-mode"]);
}

#[test]
fn two_of_one_name_would_share_a_user() {
    let loki = |namespace: &str| {
        format!(
            "---\napiVersion: bayplan.dev/v1alpha1\nkind: Loki\nmetadata: {{name: loki, namespace: {namespace}}}\nspec: {{}}\n"
        )
    };
    let made = compiled(&format!("minio_enabled: true\n{}{}", loki("one"), loki("two")));
    assert_codes(&made, &["claims/same-user"]);
}

/// Every line that a variable changes must name the variable among those who decided it.
#[test]
fn lines_know_the_variable_that_changes_them() {
    let base = [
        ("loki_enabled", "true"),
        ("minio_enabled", "true"),
        ("loki_deployment_mode", "Monolithic"),
        ("logs_retention", "7d"),
        ("logs_storage_size", "20Gi"),
        ("storage_class", "fast"),
        ("loki_s3_access_key", "loki-user"),
        ("monitoring_enabled", "false"),
    ];
    let changes = [
        ("minio_enabled", "false"),
        ("loki_deployment_mode", "SimpleScalable"),
        ("logs_retention", "30d"),
        ("logs_storage_size", "30Gi"),
        ("storage_class", "slow"),
        ("loki_s3_access_key", "another"),
        ("monitoring_enabled", "true"),
        ("loki_enabled", "false"),
    ];
    let text = |change: (&str, &str)| {
        let line = |&(name, value)| format!("{name}: {}", if name == change.0 { change.1 } else { value });
        base.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
    };
    let mut unnamed = Vec::new();
    for (from, to) in changes.iter().flat_map(|&change| [(("", ""), change), (change, ("", ""))]) {
        let variable = if from.0.is_empty() { to.0 } else { from.0 };
        let (before, after) = (compiled(&text(from)), text(to));
        let made = compiled(&after);
        for (path, file) in made.clusters[0].tree.iter() {
            let place = after.find(variable).unwrap();
            let line = place..place + after[place..].find('\n').unwrap();
            let old = before.clusters[0].tree.get(path.as_str()).map_or("", |file| file.text.as_str());
            // Two equal lines cannot be told apart: no more of them may go unexplained than there were before.
            let mut known: Vec<_> = old.lines().collect();
            for (number, (new, origin)) in file.text.lines().zip(file.origins()).enumerate() {
                if origin.spans().iter().any(|span| line.start <= span.range().start && span.range().end <= line.end) {
                    continue;
                }
                match known.iter().position(|old| *old == new) {
                    Some(index) => drop(known.swap_remove(index)),
                    None => unnamed.push(format!("{from:?} {to:?} {path}:{}: {new}", number + 1)),
                }
            }
        }
    }
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}
