//! The bucket Job's real script makes what is claimed, however often and against whatever store it runs.
//!
//! It is taken from the ConfigMap of a built tree and runs under `sh`, with the tools of the client's image alone and
//! `mc.sh` in place of `mc`.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "a test of a script reads and writes files")]

mod common {
    pub(crate) mod job;
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use bayplan::source::{Source, Sources};
use common::job::{self, Job, Keys, script, strings};
use common::trees::{Object, Tree, texts, trees, trees_of};
use serde_json::Value as Json;

/// A Job and the store that it talks to.
struct Place {
    job: Job,
    /// The buckets that each consumer in the tree is configured with.
    consumers: Vec<BTreeSet<String>>,
    /// The policies that service accounts are bound to.
    bound: BTreeSet<String>,
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
        let shown = [place.job.read("store/calls").into_bytes(), output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&shown).into_owned();
        for secret in place.secrets() {
            assert!(!shown.contains(&secret), "{name}: {secret} in\n{shown}");
        }
        // What would be found is there at all.
        assert!(place.job.users.values().all(|keys| shown.contains(&keys.access)), "{shown}");
    }
}

#[test]
fn a_user_reaches_its_own_buckets_and_no_other() {
    for (_, tree) in stores() {
        let place = Place::new(&tree);
        succeeds(&place.run());
        for (user, keys) in &place.job.users {
            for bucket in place.job.policies.values().flatten() {
                let own = place.job.policies[user].contains(bucket);
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
        for (user, buckets) in &place.job.policies {
            let policy: Json =
                serde_json::from_str(&place.job.read(&format!("config/policy-{user}.json"))).expect("JSON");
            assert_eq!(policy["Version"], "2012-10-17");
            let mut allowed = BTreeSet::new();
            for statement in policy["Statement"].as_array().expect("statements") {
                assert_eq!(statement["Effect"], "Allow");
                for resource in strings(&statement["Resource"]) {
                    allowed
                        .extend(strings(&statement["Action"]).map(|action| (resource.to_owned(), action.to_owned())));
                }
            }
            // What kinds of access there are: on buckets, and on what is in them.
            let of_bucket = ["s3:GetBucketLocation", "s3:ListBucket"];
            let of_objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
            let parts = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
            let kinds = [
                (of_bucket.to_vec(), of_objects[..1].to_vec()),
                (of_bucket.to_vec(), of_objects[..2].to_vec()),
                (of_bucket.to_vec(), of_objects.to_vec()),
                ([&of_bucket[..], &["s3:ListBucketMultipartUploads"]].concat(), [&of_objects[..], &parts].concat()),
            ];
            let expected = kinds.map(|(on_bucket, on_objects)| {
                let each = |bucket: &String| {
                    let arn = format!("arn:aws:s3:::{bucket}");
                    let buckets: Vec<_> = on_bucket.iter().map(|action| (arn.clone(), (*action).to_owned())).collect();
                    let objects = on_objects.iter().map(|action| (format!("{arn}/*"), (*action).to_owned()));
                    buckets.into_iter().chain(objects).collect::<Vec<_>>()
                };
                buckets.iter().flat_map(each).collect::<BTreeSet<_>>()
            });
            assert!(expected.contains(&allowed), "{name}: {user}: {allowed:#?}");
        }
    }
}

#[test]
fn a_store_that_does_not_answer_is_waited_for() {
    for closed in [1, 5, 40] {
        let (_, tree) = stores().remove(0);
        let place = Place::new(&tree);
        place.job.write("store/closed", &closed.to_string());
        succeeds(&place.run());
        place.is_complete();
        assert_eq!(place.job.read("slept").lines().count(), closed, "a pause for each refusal");
    }
}

#[test]
fn a_store_that_never_answers_ends_the_job() {
    let (_, tree) = stores().remove(0);
    let place = Place::new(&tree);
    place.job.write("store/closed", "1000000");
    fails(&place.run(), "does not answer");
}

#[test]
fn a_wrong_root_password_ends_the_job() {
    let (_, tree) = stores().remove(0);
    let place = Place::new(&tree);
    place.job.write("store/root-password", "another one");
    fails(&place.run(), "refuses the root credentials");
    assert!(!place.job.directory.path().join("store/buckets").exists());
}

#[test]
fn a_missing_file_ends_the_job() {
    for (_, tree) in stores().into_iter().take(1) {
        let place = Place::new(&tree);
        let users: Vec<_> = place.job.users.keys().cloned().collect();
        for user in users {
            for file in [format!("secrets/users/{user}/secret-key"), format!("config/policy-{user}.json")] {
                let place = Place::new(&tree);
                std::fs::remove_file(place.job.directory.path().join(&file)).expect("it is there");
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
        let calls = whole.job.read("store/calls");
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
    let user = place.job.users.keys().next().expect("somebody claims").clone();
    place.job.write(&format!("secrets/users/{user}/access-key"), &job::root().access);
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

/// Returns the buckets that a consumer is configured with: those of Loki's chart, Velero's location, Flink's
/// options, and Restate's
/// snapshots.
fn buckets_of(object: &Object) -> Option<BTreeSet<String>> {
    if let Some(bucket) = object.json.pointer("/spec/objectStorage/bucket").and_then(Json::as_str) {
        return Some(BTreeSet::from([bucket.to_owned()]));
    }
    if let Some(options) = object.json.pointer("/spec/flinkConfiguration").and_then(Json::as_object) {
        let directories = options.iter().filter(|(key, _)| key.ends_with("dir") || key.ends_with("Dir"));
        let bucket = |value: &Json| Some(value.as_str()?.split_once("://")?.1.split('/').next()?.to_owned());
        return Some(directories.filter_map(|(_, value)| bucket(value)).collect());
    }
    let values =
        ["/spec/values", "/spec/sources/0/helm/valuesObject"].into_iter().find_map(|path| object.json.pointer(path));
    let names = values.and_then(|values| values.pointer("/loki/storage/bucketNames")).and_then(Json::as_object);
    if let Some(names) = names {
        return Some(names.values().filter_map(Json::as_str).map(str::to_owned).collect());
    }
    let env = object.json.pointer("/spec/template/spec/containers/0/env").and_then(Json::as_array)?;
    let bucket =
        |variable: &Json| variable["value"].as_str()?.strip_prefix("s3://")?.split('/').next().map(str::to_owned);
    let buckets: BTreeSet<_> = env.iter().filter_map(bucket).collect();
    (!buckets.is_empty()).then_some(buckets)
}

impl Place {
    /// Mounts what the Job of `tree` mounts, and puts a store beside it.
    fn new(tree: &Tree) -> Self {
        let job = Job::all(tree).into_iter().next().expect("there is a Job with a script");
        let bin = job.tools(&["sleep"]);
        job.write("bin/mc", include_str!("mc.sh"));
        job.write("bin/sleep", &format!("#!/bin/sh\necho \"$@\" >>{}/slept\n", job.directory.path().display()));
        for tool in ["mc", "sleep"] {
            std::fs::set_permissions(bin.join(tool), std::fs::Permissions::from_mode(0o755)).expect("it can run");
        }
        let url = job.env.iter().find(|(name, _)| name == "STORE_URL").expect("it knows the store").1.clone();
        job.write("store/url", &url);
        job.write("store/root-user", &job::root().access);
        job.write("store/root-password", &job::root().secret);
        let objects = tree.objects_at_work();
        let uses_it = |object: &&Object| {
            let mut uses = false;
            texts(&object.json, &mut |text| uses |= text == url);
            uses
        };
        let bindings = objects
            .iter()
            .filter(|object| object.kind() == "PolicyBinding" && url.contains(&format!(".{}.svc", object.namespace())));
        let names = bindings.flat_map(|binding| binding.json["spec"]["policies"].as_array().into_iter().flatten());
        let bound = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
        Self { job, consumers: objects.iter().filter(uses_it).filter_map(buckets_of).collect(), bound }
    }

    fn run(&self) -> Output {
        self.run_with(&[])
    }

    fn run_with(&self, more: &[(&str, &str)]) -> Output {
        // A run counts its own calls.
        let _ = std::fs::remove_file(self.job.directory.path().join("store/calls"));
        let mut command = self.job.command();
        command.env("STORE_DIR", self.job.directory.path().join("store")).envs(more.iter().copied());
        command.output().expect("there is a shell")
    }

    fn can_list(&self, keys: &Keys, bucket: &str) -> bool {
        let run = |arguments: &[&str]| {
            let mut command = Command::new(self.job.directory.path().join("bin/mc"));
            command
                .args(arguments)
                .env("STORE_DIR", self.job.directory.path().join("store"))
                .envs(self.job.env.iter().cloned());
            command.output().expect("the stand-in starts").status.success()
        };
        let url = self.job.read("store/url");
        assert!(run(&["alias", "set", "probe", &url, &keys.access, &keys.secret]), "the user is known");
        run(&["ls", &format!("probe/{bucket}")])
    }

    /// Whether the Job asks for more than S3 knows.
    fn is_minio(&self) -> bool {
        self.job.read("config/buckets.sh").contains("mc ready")
    }

    /// Asserts that every bucket, user and policy is there, and nothing beside.
    #[track_caller]
    fn is_complete(&self) {
        let made = |folder: &str| -> BTreeSet<String> {
            let entries = std::fs::read_dir(self.job.directory.path().join("store").join(folder)).into_iter().flatten();
            entries.map(|entry| entry.expect("it can be read").file_name().into_string().expect("UTF-8")).collect()
        };
        // What an application of somebody else stores where is not in the tree; and a store that is no MinIO has no users that a
        // Job could make.
        let policies: Vec<_> = self.job.policies.values().collect();
        for consumer in self.consumers.iter().filter(|_| self.is_minio()) {
            assert!(policies.contains(&consumer), "{consumer:?} is in none of {policies:?}");
        }
        let bound: Vec<_> = self.bound.iter().map(|policy| self.job.buckets_in(policy)).collect();
        let asked: BTreeSet<_> = self.consumers.iter().chain(policies).chain(&bound).flatten().cloned().collect();
        let (set_up, others): (BTreeSet<_>, BTreeSet<_>) = made("buckets")
            .into_iter()
            .partition(|bucket| !self.job.read(&format!("store/buckets/{bucket}/anonymous")).is_empty());
        assert!(others.is_subset(&asked), "{others:?} are made, and nobody asks for all of them");
        assert!(asked.is_subset(&set_up.union(&others).cloned().collect()), "{asked:?} are not all made");
        assert!(!set_up.is_empty() || !others.is_empty(), "nothing is made");
        assert_eq!(made("users"), self.job.users.values().map(|keys| keys.access.clone()).collect());
        assert_eq!(made("policies"), self.job.users.keys().chain(&self.bound).cloned().collect());
        for (user, keys) in &self.job.users {
            assert_eq!(self.job.read(&format!("store/users/{}", keys.access)).trim_end_matches('\n'), keys.secret);
            assert_eq!(made(&format!("attached/{}", keys.access)), BTreeSet::from([user.clone()]));
        }
    }

    /// Returns what the store holds.
    fn state(&self) -> BTreeMap<String, String> {
        let store = self.job.directory.path().join("store");
        let files = walkdir::WalkDir::new(&store).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
        let name = |path: &Path| path.strip_prefix(&store).expect("below").display().to_string();
        let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let all = files.map(|entry| (name(entry.path()), text(entry.path())));
        all.filter(|(name, _)| name != "calls" && name != "closed").collect()
    }

    fn secrets(&self) -> Vec<String> {
        self.job.users.values().map(|keys| keys.secret.clone()).chain([job::root().secret]).collect()
    }
}
