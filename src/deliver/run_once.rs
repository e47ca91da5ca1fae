//! A Job that runs once for each content.

use sha2::{Digest, Sha256};

use crate::component::RunOnce;
use crate::value::{Origin, Traced, Value};
use crate::yaml;

/// Returns a hash of the Job and of all that it mounts.
pub(super) fn digest(run: &RunOnce) -> Traced<String> {
    let mut hash = Sha256::new();
    let mut origin = Origin::default();
    for part in run.inputs.iter().chain([&run.job]) {
        hash.update(yaml::emit(part));
        part.walk(&mut |value| origin.add(&value.origin));
    }
    let digest = hash.finalize();
    Traced::new(format!("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]), origin)
}

/// Returns a Job whose name ends with a hash of its content, and the name without it: the template of a Job cannot
/// change, so that a changed one must be another Job.
pub(super) fn named_by_content(run: RunOnce) -> (Value, Option<String>) {
    let digest = digest(&run);
    let mut job = run.job;
    let Some(name) = job.as_map_mut().and_then(|job| job.get_mut("metadata")?.as_map_mut()?.get_mut("name")) else {
        return (job, None);
    };
    let stem = name.as_str().unwrap_or_default().to_owned();
    *name = Value::new(format!("{stem}-{digest}")).because(&name.origin.and(digest.origin()));
    (job, Some(stem))
}
