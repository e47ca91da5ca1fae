//! One build at a time in one project.

#![expect(clippy::disallowed_types, reason = "this is the door to the file system")]

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use super::Error;

/// Keeps other builds out of a project until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _directory: Option<File>,
}

/// Locks `project` for a build, from before the committed tree is read until all is written.
///
/// The directory itself is locked, so that no lock file lies about. Where directories cannot be locked (Windows, some
/// network file systems) builds are not kept apart.
///
/// # Errors
/// [`Error::Locked`] where another build runs.
pub fn lock(project: &Path) -> Result<Lock, Error> {
    if !cfg!(unix) {
        return Ok(Lock { _directory: None });
    }
    let directory = File::open(project).map_err(Error::io("open", project))?;
    match directory.try_lock() {
        Ok(()) => Ok(Lock { _directory: Some(directory) }),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(project.to_owned())),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(Lock { _directory: None }),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", project)(error)),
    }
}
