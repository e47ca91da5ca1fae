//! Settings of buckets as they come and go: the Job's script makes of a real bucket what is declared, takes away what is
//! declared no more, and fails where a bucket cannot become what it should.

use std::os::unix::fs::symlink;

use bayplan::source::{Source, Sources};

use super::listener::Listener;
use super::programs::{End, MC};
use super::server::{Server, run, succeeded, told};
use crate::common::job::Job;
use crate::common::trees::{Tree, trees_of};
use serde_json::Value as Json;

/// Everything that a bucket can have.
const EVERYTHING: &str = "
  versioning: true
  objectLock: { mode: governance, days: 30 }
  quota: 1Gi
  lifecycle:
    - { id: drafts, prefix: drafts/, expireDays: 7 }
    - { id: old, noncurrentDays: 30, noncurrentVersions: 2 }
  anonymous: download
";

/// Sets a bucket up, changes it, and takes everything away.
pub(crate) fn come_and_go() -> Result<(), End> {
    let server = Server::start()?;
    declare(&server, "first", EVERYTHING)?;
    shows(&server, &["retention", "info", "--default", "root/first"], "GOVERNANCE")?;
    shows(&server, &["retention", "info", "--default", "root/first"], "30DAYS")?;
    shows(&server, &["version", "info", "root/first"], "enabled")?;
    shows(&server, &["quota", "info", "root/first"], "1.0 GiB")?;
    shows(&server, &["anonymous", "get", "root/first"], "download")?;
    shows(&server, &["ilm", "rule", "export", "root/first"], "\"Prefix\":\"drafts/\"")?;
    shows(&server, &["ilm", "rule", "export", "root/first"], "\"NewerNoncurrentVersions\":2")?;

    let changed = EVERYTHING.replace("30 }", "60 }").replace("1Gi", "2Gi").replace("id: drafts", "id: notes");
    declare(&server, "first", &changed)?;
    shows(&server, &["retention", "info", "--default", "root/first"], "60DAYS")?;
    shows(&server, &["quota", "info", "root/first"], "2.0 GiB")?;
    shows(&server, &["ilm", "rule", "export", "root/first"], "\"notes\"")?;

    declare(&server, "first", " {}")?;
    shows(&server, &["quota", "info", "root/first"], "quota of 0 B")?;
    shows(&server, &["anonymous", "get", "root/first"], "private")?;
    refuses(&server, &["ilm", "rule", "export", "root/first"], "does not exist")?;
    // What protects the data stays.
    shows(&server, &["version", "info", "root/first"], "enabled")?;
    shows(&server, &["retention", "info", "--default", "root/first"], "60DAYS")
}

/// Events come to the target that the Tenant names as long as they are declared, and no others do.
pub(crate) fn events_come_and_go() -> Result<(), End> {
    let listener = Listener::start()?;
    let with = |events: &str| {
        format!(
            "apiVersion: bayplan.dev/v1alpha1\nkind: MinIO\nmetadata: {{ name: minio, namespace: storage }}\n\
             spec: {{ eventTargets: [{{ name: HOOK, type: webhook, settings: {{ endpoint: \"{}\" }} }}] }}\n---\n\
             apiVersion: bayplan.dev/v1alpha1\nkind: Bucket\nmetadata: {{ name: first, namespace: storage }}\n\
             spec: {{ events: [{events}] }}\n",
            listener.url
        )
    };
    let both = "{ target: HOOK, events: [put, delete], prefix: in/ }, { target: HOOK, events: [get], suffix: .txt }";
    let server = Server::start_with(&variables(&tree(&with(both))))?;
    let put = |name: &str| succeeded("put", &server.mc(&["pipe", &format!("root/first/{name}")], "cargo")?).map(drop);

    apply(&server, &with(both))?;
    let listed = server.succeeds(&["event", "list", "root/first"])?;
    // What is as declared is left alone: no event is lost meanwhile.
    let output = apply(&server, &with(both))?;
    if output.contains("Successfully added") || server.succeeds(&["event", "list", "root/first"])? != listed {
        return Err(format!("the second run makes events anew: {output}").into());
    }
    put("in/one")?;
    put("out/two")?;
    put("in/three")?;
    listener.hears("in%2Fthree")?;
    if listener.heard().iter().any(|event| event.contains("out%2Ftwo")) {
        return Err("an event came that nobody asked for".to_owned().into());
    }

    apply(&server, &with("{ target: HOOK, events: [put], prefix: out/ }"))?;
    put("in/four")?;
    put("out/five")?;
    listener.hears("out%2Ffive")?;
    if listener.heard().iter().any(|event| event.contains("in%2Ffour")) {
        return Err("an event came that is declared no more".to_owned().into());
    }

    apply(&server, &with(""))?;
    let listed = server.succeeds(&["event", "list", "root/first"])?;
    if listed.trim().is_empty() { Ok(()) } else { Err(format!("events are left: {listed}").into()) }
}

/// Every event that can be declared is one that the store lists as it is expected.
pub(crate) fn every_event_is_listed_as_expected() -> Result<(), End> {
    let listener = Listener::start()?;
    let text = format!(
        "apiVersion: bayplan.dev/v1alpha1\nkind: MinIO\nmetadata: {{ name: minio, namespace: storage }}\n\
         spec: {{ eventTargets: [{{ name: HOOK, type: webhook, settings: {{ endpoint: \"{}\" }} }}] }}\n---\n\
         apiVersion: bayplan.dev/v1alpha1\nkind: Bucket\nmetadata: {{ name: first, namespace: storage }}\n\
         spec: {{ events: [{{ target: HOOK, events: [scanner, ilm, replica, get, delete, put], prefix: \"it's a $(x)/\" }}] }}\n",
        listener.url
    );
    let server = Server::start_with(&variables(&tree(&text)))?;
    apply(&server, &text)?;
    let output = apply(&server, &text)?;
    if output.contains("Successfully added") {
        let listed = server.succeeds(&["event", "list", "root/first"])?;
        return Err(format!("the second run makes events anew, though they are there: {listed}").into());
    }
    Ok(())
}

/// A bucket that is there without object lock never gets it: the Job says so and fails.
pub(crate) fn lock_comes_too_late() -> Result<(), End> {
    let server = Server::start()?;
    declare(&server, "first", " {}")?;
    match declare(&server, "first", EVERYTHING) {
        Err(End::Failed(message)) if message.contains("bucket first is there without object lock") => Ok(()),
        Err(other) => Err(other),
        Ok(()) => Err("the Job makes as if the bucket had object lock".to_owned().into()),
    }
}

/// Runs the Job of a project with one bucket.
fn declare(server: &Server, name: &str, spec: &str) -> Result<(), End> {
    let text = format!(
        "minio_enabled: true\n---\napiVersion: bayplan.dev/v1alpha1\nkind: Bucket\n\
         metadata: {{ name: {name}, namespace: storage }}\nspec:{spec}"
    );
    apply(server, &text).map(drop)
}

fn tree(text: &str) -> Tree {
    let sources = Sources::new(vec![Source::new("cluster.yaml", text.as_bytes().to_vec())]);
    trees_of("settings", &sources).remove(0)
}

/// Runs the Job of a project, and returns what it says.
fn apply(server: &Server, text: &str) -> Result<String, End> {
    let job = Job::all(&tree(text)).pop().ok_or("there is no Job".to_owned())?;
    symlink(MC.path()?, job.tools(&[]).join("mc")).map_err(|error| error.to_string())?;
    let mut command = job.command();
    command.env("STORE_URL", &server.url);
    succeeded("buckets.sh", &run(&mut command, "")?)
}

/// Returns the variables that the Tenant of a tree gives its servers.
fn variables(tree: &Tree) -> Vec<(String, String)> {
    let objects = tree.objects();
    let tenants = objects.iter().filter(|object| object.kind() == "Tenant");
    let env = tenants.flat_map(|tenant| tenant.json["spec"]["env"].as_array().cloned().unwrap_or_default());
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    env.map(|one| (text(&one["name"]), text(&one["value"]))).collect()
}

/// The client's answer holds `expected`.
fn shows(server: &Server, arguments: &[&str], expected: &str) -> Result<(), End> {
    let answer = server.succeeds(arguments)?;
    if answer.contains(expected) {
        return Ok(());
    }
    Err(format!("`mc {}` does not show {expected}: {answer}", arguments.join(" ")).into())
}

/// The client fails, and says why.
fn refuses(server: &Server, arguments: &[&str], because: &str) -> Result<(), End> {
    let output = server.mc(arguments, "")?;
    if !output.status.success() && told(&output).contains(because) {
        return Ok(());
    }
    Err(format!("`mc {}` is not refused: {}", arguments.join(" "), told(&output)).into())
}
