//! What can go wrong at the disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

/// Why something could not be read or written.
#[derive(Debug)]
pub enum Error {
    /// The system refused: exit code 2.
    Io {
        /// What we were about to do: "read", "write", "remove".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The directory holds no project: exit code 2.
    NoProject(PathBuf),
    /// Another build runs in this directory: exit code 2.
    Locked(PathBuf),
    /// What lies there is wrong, and a person must mend it: exit code 1.
    Fault(Box<Diagnostic>),
}

impl Error {
    /// Returns a function that makes the error of doing `action` to `path` of what the system said.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    /// Returns an error that a person must mend.
    pub(super) fn fault(code: &'static str, message: String, help: impl Into<String>) -> Self {
        Self::Fault(Box::new(Diagnostic::error(code, message).help(help)))
    }

    /// Returns the finding to be shown like those of the input.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let told = |code: &'static str| Diagnostic::error(code, self.to_string());
        match self {
            Self::Io { .. } => told("disk/io"),
            Self::NoProject(_) => told("project/none").help("run `bayplan init` to make one, or name its directory"),
            Self::Locked(_) => told("disk/locked").help("wait for it to end, and try again"),
            Self::Fault(diagnostic) => (**diagnostic).clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { action, path, source } => write!(f, "cannot {action} `{}`: {source}", path.display()),
            Self::NoProject(path) => {
                let name = path.display();
                write!(f, "no project in `{name}`: neither `cluster.yaml` nor `declarations/` nor `clusters/`")
            }
            Self::Locked(path) => write!(f, "another build runs in `{}`", path.display()),
            Self::Fault(diagnostic) => f.write_str(&diagnostic.message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::NoProject(_) | Self::Locked(_) | Self::Fault(_) => None,
        }
    }
}
