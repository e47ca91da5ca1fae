//! The script before Flink's pods makes a file by which a real Java trusts the store, and whom it trusted before.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a test of a script reads and writes files")]
#![expect(clippy::disallowed_macros, reason = "a test says what it skips")]

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use std::fs;
use std::path::Path;
use std::process::Command;

use bayplan::source::{Source, Sources};
use common::trees::trees_of;
use serde_json::Value as Json;

const PROJECT: &str = "apiVersion: bayplan.dev/v1alpha1
kind: ObjectStore
metadata: { name: objects, namespace: storage }
spec:
  endpoint: https://objects.example.org
  certificateAuthority: { configMapName: company-ca }
---
apiVersion: bayplan.dev/v1alpha1
kind: Flink
metadata: { name: orders, namespace: streams }
";

#[test]
fn java_trusts_every_certificate_of_the_store() {
    if Command::new("keytool").arg("-help").output().is_err() {
        eprintln!("skipped: Java is not installed");
        return;
    }
    let directory = tempfile::tempdir().expect("there is room for a folder");
    let path = |name: &str| directory.path().join(name);
    let certificates: String = ["one", "two"].iter().map(|name| certificate(directory.path(), name)).collect();
    // A text before a certificate, and no end of the last line.
    fs::write(path("ca.crt"), format!("# ours\n{}", certificates.trim_end())).expect("it can be written");
    fs::create_dir(path("trust")).expect("a folder can be made");
    // As when the container is started anew.
    for _ in 0..2 {
        let container = container();
        let mut command = Command::new("sh");
        command.args(["-c", container["command"][2].as_str().expect("a script")]);
        for variable in container["env"].as_array().expect("variables") {
            let text = |key: &str| variable[key].as_str().expect("a text");
            let value = text("value").replace("/store-ca/", "/");
            let place = if value.starts_with('/') { directory.path().display().to_string() } else { String::new() };
            let value = format!("{place}{value}");
            command.env(text("name"), value);
        }
        let output = command.output().expect("there is a shell");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let listed = Command::new("keytool")
        .args(["-list", "-storepass", "changeit", "-keystore"])
        .arg(path("trust/cacerts"))
        .output()
        .expect("it starts");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    for name in ["store-1", "store-2"] {
        assert_eq!(listed.matches(&format!("{name},")).count(), 1, "{listed}");
    }
    assert!(listed.matches("trustedCertEntry").count() > 2, "whom Java trusted before is gone: {listed}");
}

/// Returns the container that makes the file, of a built tree.
fn container() -> Json {
    let sources = Sources::new(vec![Source::new("cluster.yaml", PROJECT.into())]);
    let tree = trees_of("trust", &sources).remove(0);
    let objects = tree.objects();
    let flink = objects.iter().find(|object| object.kind() == "FlinkDeployment").expect("there is a Flink");
    flink.json["spec"]["podTemplate"]["spec"]["initContainers"][0].clone()
}

/// Returns a new certificate in PEM.
fn certificate(directory: &Path, name: &str) -> String {
    let keytool = |arguments: &[&str]| {
        let mut command = Command::new("keytool");
        command.args(arguments).args(["-alias", name, "-storepass", "changeit", "-keystore"]);
        let output = command.arg(directory.join(format!("{name}.p12"))).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).expect("PEM is text")
    };
    let subject = format!("CN={name}");
    keytool(&["-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12", "-dname", &subject]);
    keytool(&["-exportcert", "-rfc"])
}
