//! A MinIO server on a free port of the loopback interface, whose data is a folder that goes with it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value as Json;
use tempfile::TempDir;

use super::programs::{End, MC, MINIO};
use crate::common::job::{self, Keys};

/// A running server, and a client with an alias for each who talks to it.
pub(crate) struct Server {
    directory: TempDir,
    process: Child,
    pub(crate) url: String,
}

/// Runs a command in the background until its standard input ends: with the test, however that ends.
const UNTIL_STDIN_ENDS: &str = r#""$@" </dev/null & read -r _; kill "$!"; wait "$!""#;

impl Server {
    /// Starts a server with the root credentials of `job::root()`, and waits until it answers.
    pub(crate) fn start() -> Result<Self, End> {
        Self::start_with(&[])
    }

    /// Starts a server with these variables, too.
    pub(crate) fn start_with(variables: &[(String, String)]) -> Result<Self, End> {
        let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?.to_string();
        drop(listener);
        let Keys { access, secret } = job::root();
        let process = Command::new("sh")
            .args(["-c", UNTIL_STDIN_ENDS, "sh"])
            .arg(MINIO.path()?)
            .args(["server", "--quiet", "--address", &address, "data"])
            .current_dir(&directory)
            .env("HOME", directory.path())
            .envs([("MINIO_ROOT_USER", access), ("MINIO_ROOT_PASSWORD", secret)])
            .envs(variables.iter().cloned())
            .envs([("MINIO_BROWSER", "off"), ("MINIO_UPDATE", "off")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the server does not start: {error}"))?;
        let server = Self { directory, process, url: format!("http://{address}") };
        let root = job::root();
        let mut told = String::new();
        for _ in 0..150 {
            match server.alias("root", &root) {
                Ok(()) => return server.succeeds(&["ready", "root"]).map(|_| server),
                Err(End::Failed(error)) => told = error,
                Err(missing) => return Err(missing),
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Err(format!("the server does not answer: {told}").into())
    }

    /// Makes `keys` known to the client as `alias`.
    pub(crate) fn alias(&self, alias: &str, keys: &Keys) -> Result<(), End> {
        let lines = format!("{}\n{}\n", keys.access, keys.secret);
        let output = self.mc(&["alias", "set", alias, &self.url], &lines)?;
        succeeded("mc alias set", &output).map(drop)
    }

    /// Runs the client.
    pub(crate) fn mc(&self, arguments: &[&str], input: &str) -> Result<Output, End> {
        let mut command = MC.command()?;
        command.args(arguments).env("MC_CONFIG_DIR", self.directory.path().join("mc"));
        run(command.current_dir(&self.directory), input)
    }

    /// Runs the client, which must succeed.
    pub(crate) fn succeeds(&self, arguments: &[&str]) -> Result<String, End> {
        succeeded(&format!("mc {}", arguments.join(" ")), &self.mc(arguments, "")?)
    }

    /// Returns all that the server holds: the settings of its buckets, the objects, users with their secret keys,
    /// policies, and who has which.
    pub(crate) fn state(&self) -> Result<BTreeMap<String, String>, End> {
        let mut state = BTreeMap::new();
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        for (export, file) in [("bucket", "root-bucket-metadata.zip"), ("iam", "root-iam-info.zip")] {
            self.succeeds(&["admin", "cluster", export, "export", "root"])?;
            let mut unzip = Command::new("python3");
            unzip.args(["-m", "zipfile", "-e"]).arg(self.directory.path().join(file)).arg(folder.path());
            succeeded("python3 -m zipfile", &run(&mut unzip, "")?)?;
        }
        let files = walkdir::WalkDir::new(folder.path()).sort_by_file_name().into_iter().filter_map(Result::ok);
        for file in files.filter(|file| file.file_type().is_file()) {
            let text = std::fs::read_to_string(file.path()).map_err(|error| error.to_string())?;
            // When the server was last told of a rule is no setting.
            let text = without_element(&text, "ExpiryUpdatedAt");
            let text = serde_json::from_str(&text).map_or(text, |json| sorted(json).to_string());
            state.insert(below(folder.path(), file.path()), text);
        }
        let objects = self.succeeds(&["ls", "--recursive", "--versions", "root"])?;
        state.insert("objects".to_owned(), objects);
        state.insert("buckets".to_owned(), self.succeeds(&["ls", "root"])?);
        Ok(state)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Returns XML without an element that holds text.
fn without_element(text: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    match (text.split_once(&open), text.split_once(&close)) {
        (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
        _ => text.to_owned(),
    }
}

/// The server writes the actions of a policy in any order.
fn sorted(mut json: Json) -> Json {
    match &mut json {
        Json::Array(items) => {
            for item in items.iter_mut() {
                *item = sorted(item.take());
            }
            if items.iter().all(Json::is_string) {
                items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
        }
        Json::Object(map) => map.values_mut().for_each(|value| *value = sorted(value.take())),
        _ => {}
    }
    json
}

fn below(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).expect("it was found there").display().to_string()
}

/// Runs a command with `input` on its standard input.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<Output, End> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| End::from(format!("{name}: {error}"));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    // Whoever reads nothing closes it.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    child.wait_with_output().map_err(failed)
}

/// Returns what a command wrote, if it succeeded.
pub(crate) fn succeeded(what: &str, output: &Output) -> Result<String, End> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{what}: {}", told(output)).into())
}

/// Returns all that a command wrote.
pub(crate) fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
