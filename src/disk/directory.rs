//! Directories that stay open while the files in them are looked at or written.
//!
//! The system then finds a file by its name alone, where it would walk down from the top for each: a third of what it
//! costs to read a tree. And what was no symbolic link when it was opened cannot become one.

#![expect(clippy::disallowed_types, reason = "this is the door to the file system")]

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A directory of a project.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    handle: system::Handle,
}

/// What a directory that should be there is.
#[derive(Debug)]
pub(super) enum Above {
    Directory(Directory),
    Absent,
    /// A symbolic link, or no directory at all.
    Blocked,
}

/// The way from a project down to the directory that was asked for last. Whoever asks in the order of paths opens each
/// directory once.
#[derive(Debug)]
pub(super) struct Way {
    /// The project, without a name, then one part of the path after the other until one is no directory.
    steps: Vec<(String, Above)>,
}

impl Directory {
    /// Opens the directory `name` in this one, but no symbolic link to one.
    pub(super) fn directory(&self, name: &str) -> io::Result<Self> {
        Ok(Self { handle: system::open(self, name)?, path: self.path.join(name) })
    }

    /// Opens what is called `name` to be read, but no symbolic link. Does not wait for the other end of a pipe.
    pub(super) fn read(&self, name: &str) -> io::Result<File> {
        system::read(self, name)
    }

    /// Makes the new file `name`, with the permissions that the user's umask gives it.
    pub(super) fn create(&self, name: &str) -> io::Result<File> {
        system::create(self, name)
    }

    /// Gives a file another name, replacing what has it.
    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        system::rename(self, from, to)
    }

    /// Returns the path of what is called `name`.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Way {
    /// Begins in the directory of a project.
    pub(super) fn from(project: &Path) -> io::Result<Self> {
        let project = Directory { path: project.to_owned(), handle: system::project(project)? };
        Ok(Self { steps: vec![(String::new(), Above::Directory(project))] })
    }

    /// Returns what the directory at `path` is; absent or blocked where one above it is.
    pub(super) fn to(&mut self, path: &str) -> io::Result<&Above> {
        self.walk(path, |here, name| match here.directory(name) {
            Ok(directory) => Ok(Above::Directory(directory)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Above::Absent),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Above::Blocked),
            Err(error) => Err(error),
        })
    }

    /// Returns the directory at `path`, made if there is none.
    pub(super) fn make(&mut self, path: &str) -> io::Result<&Directory> {
        let made = self.walk(path, |here, name| match here.directory(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match system::make(here, name) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                }
                here.directory(name).map(Above::Directory)
            }
            other => other.map(Above::Directory),
        })?;
        match made {
            Above::Directory(directory) => Ok(directory),
            Above::Absent | Above::Blocked => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn walk(&mut self, path: &str, open: impl Fn(&Directory, &str) -> io::Result<Above>) -> io::Result<&Above> {
        let mut names = path.split('/').filter(|name| !name.is_empty()).peekable();
        let known = self.steps.iter().skip(1).take_while(|(name, _)| names.next_if(|next| next == name).is_some());
        let known = known.count();
        self.steps.truncate(1 + known);
        for name in names {
            let Some((_, Above::Directory(here))) = self.steps.last() else { break };
            let above = open(here, name)?;
            self.steps.push((name.to_owned(), above));
        }
        Ok(&self.steps.last().expect("the project comes first").1)
    }

    /// Returns the path of the directory that was asked for last, or of the one above it that is none.
    pub(super) fn end(&self) -> String {
        let names: Vec<_> = self.steps.iter().skip(1).map(|(name, _)| name.as_str()).collect();
        names.join("/")
    }
}

/// Where directories can be held open.
#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat, renameat};

    use super::Directory;

    pub(super) type Handle = OwnedFd;

    const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    pub(super) fn project(path: &Path) -> io::Result<Handle> {
        Ok(openat(CWD, path, DIRECTORY, Mode::empty())?)
    }

    pub(super) fn open(within: &Directory, name: &str) -> io::Result<Handle> {
        Ok(openat(&within.handle, name, DIRECTORY.union(OFlags::NOFOLLOW), Mode::empty())?)
    }

    pub(super) fn make(within: &Directory, name: &str) -> io::Result<()> {
        Ok(mkdirat(&within.handle, name, Mode::RWXU | Mode::RWXG | Mode::RWXO)?)
    }

    pub(super) fn read(within: &Directory, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(openat(&within.handle, name, flags, Mode::empty())?.into())
    }

    pub(super) fn create(within: &Directory, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH;
        Ok(openat(&within.handle, name, flags, mode)?.into())
    }

    pub(super) fn rename(within: &Directory, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat(&within.handle, from, &within.handle, to)?)
    }
}

/// Where they cannot, by their paths.
#[cfg(not(unix))]
mod system {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    use super::Directory;

    pub(super) type Handle = ();

    pub(super) fn project(path: &Path) -> io::Result<Handle> {
        if fs::metadata(path)?.is_dir() { Ok(()) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    pub(super) fn open(within: &Directory, name: &str) -> io::Result<Handle> {
        if fs::symlink_metadata(within.join(name))?.is_dir() {
            Ok(())
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    pub(super) fn make(within: &Directory, name: &str) -> io::Result<()> {
        fs::create_dir(within.join(name))
    }

    pub(super) fn read(within: &Directory, name: &str) -> io::Result<File> {
        let path = within.join(name);
        if fs::symlink_metadata(&path)?.is_file() { File::open(path) } else { Err(io::ErrorKind::InvalidInput.into()) }
    }

    pub(super) fn create(within: &Directory, name: &str) -> io::Result<File> {
        File::create_new(within.join(name))
    }

    pub(super) fn rename(within: &Directory, from: &str, to: &str) -> io::Result<()> {
        fs::rename(within.join(from), within.join(to))
    }
}
