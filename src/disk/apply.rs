//! Plans onto the disk: every file whole or not at all.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door to the file system")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::Error;
use super::directory::{Directory, Way};
use crate::plan::{Plan, Step, TEMPORARY};
use crate::tree::{Tree, TreePath};

/// Carries out the `plan` that leads to `desired`, while the project is [locked](super::lock). What is equal is not
/// written. After an error, as after a kill, each file is the old or the new one, and the next build goes on.
///
/// # Errors
/// What the system refuses, and the first of the plan's [problems](Plan::problems), with nothing written.
pub fn apply(project: &Path, plan: &Plan, desired: &Tree) -> Result<(), Error> {
    if let Some(problem) = plan.problems().into_iter().next() {
        return Err(Error::Fault(Box::new(problem)));
    }
    let mut way = way(project)?;
    plan.steps(desired).iter().try_for_each(|step| perform(project, &mut way, step))
}

/// Writes a file of a new project and tells whether it did: what stands there already stays.
pub fn create(project: &Path, path: &TreePath, text: &str) -> Result<bool, Error> {
    fs::create_dir_all(project).map_err(Error::io("write", project))?;
    let full = project.join(path.as_str());
    if fs::symlink_metadata(&full).is_ok() {
        return Ok(false);
    }
    write(project, &mut way(project)?, path, |file| file.write_all(text.as_bytes())).map(|()| true)
}

pub(super) fn way(project: &Path) -> Result<Way, Error> {
    Way::from(project).map_err(Error::io("open", project))
}

/// Carries out one step.
pub(super) fn perform(project: &Path, way: &mut Way, step: &Step<'_>) -> Result<(), Error> {
    match step {
        Step::Sweep(directory) => remove(&project.join(directory.as_str()).join(TEMPORARY)),
        Step::Write(path, text) => write(project, way, path, |file| file.write_all(text.as_bytes())),
        Step::Remove(path) => remove(&project.join(path.as_str())),
        Step::Prune(directory) => {
            // It fails where something is left in it, which is as it should be.
            let _ = fs::remove_dir(project.join(directory.as_str()));
            Ok(())
        }
        Step::Rename(from, to) => {
            let to = project.join(to.as_str());
            fs::rename(project.join(from.as_str()), &to).map_err(Error::io("write", &to))
        }
    }
}

/// Writes a file beside its place with `fill` and renames it: readers see the old bytes or the new ones.
pub(super) fn write(
    project: &Path,
    way: &mut Way,
    path: &TreePath,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), Error> {
    let (directory, name) = path.split();
    let written = way.make(directory).and_then(|directory| {
        let written = create_new(directory).and_then(|mut file| fill(&mut file));
        let written = written.and_then(|()| directory.rename(TEMPORARY, name));
        if written.is_err() {
            // The first error is the one to tell; if this fails, too, the next build sweeps.
            let _ = fs::remove_file(directory.join(TEMPORARY));
        }
        written
    });
    written.map_err(Error::io("write", &project.join(path.as_str())))
}

/// Makes the file that becomes another one when it is whole, in place of one that a killed build left.
fn create_new(directory: &Directory) -> io::Result<File> {
    match directory.create(TEMPORARY) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(directory.join(TEMPORARY))?;
            directory.create(TEMPORARY)
        }
        other => other,
    }
}

/// Removes a file; one that is gone already is as good.
fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Error::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}
