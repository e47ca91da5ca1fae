//! What can go wrong at the disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Rule};

/// What the files of a project can have against being read.
pub const RULES: &[Rule] =
    &[IO, NO_PROJECT, LOCKED, TWO_CLUSTER_FILES, EMPTY_CLUSTER, TOO_DEEP, LINK_LOOP, NAME_NOT_UTF8, UNREADABLE_LIST];

const IO: Rule = Rule::refusal(
    "disk/io",
    "the system refused to read or write a file",
    "The message says what the system said; a file that could not be written is still the old one.",
    "mend the permissions or make room, and run the command again",
);

const NO_PROJECT: Rule = Rule::refusal(
    "project/none",
    "the directory holds no project",
    "A project has a `cluster.yaml`, or `declarations/`, or `clusters/`.",
    "run `bayplan init` to make one, or name its directory",
);

const LOCKED: Rule = Rule::refusal(
    "disk/locked",
    "another build runs in the same project",
    "Two builds at once could each undo a part of the other.",
    "wait for it to end, and try again",
);

pub(super) const TWO_CLUSTER_FILES: Rule = Rule::refusal(
    "project/two-cluster-files",
    "the variables stand in two files",
    "Which of them counts would depend on a rule that nobody remembers.",
    "keep one of them",
);

pub(super) const EMPTY_CLUSTER: Rule = Rule::refusal(
    "project/empty-cluster",
    "a directory of `clusters/` holds no input",
    "It would be taken for a cluster that was removed, and its files would be deleted.",
    "make an empty `cluster.yaml` in it, or remove the directory",
);

pub(super) const TOO_DEEP: Rule = Rule::refusal(
    "project/too-deep",
    "directories are nested too deep",
    "Nobody does that on purpose.",
    "move the declarations further up",
);

pub(super) const LINK_LOOP: Rule = Rule::refusal(
    "project/link-loop",
    "a symbolic link leads back to a directory above it",
    "The same declarations would be read for ever.",
    "remove the link",
);

pub(super) const NAME_NOT_UTF8: Rule = Rule::refusal(
    "project/name-not-utf8",
    "the name of an input file is not UTF-8",
    "No report could name it.",
    "rename it",
);

pub(super) const UNREADABLE_LIST: Rule = Rule::refusal(
    "tree/unreadable-list",
    "the ownership list `bayplan.sums` cannot be read",
    "Without it nobody knows which files are ours, so nothing may be deleted or overwritten; a merge conflict is the \
     usual reason.",
    "take either side of the conflict, or restore the list from version control, then run `bayplan build`",
);

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
    pub(super) fn fault(rule: &Rule, message: impl Into<String>) -> Self {
        Self::Fault(Box::new(rule.found(message)))
    }

    /// Returns the finding to be shown like those of the input.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Io { .. } => IO.found(self.to_string()),
            Self::NoProject(_) => NO_PROJECT.found(self.to_string()),
            Self::Locked(_) => LOCKED.found(self.to_string()),
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
