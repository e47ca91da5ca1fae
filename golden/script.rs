//! The bucket Job's real script makes what is claimed, however often and against whatever store it runs.
//!
//! It is taken from the ConfigMap of a built tree and runs under `sh`, with the tools of the client's image alone and
//! `mc.sh` in place of `mc`.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a test of a script reads and writes files")]

mod common {
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bayplan::source::{Source, Sources};
use common::trees::{Object, Tree, texts, trees, trees_of};
use serde_json::Value as Json;
use tempfile::TempDir;

/// What the script may use beside the builtins of a shell: tools of coreutils.
const TOOLS: &[&str] = &["cat", "head", "tail", "tr", "cut", "wc", "mkdir", "rm", "mktemp", "date", "sleep", "true"];

const ROOT_USER: &str = "harbour-master";
const ROOT_PASSWORD: &str = "root pass; 'word' *#%s";

/// Where a Job runs: its mounts, its tools, and the store that it talks to.
struct Place {
    directory: TempDir,
    script: PathBuf,
    /// The variables of the container.
    env: Vec<(String, String)>,
    users: BTreeMap<String, Keys>,
    /// The buckets that each user's policy names.
    policies: BTreeMap<String, BTreeSet<String>>,
    /// The buckets that each consumer in the tree is configured with.
    consumers: Vec<BTreeSet<String>>,
}

/// The credentials of one user.
struct Keys {
    access: String,
    secret: String,
}

#[test]
fn a_second_run_changes_nothing() {
    for (name, tree) in stores() {
        let place = Place::new(&tree);
        succeeds(&place.run());
        let first = place.state();
        succeeds(&place.run());
        assert_eq!(place.state(), first, "{name}");
        place.is_complete();
    }
}

#[test]
fn no_secret_is_shown() {
    for (name, tree) in stores() {
        let place = Place::new(&tree);
        let output = place.run();
        succeeds(&output);
        let shown = [place.read("store/calls").into_bytes(), output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&shown).into_owned();
        for secret in place.secrets() {
            assert!(!shown.contains(&secret), "{name}: {secret} in\n{shown}");
        }
        // What would be found is there at all.
        assert!(place.users.values().all(|keys| shown.contains(&keys.access)), "{shown}");
    }
}

#[test]
fn a_user_reaches_its_own_buckets_and_no_other() {
    for (_, tree) in stores() {
        let place = Place::new(&tree);
        succeeds(&place.run());
        for (user, keys) in &place.users {
            for bucket in place.policies.values().flatten() {
                let own = place.policies[user].contains(bucket);
                assert_eq!(place.can_list(keys, bucket), own, "{user} and {bucket}");
            }
        }
    }
}

/// A policy allows listing on buckets and reading, writing, deleting on what is in them; nothing beside.
#[test]
fn policies_allow_the_least() {
    for (name, tree) in stores() {
        let place = Place::new(&tree);
        for (user, buckets) in &place.policies {
            let policy: Json = serde_json::from_str(&place.read(&format!("config/policy-{user}.json"))).expect("JSON");
            assert_eq!(policy["Version"], "2012-10-17");
            let mut allowed = BTreeSet::new();
            for statement in policy["Statement"].as_array().expect("statements") {
                assert_eq!(statement["Effect"], "Allow");
                for resource in strings(&statement["Resource"]) {
                    allowed
                        .extend(strings(&statement["Action"]).map(|action| (resource.to_owned(), action.to_owned())));
                }
            }
            let mut expected = BTreeSet::new();
            for bucket in buckets {
                let arn = format!("arn:aws:s3:::{bucket}");
                expected
                    .extend(["s3:GetBucketLocation", "s3:ListBucket"].map(|action| (arn.clone(), action.to_owned())));
                let objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
                expected.extend(objects.map(|action| (format!("{arn}/*"), action.to_owned())));
            }
            assert_eq!(allowed, expected, "{name}: {user}");
        }
    }
}

#[test]
fn a_store_that_does_not_answer_is_waited_for() {
    for closed in [1, 5, 40] {
        let (_, tree) = stores().remove(0);
        let place = Place::new(&tree);
        place.write("store/closed", &closed.to_string());
        succeeds(&place.run());
        place.is_complete();
        assert_eq!(place.read("slept").lines().count(), closed, "a pause for each refusal");
    }
}

#[test]
fn a_store_that_never_answers_ends_the_job() {
    let (_, tree) = stores().remove(0);
    let place = Place::new(&tree);
    place.write("store/closed", "1000000");
    fails(&place.run(), "does not answer");
}

#[test]
fn a_wrong_root_password_ends_the_job() {
    let (_, tree) = stores().remove(0);
    let place = Place::new(&tree);
    place.write("store/root-password", "another one");
    fails(&place.run(), "refuses the root credentials");
    assert!(!place.directory.path().join("store/buckets").exists());
}

#[test]
fn a_missing_file_ends_the_job() {
    for (_, tree) in stores().into_iter().take(1) {
        let place = Place::new(&tree);
        let users: Vec<_> = place.users.keys().cloned().collect();
        for user in users {
            for file in [format!("secrets/users/{user}/secret-key"), format!("config/policy-{user}.json")] {
                let place = Place::new(&tree);
                std::fs::remove_file(place.directory.path().join(&file)).expect("it is there");
                fails(&place.run(), "");
            }
        }
    }
}

/// Any call that fails, fails the Job, or was tried again; and the next run mends what the first one left.
#[test]
fn a_failing_call_is_never_swallowed() {
    for (name, tree) in stores().into_iter().take(1) {
        let whole = Place::new(&tree);
        succeeds(&whole.run());
        let calls = whole.read("store/calls");
        for (at, call) in calls.lines().enumerate() {
            let place = Place::new(&tree);
            let output = place.run_with(&[("FAIL_AT", &(at + 1).to_string())]);
            if call.starts_with("alias set store ") {
                succeeds(&output);
            } else {
                fails(&output, "this call is broken");
                succeeds(&place.run());
            }
            assert_eq!(place.state(), whole.state(), "{name}: {call} was broken");
        }
    }
}

/// A user whose name in the store is the root's would take the store over: the client refuses, and so does the Job.
#[test]
fn the_root_user_is_no_consumer() {
    let (_, tree) = stores().remove(0);
    let place = Place::new(&tree);
    let user = place.users.keys().next().expect("somebody claims").clone();
    place.write(&format!("secrets/users/{user}/access-key"), ROOT_USER);
    fails(&place.run(), "is the root user");
}

#[track_caller]
fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", told(output));
}

#[track_caller]
fn fails(output: &Output, because: &str) {
    assert!(!output.status.success() && told(output).contains(because), "{}", told(output));
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Returns every tree with a bucket Job, first one with several users.
fn stores() -> Vec<(String, Tree)> {
    let several = Source::new(
        "cluster.yaml",
        b"minio_enabled: true\nloki_enabled: true\n---\n\
          apiVersion: bayplan.dev/v1alpha1\nkind: Loki\nmetadata: { name: audit, namespace: audit }\n---\n\
          apiVersion: bayplan.dev/v1alpha1\nkind: Loki\nmetadata: { name: guard, namespace: audit-2 }\n"
            .to_vec(),
    );
    let mut all = trees_of("several", &Sources::new(vec![several]));
    all.extend(trees());
    // Each script once: clusters of a fleet have the same.
    let mut known = BTreeSet::new();
    all.retain(|tree| tree.objects().iter().find_map(script).is_some_and(|script| known.insert(script.to_owned())));
    assert!(all.len() > 1, "no example has a bucket Job");
    all.into_iter().map(|tree| (tree.name.clone(), tree)).collect()
}

fn script(object: &Object) -> Option<&str> {
    (object.kind() == "ConfigMap").then(|| object.json.pointer("/data/buckets.sh").and_then(Json::as_str)).flatten()
}

/// Returns the buckets that a consumer is configured with: those of Loki's chart, and Restate's snapshots.
fn buckets_of(object: &Object) -> Option<BTreeSet<String>> {
    if let Some(names) = object.json.pointer("/spec/values/loki/storage/bucketNames").and_then(Json::as_object) {
        return Some(names.values().filter_map(Json::as_str).map(str::to_owned).collect());
    }
    let env = object.json.pointer("/spec/template/spec/containers/0/env").and_then(Json::as_array)?;
    let bucket =
        |variable: &Json| variable["value"].as_str()?.strip_prefix("s3://")?.split('/').next().map(str::to_owned);
    let buckets: BTreeSet<_> = env.iter().filter_map(bucket).collect();
    (!buckets.is_empty()).then_some(buckets)
}

fn strings(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}

impl Place {
    /// Mounts what the Job of `tree` mounts, in a new folder instead of `/`.
    fn new(tree: &Tree) -> Self {
        let objects = tree.objects_at_work();
        let config = objects.iter().find(|object| script(object).is_some()).expect("there is a script");
        let job = objects.iter().find(|object| object.kind() == "Job" && object.namespace() == config.namespace());
        let pod = &job.expect("the script has a Job").json["spec"]["template"]["spec"];
        let container = &pod["containers"][0];

        let directory = tempfile::tempdir().expect("there is room");
        let mut place = Self {
            script: directory.path().join("config/buckets.sh"),
            directory,
            env: Vec::new(),
            users: BTreeMap::new(),
            policies: BTreeMap::new(),
            consumers: Vec::new(),
        };
        place.tools();
        let command: Vec<_> = strings(&container["command"]).collect();
        assert_eq!(command, ["/bin/sh", "/config/buckets.sh"]);
        for mount in container["volumeMounts"].as_array().expect("it mounts something") {
            let path = mount["mountPath"].as_str().expect("a path").trim_start_matches('/');
            let is_volume = |volume: &&Json| volume["name"] == mount["name"];
            let volume = pod["volumes"].as_array().expect("volumes").iter().find(is_volume).expect("its volume");
            if volume["configMap"]["name"] == config.name() {
                let data = config.json["data"].as_object().expect("data");
                data.iter().for_each(|(key, text)| {
                    place.write(&format!("{path}/{key}"), &place.moved(text.as_str().expect("text")));
                });
            } else if volume["emptyDir"].is_object() {
                std::fs::create_dir_all(place.directory.path().join(path)).expect("a folder");
            } else {
                for source in volume["projected"]["sources"].as_array().expect("it projects Secrets") {
                    place.mount_secret(path, &source["secret"]);
                }
            }
        }
        for variable in container["env"].as_array().expect("variables") {
            let text = |key: &str| variable[key].as_str().expect("a text");
            let value =
                if text("name") == "MC_CONFIG_DIR" { place.moved(text("value")) } else { text("value").to_owned() };
            place.env.push((text("name").to_owned(), value));
        }
        let url = place.env.iter().find(|(name, _)| name == "STORE_URL").expect("it knows the store").1.clone();
        let uses_it = |object: &&Object| {
            let mut uses = false;
            texts(&object.json, &mut |text| uses |= text == url);
            uses
        };
        place.consumers = objects.iter().filter(uses_it).filter_map(buckets_of).collect();
        place.write("store/url", &url);
        place.write("store/root-user", ROOT_USER);
        place.write("store/root-password", ROOT_PASSWORD);
        place.policies = place.allowed();
        place
    }

    /// Writes the files that one Secret brings into the folder `mount`.
    fn mount_secret(&mut self, mount: &str, secret: &Json) {
        assert!(secret["name"].is_string(), "{secret} names a Secret");
        let items = secret["items"].as_array().expect("the Secret's keys are named");
        let file_of = |key: &str| {
            let item = items.iter().find(|item| item["key"] == key)?;
            Some(format!("{mount}/{}", item["path"].as_str().expect("a path")))
        };
        if let Some(file) = file_of("config.env") {
            let text =
                format!("export MINIO_ROOT_USER=\"{ROOT_USER}\"\nexport MINIO_ROOT_PASSWORD=\"{ROOT_PASSWORD}\"\n");
            return self.write(&file, &text);
        }
        let (access, secret) = (file_of("access-key").expect("a key"), file_of("secret-key").expect("a key"));
        let user = access.rsplit('/').nth(1).expect("the user's folder").to_owned();
        // The access key is not the user's name, and no shell may take the secret apart.
        let keys = Keys { access: format!("key-of-{user}"), secret: format!("se cret of {user} $(x) \\n %s'\"") };
        self.write(&access, &keys.access);
        self.write(&secret, &keys.secret);
        self.users.insert(user, keys);
    }

    /// Fills a folder with the only tools that the script finds.
    fn tools(&self) {
        let bin = self.directory.path().join("bin");
        std::fs::create_dir_all(&bin).expect("a folder");
        for tool in TOOLS.iter().filter(|tool| **tool != "sleep") {
            let found =
                ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(tool)).into_iter().find(|at| at.exists());
            symlink(found.expect("coreutils are there"), bin.join(tool)).expect("a link");
        }
        self.write("bin/mc", include_str!("mc.sh"));
        self.write("bin/sleep", &format!("#!/bin/sh\necho \"$@\" >>{}/slept\n", self.directory.path().display()));
        for tool in ["mc", "sleep"] {
            std::fs::set_permissions(bin.join(tool), std::fs::Permissions::from_mode(0o755)).expect("it can run");
        }
    }

    /// Returns the text with the mounts' paths as they are here.
    fn moved(&self, text: &str) -> String {
        // In two steps, since the new paths may hold the old ones.
        let marked = ["secrets/", "config/", "tmp/"]
            .iter()
            .fold(text.to_owned(), |text, mount| text.replace(&format!("/{mount}"), &format!("\u{1}{mount}")));
        marked.replace('\u{1}', &format!("{}/", self.directory.path().display()))
    }

    /// Returns the buckets that the policy of each user names.
    fn allowed(&self) -> BTreeMap<String, BTreeSet<String>> {
        let buckets = |user: &String| {
            let policy: Json = serde_json::from_str(&self.read(&format!("config/policy-{user}.json"))).expect("JSON");
            let resources = policy["Statement"].as_array().expect("statements").iter();
            let resources = resources.flat_map(|statement| strings(&statement["Resource"]).collect::<Vec<_>>());
            let name = |arn: &str| arn.strip_prefix("arn:aws:s3:::").expect("an ARN").trim_end_matches("/*").to_owned();
            (user.clone(), resources.map(name).collect())
        };
        self.users.keys().map(buckets).collect()
    }

    fn run(&self) -> Output {
        self.run_with(&[])
    }

    fn run_with(&self, more: &[(&str, &str)]) -> Output {
        let mut command = Command::new("/bin/sh");
        command.arg(&self.script).env_clear().env("PATH", self.directory.path().join("bin"));
        command.env("STORE_DIR", self.directory.path().join("store"));
        command.envs(self.env.iter().cloned()).envs(more.iter().copied());
        // A run begins with an empty home and counts its own calls.
        let home = self.directory.path().join("tmp");
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(&home).expect("a folder");
        let _ = std::fs::remove_file(self.directory.path().join("store/calls"));
        command.output().expect("there is a shell")
    }

    fn can_list(&self, keys: &Keys, bucket: &str) -> bool {
        let run = |arguments: &[&str]| {
            let mut command = Command::new(self.directory.path().join("bin/mc"));
            command
                .args(arguments)
                .env("STORE_DIR", self.directory.path().join("store"))
                .envs(self.env.iter().cloned());
            command.output().expect("the stand-in starts").status.success()
        };
        let url = self.read("store/url");
        assert!(run(&["alias", "set", "probe", &url, &keys.access, &keys.secret]), "the user is known");
        run(&["ls", &format!("probe/{bucket}")])
    }

    /// Asserts that every bucket, user and policy is there, and nothing beside.
    #[track_caller]
    fn is_complete(&self) {
        let made = |folder: &str| -> BTreeSet<String> {
            let entries =
                std::fs::read_dir(self.directory.path().join("store").join(folder)).expect("something was made");
            entries.map(|entry| entry.expect("it can be read").file_name().into_string().expect("UTF-8")).collect()
        };
        let sorted = |mut all: Vec<BTreeSet<String>>| {
            all.sort();
            all
        };
        assert_eq!(sorted(self.policies.values().cloned().collect()), sorted(self.consumers.clone()));
        assert_eq!(made("buckets"), self.policies.values().flatten().cloned().collect());
        assert_eq!(made("users"), self.users.values().map(|keys| keys.access.clone()).collect());
        assert_eq!(made("policies"), self.users.keys().cloned().collect());
        for (user, keys) in &self.users {
            assert_eq!(self.read(&format!("store/users/{}", keys.access)).trim_end_matches('\n'), keys.secret);
            assert_eq!(made(&format!("attached/{}", keys.access)), BTreeSet::from([user.clone()]));
        }
    }

    /// Returns what the store holds.
    fn state(&self) -> BTreeMap<String, String> {
        let store = self.directory.path().join("store");
        let files = walkdir::WalkDir::new(&store).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
        let name = |path: &Path| path.strip_prefix(&store).expect("below").display().to_string();
        let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let all = files.map(|entry| (name(entry.path()), text(entry.path())));
        all.filter(|(name, _)| name != "calls" && name != "closed").collect()
    }

    fn secrets(&self) -> Vec<String> {
        self.users.values().map(|keys| keys.secret.clone()).chain([ROOT_PASSWORD.to_owned()]).collect()
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(file)).unwrap_or_default()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.directory.path().join(file);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
}
