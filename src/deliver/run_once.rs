//! A Job that runs once for each content.

use crate::component::RunOnce;
use crate::tree::{Model, Sum};
use crate::value::{Origin, Traced, Value};
use crate::yaml;

/// Returns a hash of the Job and of all that it mounts.
pub(super) fn digest(run: &RunOnce, model: Option<&Model>) -> Traced<String> {
    let hashed: Vec<_> = run.inputs.iter().chain([&run.job]).collect();
    let sum = || Sum::of_all(hashed.iter().map(|part| yaml::emit(part)));
    let sum = model.map_or_else(sum, |model| model.sum(&hashed, sum));
    let mut origin = Origin::default();
    for part in hashed {
        part.walk(&mut |value| origin.add(&value.origin));
    }
    Traced::new(format!("{:.8}", sum.to_string()), origin)
}

/// Returns a Job whose name ends with a hash of its content, and the name without it: the template of a Job cannot
/// change, so that a changed one must be another Job.
pub(super) fn named_by_content(run: RunOnce, model: Option<&Model>) -> (Value, Option<String>) {
    let digest = digest(&run, model);
    let mut job = run.job;
    let Some(name) = job.as_map_mut().and_then(|job| job.get_mut("metadata")?.as_map_mut()?.get_mut("name")) else {
        return (job, None);
    };
    let stem = name.as_str().unwrap_or_default().to_owned();
    *name = Value::new(format!("{stem}-{digest}")).because(&name.origin.and(digest.origin()));
    (job, Some(stem))
}
