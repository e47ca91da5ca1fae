//! The life of secrets in a project: made once, kept, renewed, and never seen.
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use age::secrecy::ExposeSecret as _;
use age::x25519;
use bayplan::seal::Identities;
use bayplan::seal::sops::Document;
use bayplan::source::{Source, Sources};
use bayplan::value::Value;
use bayplan::yaml;
use tempfile::TempDir;

const CONSUMER: &str = "kubernetes/apps/monitoring/loki/app/secret-loki-s3-credentials.sops.yaml";
const STORE: &str = "kubernetes/apps/storage/minio-buckets/app/secret-minio-user-loki.sops.yaml";
const ROOT: &str = "kubernetes/apps/storage/minio/app/secret-minio-config.sops.yaml";
const SEALED_CONSUMER: &str = "kubernetes/apps/monitoring/loki/app/sealedsecret-loki-s3-credentials.yaml";

/// A project in a folder of its own, and the key that opens its secrets.
struct Project {
    directory: TempDir,
    key: String,
    public: String,
}

impl Project {
    /// Returns a project with a MinIO and a Loki whose secrets are encrypted with SOPS.
    fn new() -> Self {
        let (key, public) = key();
        let project = Self { directory: tempfile::tempdir().expect("a folder can be made"), key, public };
        project.write("cluster.yaml", "minio_enabled: true\nloki_enabled: true\nrotation: 0\n");
        project.write("declarations/project.yaml", &settings("mode: sops\n    rotation: '#{ rotation }#'"));
        project.encrypt_for(&[&project.public]);
        project
    }

    fn encrypt_for(&self, keys: &[&str]) {
        self.write(".sops.yaml", &format!("creation_rules:\n  - age: {}\n", keys.join(",")));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    fn command(&self, command: &str, key: Option<&str>) -> Command {
        let mut bayplan = Command::new(env!("CARGO_BIN_EXE_bayplan"));
        bayplan.arg(command).current_dir(&self.directory).env("NO_COLOR", "1");
        // Nobody's own keys have a part in this.
        bayplan
            .env("XDG_CONFIG_HOME", self.path("none"))
            .env("HOME", self.path("none"))
            .env("AppData", self.path("none"));
        bayplan.env_remove("SOPS_AGE_KEY").env_remove("SOPS_AGE_KEY_FILE").envs(key.map(|key| ("SOPS_AGE_KEY", key)));
        bayplan
    }

    #[track_caller]
    fn run(&self, command: &str, key: Option<&str>) -> Output {
        self.command(command, key).output().expect("bayplan runs")
    }

    #[track_caller]
    fn build(&self) {
        self.fine("build", Some(&self.key));
    }

    /// Runs a command that ends well, and returns what it says.
    #[track_caller]
    fn fine(&self, command: &str, key: Option<&str>) -> String {
        let output = self.run(command, key);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{command}: {told}");
        told
    }

    /// Runs a build that an error with this code keeps from writing anything.
    #[track_caller]
    fn refused(&self, key: Option<&str>, code: &str) -> String {
        let before = self.tree();
        let output = self.run("build", key);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(&format!("error[{code}]")), "{told}");
        assert_eq!(self.tree(), before, "something was written");
        told
    }

    fn tree(&self) -> BTreeMap<String, String> {
        let files = walkdir::WalkDir::new(self.path("kubernetes")).into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_file());
        files
            .map(|entry| {
                let name = entry.path().strip_prefix(self.directory.path()).unwrap();
                (name.to_str().unwrap().replace('\\', "/"), fs::read_to_string(entry.path()).unwrap())
            })
            .collect()
    }

    /// Returns a value of an encrypted file.
    #[track_caller]
    fn open(&self, path: &str, name: &str) -> String {
        let mut identities = Identities::default();
        identities.add(&self.key).unwrap();
        let clear = Document::read(&parse(&self.read(path))).unwrap().decrypt(&identities).unwrap();
        clear.at(&["stringData", name]).and_then(Value::as_str).unwrap_or_else(|| panic!("{path}: {name}")).to_owned()
    }

    #[track_caller]
    fn secret_key(&self) -> String {
        let key = self.open(CONSUMER, "LOKI_S3_SECRET_KEY");
        assert_eq!(key, self.open(STORE, "secret-key"), "the store knows another secret key than its consumer");
        key
    }

    /// Returns the names of all Jobs.
    fn jobs(&self) -> Vec<String> {
        let jobs = self.tree().into_iter().filter(|(path, _)| path.contains("/job-"));
        jobs.map(|(_, text)| parse(&text).at(&["metadata", "name"]).unwrap().as_str().unwrap().to_owned()).collect()
    }
}

fn settings(secrets: &str) -> String {
    format!("apiVersion: bayplan.dev/v1alpha1\nkind: Project\nspec:\n  secrets:\n    {secrets}\n")
}

fn key() -> (String, String) {
    let identity = x25519::Identity::generate();
    (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string())
}

#[track_caller]
fn parse(text: &str) -> Value {
    let sources = Sources::new(vec![Source::new("test.yaml", text.as_bytes().to_vec())]);
    let (file, source) = sources.iter().next().unwrap();
    let parsed = yaml::parse(file, source);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    parsed.documents.into_iter().next().unwrap()
}

#[test]
fn a_secret_key_is_made_up_once_and_is_the_same_for_store_and_consumer() {
    let project = Project::new();
    project.build();
    let key = project.secret_key();
    assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
    assert_eq!(project.open(CONSUMER, "LOKI_S3_ACCESS_KEY"), "loki");
    let root = project.open(ROOT, "config.env");
    assert!(root.starts_with("export MINIO_ROOT_USER=\"minio\"\nexport MINIO_ROOT_PASSWORD=\""), "{root}");
    assert!(!root.contains(&key), "two credentials have one secret key");
    let before = project.tree();
    for text in before.values() {
        assert!(!text.contains(&key) && !text.contains("MINIO_ROOT_PASSWORD="), "{text}");
    }
    // With the key and without, another build changes nothing, and `check` says what it could not see.
    project.build();
    project.fine("build", None);
    assert_eq!(project.tree(), before);
    assert!(!project.fine("check", Some(&project.key)).contains("secrets/not-verified"));
    assert!(project.fine("check", None).contains("note[secrets/not-verified]"));
}

#[test]
fn a_given_secret_key_is_used_and_never_shown() {
    let project = Project::new();
    let given = "loki_s3_secret_key: GivenByAPerson1\nminio_root_password: GivenByAPerson2\n";
    project.write("cluster.yaml", &format!("minio_enabled: true\nloki_enabled: true\nrotation: 0\n{given}"));
    let mut told = project.fine("build", None);
    assert_eq!(project.secret_key(), "GivenByAPerson1");
    assert!(project.open(ROOT, "config.env").contains("MINIO_ROOT_PASSWORD=\"GivenByAPerson2\"\n"));
    // Another one takes its place where the files can be opened.
    project.write("cluster.yaml", &project.read("cluster.yaml").replace("Person1", "Person3"));
    for command in ["check", "diff"] {
        let output = project.run(command, Some(&project.key));
        assert!(!output.status.success(), "{command} sees no change");
        told += &String::from_utf8_lossy(&[output.stdout, output.stderr].concat());
    }
    project.build();
    assert_eq!(project.secret_key(), "GivenByAPerson3");
    for line in 1..20 {
        let explained = project.command("explain", None).arg(format!("{STORE}:{line}")).output().unwrap();
        told += &String::from_utf8_lossy(&explained.stdout);
    }
    assert!(told.contains("cluster.yaml:4"), "nothing tells of the variable");
    for text in project.tree().values().chain([&told]) {
        assert!(!text.contains("GivenByAPerson"), "{text}");
    }
}

#[test]
fn rotation_renews_what_it_counts_runs_the_job_and_rolls_the_pods() {
    let project = Project::new();
    project.build();
    let (key, root, jobs) = (project.secret_key(), project.read(ROOT), project.jobs());
    project.write(
        "declarations/loki.yaml",
        concat!(
            "apiVersion: bayplan.dev/v1alpha1\nkind: Loki\nmetadata: { name: loki, namespace: monitoring }\n",
            "spec: { storage: { credentials: { rotation: 1 } } }\n",
        ),
    );
    // Nobody needs the old secret key to make a new one.
    project.fine("build", None);
    assert_ne!(project.secret_key(), key);
    assert_eq!(project.read(ROOT), root, "the root credentials were not to be renewed");
    assert_ne!(project.jobs(), jobs, "the store does not hear of the new secret key");
    let release = project.read("kubernetes/apps/monitoring/loki/app/helmrelease-loki.yaml");
    assert!(release.contains("bayplan.dev/rotation: \"1\""), "the pods keep the old secret key:\n{release}");
    let key = project.secret_key();
    project.write("cluster.yaml", &project.read("cluster.yaml").replace("rotation: 0", "rotation: 1"));
    project.build();
    assert_ne!(project.secret_key(), key);
    assert_ne!(project.read(ROOT), root);
    let tenant = project.read("kubernetes/apps/storage/minio/app/tenant-minio.yaml");
    assert!(tenant.contains("bayplan.dev/rotation: minio-config=1"), "{tenant}");
}

#[test]
fn a_file_that_is_gone_comes_back_with_its_secret_key_or_not_at_all() {
    let project = Project::new();
    project.build();
    let (key, committed) = (project.secret_key(), project.read(STORE));
    project.remove(CONSUMER);
    let told = project.refused(None, "secrets/locked");
    assert!(told.contains(STORE) && told.contains(&project.public), "{told}");
    project.refused(Some(&key_of_a_stranger()), "secrets/locked");
    project.build();
    assert_eq!(project.secret_key(), key);
    assert_eq!(project.read(STORE), committed);
}

fn key_of_a_stranger() -> String {
    key().0
}

#[test]
fn other_recipients_get_the_same_secret_keys() {
    let project = Project::new();
    project.build();
    let key = project.secret_key();
    let (other, public) = self::key();
    project.encrypt_for(&[&project.public, &public]);
    project.refused(None, "secrets/locked");
    project.build();
    assert_eq!(project.secret_key(), key);
    project.fine("check", Some(&other));
}

#[test]
fn a_secret_key_changed_in_one_place_is_told_and_spreads_once_the_other_is_deleted() {
    let project = Project::new();
    project.build();
    let (old, consumer) = (project.secret_key(), project.read(CONSUMER));
    // Whoever deletes both has new ones made; one of them then takes the place of what somebody set by hand.
    project.remove(CONSUMER);
    project.remove(STORE);
    project.build();
    let new = project.secret_key();
    assert_ne!(new, old);
    project.write(CONSUMER, &consumer);
    let told = project.refused(Some(&project.key), "secrets/two-values");
    assert!(told.contains(CONSUMER) && told.contains(STORE) && !told.contains(&old) && !told.contains(&new), "{told}");
    project.remove(STORE);
    project.build();
    assert_eq!(project.secret_key(), old);
    assert_eq!(project.read(CONSUMER), consumer);
}

#[test]
fn a_renamed_user_and_another_place_keep_the_secret_key() {
    let project = Project::new();
    project.build();
    let password = |text: String| text.lines().last().unwrap().to_owned();
    let (key, root) = (project.secret_key(), password(project.open(ROOT, "config.env")));
    project.write("cluster.yaml", &format!("{}minio_root_user: admin\n", project.read("cluster.yaml")));
    project.build();
    let text = project.open(ROOT, "config.env");
    assert!(text.contains("MINIO_ROOT_USER=\"admin\""), "{text}");
    assert_eq!(password(text), root);
    // The only cluster becomes the first one of a fleet.
    project.write("clusters/alpha/cluster.yaml", "{}\n");
    let consumer = project.read(CONSUMER);
    project.fine("build", None);
    let there = CONSUMER.replace("kubernetes/", "kubernetes/alpha/");
    assert_eq!(project.read(&there), consumer);
    assert_eq!(project.open(&there, "LOKI_S3_SECRET_KEY"), key);
    assert!(!project.path(CONSUMER).exists());
}

#[test]
fn two_builds_at_once_agree() {
    let project = Project::new();
    let builds: Vec<_> = (0..4).map(|_| project.command("build", None).spawn().unwrap()).collect();
    let fine =
        builds.into_iter().map(|mut build| build.wait().unwrap()).filter(std::process::ExitStatus::success).count();
    assert!(fine > 0);
    project.secret_key();
    project.fine("check", Some(&project.key));
}

#[test]
fn a_killed_build_is_mended_by_the_next() {
    for delay in [5, 20, 40, 60, 80, 100, 150] {
        let project = Project::new();
        let mut build = project.command("build", None).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay));
        let _ = build.kill();
        build.wait().unwrap();
        project.build();
        project.secret_key();
        project.fine("check", Some(&project.key));
    }
}

#[test]
fn a_damaged_file_is_nobodys_to_overwrite() {
    let project = Project::new();
    project.build();
    let key = project.secret_key();
    project.write(CONSUMER, &project.read(CONSUMER).replace("type: Opaque", "type: opaque"));
    project.refused(Some(&project.key), "tree/edited-by-hand");
    let forced = project.command("build", Some(&project.key)).arg("--force").output().unwrap();
    assert!(forced.status.success(), "{}", String::from_utf8_lossy(&forced.stderr));
    assert_eq!(project.secret_key(), key);
}

#[test]
fn keys_that_cannot_be_read_are_told_by_their_place_alone() {
    let project = Project::new();
    let told = project.refused(Some("AGE-SECRET-KEY-1MISTYPED"), "secrets/unreadable-key");
    assert!(told.contains("line 1 of `SOPS_AGE_KEY`") && !told.contains("MISTYPED"), "{told}");
    let file = project.path("keys.txt");
    let output = project.command("build", None).env("SOPS_AGE_KEY_FILE", &file).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("keys.txt"), "{output:?}");
    fs::write(&file, format!("# created: today\n{}\n", project.key)).unwrap();
    project.build();
    let checked = project.command("check", None).env("SOPS_AGE_KEY_FILE", &file).output().unwrap();
    assert!(!String::from_utf8_lossy(&checked.stderr).contains("not-verified"), "{checked:?}");
}

#[test]
fn sealed_secrets_stay_until_they_are_renewed_or_the_certificate_is() {
    let project = Project::new();
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/secrets-sealed/sealed-secrets.pem");
    let certificate = fs::read_to_string(certificates).unwrap();
    project.write("sealed-secrets.pem", &certificate);
    project.write("declarations/project.yaml", &settings("mode: sealedSecrets\n    rotation: '#{ rotation }#'"));
    project.fine("build", None);
    let before = project.tree();
    project.fine("build", None);
    project.fine("check", None);
    assert_eq!(project.tree(), before);
    // Nobody can read the secret key that the store has, so that a consumer that lost it needs a new one for both.
    project.remove(SEALED_CONSUMER);
    project.refused(None, "secrets/sealed-alone");
    project.write("cluster.yaml", &project.read("cluster.yaml").replace("rotation: 0", "rotation: 1"));
    project.fine("build", None);
    let sealed = |tree: &BTreeMap<String, String>| {
        tree.iter()
            .filter(|(path, _)| path.contains("/sealedsecret-"))
            .map(|(_, text)| text.clone())
            .collect::<Vec<_>>()
    };
    let renewed = project.tree();
    for (old, new) in sealed(&before).iter().zip(sealed(&renewed)) {
        assert_ne!(*old, new);
    }
    let jobs = project.jobs();
    project.write("sealed-secrets.pem", &format!("{certificate}{certificate}"));
    project.fine("build", None);
    assert_ne!(project.jobs(), jobs);
    assert_ne!(sealed(&project.tree()), sealed(&renewed));
}
