//! The very script of the Job that makes buckets, against a real server: it converges, and each user reaches what is
//! its own and nothing else.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

use super::programs::{End, MC, Missing};
use super::server::{Server, run, succeeded, told};
use crate::common::job::{Job, Keys, READ_ONLY};
use crate::common::trees::Tree;

/// Runs each Job of a tree.
pub(crate) fn hold(tree: &Tree) -> Result<(), End> {
    let jobs = Job::all(tree);
    if jobs.is_empty() {
        return Err("no Job mounts the script".to_owned().into());
    }
    let mut missing = Vec::new();
    for job in &jobs {
        if job.is_for_another_store() {
            missing.push("a store that knows what MinIO does not");
        } else if job.names_event_targets() {
            // `settings/events_come_and_go` has one.
            missing.push("the targets of events");
        } else {
            holds(job)?;
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Missing(format!("not at hand: {}; the script for it was not run", missing.join(", "))).into())
}

/// Runs the Job twice against a new server, then tries what its users may do.
fn holds(job: &Job) -> Result<(), End> {
    let server = Server::start()?;
    let bin = job.tools(&["sleep"]);
    symlink(MC.path()?, bin.join("mc")).map_err(|error| error.to_string())?;
    // The server answers already: whoever waits for it waits in vain.
    symlink("/bin/true", bin.join("sleep")).map_err(|error| error.to_string())?;
    let empty = server.state()?;
    runs(job, &server)?;
    let first = server.state()?;
    if first == empty {
        return Err("the Job made nothing".to_owned().into());
    }
    runs(job, &server)?;
    let second = server.state()?;
    for (name, text) in &first {
        let now = second.get(name).map_or("", String::as_str);
        if now != text {
            return Err(format!("the second run changes {name}:\n{text}\nis now\n{now}").into());
        }
    }
    if second.len() != first.len() {
        return Err("the second run adds something".to_owned().into());
    }
    rights(job, &server)
}

fn runs(job: &Job, server: &Server) -> Result<(), End> {
    let mut command = job.command();
    command.env("STORE_URL", &server.url);
    succeeded("buckets.sh", &run(&mut command, "")?)?;
    if job.directory.path().join(READ_ONLY).exists() {
        return Err("something writes to the root file system".to_owned().into());
    }
    Ok(())
}

/// Every user against every bucket: all that it may do on its own works, and none of it on another.
fn rights(job: &Job, server: &Server) -> Result<(), End> {
    let mut own = 0;
    for (user, keys) in &job.users {
        server.alias("user", keys)?;
        for bucket in job.policies.values().flatten() {
            if job.policies[user].contains(bucket) {
                uses(server, bucket, &job.actions(user))
                    .map_err(|end| explained(end, &format!("user {user}, bucket {bucket}")))?;
                own += 1;
            } else {
                is_denied(server, bucket).map_err(|end| explained(end, &format!("user {user}, bucket {bucket}")))?;
            }
        }
        denied(server, &["mb", "user/a-bucket-of-its-own"])?;
        denied(server, &["admin", "user", "list", "user"])?;
        denied(server, &["admin", "policy", "attach", "user", "readwrite", "--user", &keys.access])?;
        let wrong = Keys { access: keys.access.clone(), secret: format!("{} ", keys.secret) };
        if server.alias("wrong", &wrong).is_ok() {
            return Err(format!("user {user} is let in with a wrong secret key").into());
        }
    }
    if own == 0 && !job.users.is_empty() { Err("no user has a bucket".to_owned().into()) } else { Ok(()) }
}

/// What the policy allows works, and what it does not is denied.
fn uses(server: &Server, bucket: &str, actions: &BTreeSet<String>) -> Result<(), End> {
    let (object, as_root) = (format!("user/{bucket}/some/object"), format!("root/{bucket}/some/object"));
    let may = |action: &str| actions.contains(action);
    if may("s3:PutObject") {
        succeeded("put", &server.mc(&["pipe", &object], "cargo")?)?;
    } else {
        denied(server, &["pipe", &object])?;
        succeeded("put as root", &server.mc(&["pipe", &as_root], "cargo")?)?;
    }
    if !server.succeeds(&["ls", "--recursive", &format!("user/{bucket}")])?.contains("some/object") {
        return Err("the object is not listed".to_owned().into());
    }
    if !may("s3:GetObject") {
        denied(server, &["cat", &object])?;
    } else if server.succeeds(&["cat", &object])? != "cargo" {
        return Err("another object was read than was written".to_owned().into());
    }
    if may("s3:DeleteObject") {
        server.succeeds(&["rm", &object])?;
    } else {
        denied(server, &["rm", &object])?;
        server.succeeds(&["rm", &as_root])?;
    }
    // Old versions keep the bucket from being empty, and the client from asking.
    if server.succeeds(&["ls", "--versions", &format!("root/{bucket}")])?.is_empty() {
        denied(server, &["rb", &format!("user/{bucket}")])?;
    }
    Ok(())
}

fn is_denied(server: &Server, bucket: &str) -> Result<(), End> {
    let secret = format!("{bucket}/secret");
    succeeded("put as root", &server.mc(&["pipe", &format!("root/{secret}")], "nobody else's")?)?;
    denied(server, &["ls", &format!("user/{bucket}")])?;
    denied(server, &["cat", &format!("user/{secret}")])?;
    denied(server, &["pipe", &format!("user/{bucket}/other")])?;
    denied(server, &["rm", &format!("user/{secret}")])?;
    if server.succeeds(&["cat", &format!("root/{secret}")])? != "nobody else's" {
        return Err("the object of somebody else changed".to_owned().into());
    }
    server.succeeds(&["rm", &format!("root/{secret}")]).map(drop)
}

/// Runs the client, whom the server must refuse for want of rights.
fn denied(server: &Server, arguments: &[&str]) -> Result<(), End> {
    let output = server.mc(arguments, "cargo")?;
    let told = told(&output);
    let refused = ["Access Denied", "AccessDenied", "Insufficient permissions"].iter().any(|word| told.contains(word));
    if !output.status.success() && refused {
        return Ok(());
    }
    Err(format!("`mc {}` is not denied: {told}", arguments.join(" ")).into())
}

fn explained(end: End, who: &str) -> End {
    match end {
        End::Failed(message) => End::Failed(format!("{who}: {message}")),
        missing @ End::Missing(_) => missing,
    }
}
