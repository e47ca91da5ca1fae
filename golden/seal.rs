//! What is encrypted here is opened by the programs that it is for, and what `sops` encrypts is opened here.
//!
//! A program that is not installed is told as skipped; with `CI` set that is a failure.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test of other programs reads files and the environment, and says what it skips"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use age::secrecy::ExposeSecret as _;
use age::x25519;
use bayplan::seal::sealed_secret::Certificate;
use bayplan::seal::sops::{Closed, CreationRule, Document, creation_rule, encrypt};
use bayplan::seal::{Identities, Random, Time};
use bayplan::source::{Source, Sources};
use bayplan::value::Value;
use bayplan::yaml;
use serde_json::{Value as Json, json};

/// A Secret whose values hurt whoever takes them for something else than text.
const SECRET: &str = r##"
apiVersion: v1
kind: Secret
metadata:
  name: minio-root
  namespace: storage
  labels: { app.kubernetes.io/managed-by: bayplan }
  annotations: { "bayplan.dev/rotation": "2", "bayplan.dev/number": "0777" }
stringData:
  config.env: |
    export MINIO_ROOT_USER="minio"
    export MINIO_ROOT_PASSWORD="aB3$`'\"#: {}"
  empty: ""
  truth: "false"
  number: "08"
  unicode: "日本語 \u2028 \t"
  "a key: with": " blanks "
data:
  binary: AAEC
immutable: true
"##;

const CONFIG: &str = r"
creation_rules:
  - path_regex: kubernetes/alpha/.*\.sops\.ya?ml$
    encrypted_regex: ^(data|stringData)$
    age: AGE1
  - path_regex: ^kubernetes/beta/(apps|flux)/[^/]+\.yaml$
    unencrypted_regex: ^(apiVersion|kind|metadata|type|immutable)$
    mac_only_encrypted: true
    key_groups:
      - age: [AGE2, AGE1]
  - age: >-
      AGE1,
      AGE2
";

/// A key that nobody else has, and its public half.
fn key() -> (String, String) {
    let identity = x25519::Identity::generate();
    (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string())
}

fn parse(text: &str) -> Value {
    let sources = Sources::new(vec![Source::new("test.yaml", text.as_bytes().to_vec())]);
    let (file, source) = sources.iter().next().expect("there is one file");
    let parsed = yaml::parse(file, source);
    assert!(parsed.diagnostics.is_empty(), "{:#?}\n{text}", parsed.diagnostics);
    parsed.documents.into_iter().next().expect("there is one document")
}

fn config(keys: [&str; 2]) -> String {
    CONFIG.replace("AGE1", keys[0]).replace("AGE2", keys[1])
}

fn rule(config: &str, path: &str) -> CreationRule {
    creation_rule(&parse(config), path).unwrap_or_else(|problem| panic!("{problem:#?}"))
}

fn now() -> Time {
    Time::after_1970(std::time::Duration::from_secs(1_709_210_096)).expect("the calendar has it")
}

fn identities(key: &str) -> Identities {
    let mut identities = Identities::default();
    identities.add(key).expect("a key was generated");
    identities
}

fn random() -> Box<Random> {
    Box::new(rsa::rand_core::UnwrapErr(getrandom::SysRng))
}

/// Three files, each matched by another rule of [`CONFIG`].
const PATHS: [&str; 3] = ["kubernetes/alpha/apps/secret.sops.yaml", "kubernetes/beta/apps/a.yaml", "secret.yaml"];

#[test]
fn what_we_encrypt_we_decrypt_and_nobody_else() {
    let [(mine, public), (_, other), (stranger, _)] = [key(), key(), key()];
    let config = config([&public, &other]);
    for path in PATHS {
        let rule = rule(&config, path);
        let encrypted = encrypt(&parse(SECRET), &rule, now(), &mut *random()).unwrap();
        let text = yaml::emit(&encrypted);
        for clear in ["MINIO_ROOT", "日本", "AAEC"] {
            assert!(!text.contains(clear), "{text}");
        }
        let document = Document::read(&parse(&text)).unwrap();
        assert!(document.follows(&rule), "{text}");
        assert_eq!(document.decrypt(&identities(&mine)).unwrap().to_json(), parse(SECRET).to_json());
        assert_eq!(document.decrypt(&identities(&stranger)).unwrap_err(), Closed::NoKey);
    }
}

#[test]
fn a_moved_or_changed_value_opens_nowhere() {
    let (mine, public) = key();
    let rule = rule(&config([&public, &public]), PATHS[0]);
    let text = yaml::emit(&encrypt(&parse(SECRET), &rule, now(), &mut *random()).unwrap());
    let closed = |text: &str| match Document::read(&parse(text)).unwrap().decrypt(&identities(&mine)) {
        Err(Closed::Damaged(what)) => what,
        other => panic!("{other:?}\n{text}"),
    };
    assert_eq!(
        closed(&text.replace("\"number\"", "\"numbers\"").replace("number: \"ENC", "other: \"ENC")),
        "`stringData.other` does not open"
    );
    assert!(closed(&text.replace("minio-root", "minio-toor")).contains("signature"));
    assert!(closed(&text.replace("2024-02-29", "2024-02-28")).contains("signature"));
}

#[test]
fn what_a_rule_cannot_ask_for_is_told_at_its_place() {
    let (_, public) = key();
    let refused = |rule: &str, what: &str| {
        let config =
            parse(&format!("creation_rules:\n  - {}\n", rule.replace("AGE1", &public).replace('\n', "\n    ")));
        let problem = creation_rule(&config, "a/b.sops.yaml").expect_err(rule);
        assert!(problem.message.contains(what) && !problem.labels.is_empty(), "{problem:#?}");
    };
    refused("path_regex: ^b\nage: AGE1", "no creation rule of `.sops.yaml` matches `a/b.sops.yaml`");
    refused("path_regex: (\nage: AGE1", "no regular expression");
    refused("pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4\nage: AGE1", "`pgp`");
    refused("key_groups: [{ age: [AGE1] }, { age: [AGE1] }]", "one group");
    refused("encrypted_regex: ^data$", "no public key");
    refused("age: AGE1,age1qqq", "`age1qqq`: it is no public key of age");
    refused("age: AGE1\nencrypted_regex: ^data$\nunencrypted_suffix: _clear", "one choice");
    refused("age: AGE1\nencrypted_comment_regex: sops", "comments");
}

#[test]
fn a_rule_that_would_leave_a_value_in_clear_or_hide_the_object_is_refused() {
    let (_, public) = key();
    let refused = |choice: &str| {
        let rule = rule(&format!("creation_rules:\n  - age: {public}\n    {choice}\n"), "a.yaml");
        encrypt(&parse(SECRET), &rule, now(), &mut *random()).unwrap_err()
    };
    assert_eq!(refused("encrypted_regex: ^data$"), "`encrypted_regex: ^data$` leaves `stringData` in clear");
    assert_eq!(
        refused("unencrypted_suffix: _clear"),
        "`unencrypted_suffix: _clear` encrypts `apiVersion`, which Kubernetes must read"
    );
}

#[test]
fn sops_opens_what_we_encrypt() {
    let [(mine, public), (_, other)] = [key(), key()];
    let config = config([&public, &other]);
    for path in PATHS {
        let encrypted = encrypt(&parse(SECRET), &rule(&config, path), now(), &mut *random()).unwrap();
        let args = ["decrypt", "--input-type", "yaml", "--output-type", "json", "/dev/stdin"];
        let Some(clear) = run("sops", &args, &[("SOPS_AGE_KEY", &mine)], &yaml::emit(&encrypted)) else { return };
        let clear: Json = serde_json::from_str(&clear).expect("sops prints JSON");
        assert_eq!(clear, parse(SECRET).to_json());
    }
}

#[test]
fn we_open_what_sops_encrypts_and_choose_the_rule_that_it_chooses() {
    let [(mine, public), (_, other)] = [key(), key()];
    let directory = tempfile::tempdir().expect("a directory can be made");
    let text = config([&public, &other]);
    let config = directory.path().join(".sops.yaml");
    std::fs::write(&config, &text).expect("a file can be written");
    let config = config.to_str().expect("the path is text");
    for path in PATHS {
        let path_there = directory.path().join(path);
        let path_there = path_there.to_str().expect("the path is text");
        // A rule that chooses no values has SOPS encrypt all of a file, and us what is secret in a Secret.
        let regex = if path == PATHS[2] { &["--encrypted-regex", "^(data|stringData)$"][..] } else { &[] };
        let types = ["--input-type", "yaml", "--output-type", "yaml"];
        let args =
            [&["--config", config, "encrypt"], &types[..], regex, &["--filename-override", path_there, "/dev/stdin"]];
        let Some(encrypted) = run("sops", &args.concat(), &[], SECRET) else { return };
        let document = Document::read(&parse(&encrypted)).unwrap();
        assert!(document.follows(&rule(&text, path)), "{path}\n{encrypted}");
        assert_eq!(document.decrypt(&identities(&mine)).unwrap().to_json(), parse(SECRET).to_json(), "{path}");
    }
}

#[test]
fn we_open_what_sops_changed_in_our_file() {
    let (mine, public) = key();
    let rule = rule(&config([&public, &public]), PATHS[0]);
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = directory.path().join("secret.sops.yaml");
    let text = yaml::emit(&encrypt(&parse(SECRET), &rule, now(), &mut *random()).unwrap());
    std::fs::write(&file, text).expect("a file can be written");
    let args = ["set", file.to_str().expect("the path is text"), r#"["stringData"]["number"]"#, r#""new""#];
    let Some(_) = run("sops", &args, &[("SOPS_AGE_KEY", &mine)], "") else { return };
    let document = Document::read(&parse(&std::fs::read_to_string(&file).expect("the file is there"))).unwrap();
    assert!(document.follows(&rule));
    let mut expected = parse(SECRET).to_json();
    expected["stringData"]["number"] = json!("new");
    assert_eq!(document.decrypt(&identities(&mine)).unwrap().to_json(), expected);
}

#[test]
fn kubeseal_opens_what_we_seal() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let at = |name: &str| directory.path().join(name).to_str().expect("the path is text").to_owned();
    let (private, public) = (at("tls.key"), at("tls.crt"));
    let args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sealed-secret"];
    if run("openssl", &[&args[..], &["-keyout", &private, "-out", &public]].concat(), &[], "").is_none() {
        return;
    }
    let pem = std::fs::read_to_string(&public).expect("openssl wrote it");
    let certificate = Certificate::read(&pem).unwrap();
    assert!(certificate.expires() > now());
    let data = |key: &str| {
        certificate.seal(
            parse(SECRET).at(&["stringData", key]).unwrap().as_str().unwrap(),
            "storage",
            "minio-root",
            &mut *random(),
        )
    };
    let sealed = json!({
        "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret",
        "metadata": { "name": "minio-root", "namespace": "storage" },
        "spec": { "encryptedData": { "config.env": data("config.env"), "unicode": data("unicode") } },
    });
    let args = ["--recovery-unseal", "--recovery-private-key", &private];
    let Some(opened) = run("kubeseal", &args, &[], &sealed.to_string()) else { return };
    let opened: Json = serde_json::from_str(&opened).expect("kubeseal prints JSON");
    for key in ["config.env", "unicode"] {
        use base64::Engine as _;
        let clear = base64::engine::general_purpose::STANDARD.decode(opened["data"][key].as_str().unwrap()).unwrap();
        assert_eq!(
            String::from_utf8(clear).unwrap(),
            parse(SECRET).at(&["stringData", key]).unwrap().as_str().unwrap()
        );
    }
}

#[test]
fn what_is_no_certificate_of_a_controller_is_refused() {
    let refused = |pem: &str| Certificate::read(pem).unwrap_err();
    assert_eq!(refused(""), "it holds no certificate");
    assert_eq!(
        refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        "it is no certificate in PEM"
    );
}

/// Returns what a program prints; nothing if it is not installed.
#[track_caller]
fn run(program: &str, args: &[&str], environment: &[(&str, &str)], input: &str) -> Option<String> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools").join(program);
    let found = if installed.is_file() { installed } else { PathBuf::from(program) };
    let mut command = Command::new(found);
    command.args(args).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.envs(environment.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        assert!(std::env::var_os("CI").is_none(), "{program} is not installed, and in CI it must be");
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let _ = child.stdin.take().expect("its input is a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("a started program ends");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("it prints text"))
}
