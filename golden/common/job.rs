//! A Job that makes buckets, as it stands in a tree, with its mounts in a folder instead of `/`.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use tempfile::TempDir;

use super::trees::{Object, Tree};

/// What the script may use beside the builtins of a shell: tools of coreutils, which the image has.
const TOOLS: &[&str] = &["cat", "head", "tail", "tr", "cut", "wc", "mkdir", "rm", "mktemp", "date", "sleep", "true"];

/// The folder that nothing may write to.
pub(crate) const READ_ONLY: &str = "read-only";

/// An access key and its secret key.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) access: String,
    pub(crate) secret: String,
}

/// Returns the root credentials of every store that a test knows. No shell may take the password apart.
pub(crate) fn root() -> Keys {
    Keys { access: "harbour-master".to_owned(), secret: "root pass; 'word' *#%s".to_owned() }
}

/// Where a Job runs: its mounts, its variables, and the credentials that it is given.
pub(crate) struct Job {
    pub(crate) directory: TempDir,
    /// The variables of the container.
    pub(crate) env: Vec<(String, String)>,
    pub(crate) users: BTreeMap<String, Keys>,
    /// The buckets that each user's policy names.
    pub(crate) policies: BTreeMap<String, BTreeSet<String>>,
}

/// Returns the script of a ConfigMap that holds it.
pub(crate) fn script(object: &Object) -> Option<&str> {
    (object.kind() == "ConfigMap").then(|| object.json.pointer("/data/buckets.sh").and_then(Json::as_str)).flatten()
}

impl Job {
    /// Mounts what each Job of `tree` mounts that makes buckets.
    pub(crate) fn all(tree: &Tree) -> Vec<Self> {
        let objects = tree.objects_at_work();
        let jobs = objects.iter().filter(|object| object.kind() == "Job");
        let with_script = |job: &Object| {
            let volumes = job.json.pointer("/spec/template/spec/volumes").and_then(Json::as_array)?;
            let mounts = |config: &Object| volumes.iter().any(|volume| volume["configMap"]["name"] == config.name());
            let config = objects
                .iter()
                .find(|object| script(object).is_some() && object.namespace() == job.namespace() && mounts(object))?;
            Some(Self::new(job, config))
        };
        jobs.filter_map(with_script).collect()
    }

    fn new(job: &Object, config: &Object) -> Self {
        let pod = &job.json["spec"]["template"]["spec"];
        let container = &pod["containers"][0];
        let mut place = Self {
            directory: tempfile::tempdir().expect("there is room"),
            env: Vec::new(),
            users: BTreeMap::new(),
            policies: BTreeMap::new(),
        };
        let command: Vec<_> = strings(&container["command"]).collect();
        assert_eq!(command, ["/bin/sh", "/config/buckets.sh"]);
        for mount in container["volumeMounts"].as_array().expect("it mounts something") {
            let path = mount["mountPath"].as_str().expect("a path").trim_start_matches('/');
            let is_volume = |volume: &&Json| volume["name"] == mount["name"];
            let volume = pod["volumes"].as_array().expect("volumes").iter().find(is_volume).expect("its volume");
            if mount["name"] == "trust" {
                // The stores of tests speak no TLS.
            } else if volume["configMap"]["name"] == config.name() {
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
            let Keys { access, secret } = root();
            let text = format!("export MINIO_ROOT_USER=\"{access}\"\nexport MINIO_ROOT_PASSWORD=\"{secret}\"\n");
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

    /// Fills a folder with the only tools that the script finds, `mc` and what a test adds beside them, and returns it.
    pub(crate) fn tools(&self, without: &[&str]) -> PathBuf {
        let bin = self.directory.path().join("bin");
        std::fs::create_dir_all(&bin).expect("a folder");
        for tool in TOOLS.iter().filter(|tool| !without.contains(tool)) {
            let found =
                ["/bin", "/usr/bin"].map(|folder| Path::new(folder).join(tool)).into_iter().find(|at| at.exists());
            symlink(found.expect("coreutils are there"), bin.join(tool)).expect("a link");
        }
        bin
    }

    /// Returns the command of the container, with an empty `/tmp` as a new pod has. A container runtime sets the home of a
    /// user that the image does not know to `/`, which is read-only: here it is a folder that is not there.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new("/bin/sh");
        command.arg(self.directory.path().join("config/buckets.sh"));
        command.env_clear().env("PATH", self.directory.path().join("bin")).envs(self.env.iter().cloned());
        command.env("HOME", self.directory.path().join(READ_ONLY));
        let home = self.directory.path().join("tmp");
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(&home).expect("a folder");
        command
    }

    /// Returns the text with the mounts' paths as they are here.
    fn moved(&self, text: &str) -> String {
        // In two steps, since the new paths may hold the old ones.
        let marked = ["secrets/", "config/", "tmp/"]
            .iter()
            .fold(text.to_owned(), |text, mount| text.replace(&format!("/{mount}"), &format!("\u{1}{mount}")));
        marked.replace('\u{1}', &format!("{}/", self.directory.path().display()))
    }

    /// Returns what the users may do with objects of their buckets.
    pub(crate) fn actions(&self, user: &str) -> BTreeSet<String> {
        let policy: Json = serde_json::from_str(&self.read(&format!("config/policy-{user}.json"))).expect("JSON");
        let statements = policy["Statement"].as_array().expect("statements").iter();
        statements.flat_map(|statement| strings(&statement["Action"]).map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Whether the store must have been told of targets before the script names them in events.
    pub(crate) fn names_event_targets(&self) -> bool {
        self.read("config/buckets.sh").contains("mc event add")
    }

    /// Whether a lifecycle has what only a store understands that is no MinIO.
    pub(crate) fn is_for_another_store(&self) -> bool {
        let files = std::fs::read_dir(self.directory.path().join("config")).expect("it is mounted");
        let texts = files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok());
        texts.into_iter().any(|text| text.contains("\"AbortIncomplete") || text.contains("\"StorageClass\""))
    }

    /// Returns the buckets that the policy of each user names.
    fn allowed(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.users.keys().map(|user| (user.clone(), self.buckets_in(user))).collect()
    }

    /// Returns the buckets that a policy names.
    pub(crate) fn buckets_in(&self, policy: &str) -> BTreeSet<String> {
        let policy: Json = serde_json::from_str(&self.read(&format!("config/policy-{policy}.json"))).expect("JSON");
        let resources = policy["Statement"].as_array().expect("statements").iter();
        let resources = resources.flat_map(|statement| strings(&statement["Resource"]).collect::<Vec<_>>());
        let name = |arn: &str| arn.strip_prefix("arn:aws:s3:::").expect("an ARN").trim_end_matches("/*").to_owned();
        resources.map(name).collect()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(file)).unwrap_or_default()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.directory.path().join(file);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
}

/// Returns the texts of a list.
pub(crate) fn strings(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}
