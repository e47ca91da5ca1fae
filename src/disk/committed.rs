//! What stands on the disk where files are wanted or ours.
//!
//! Symbolic links are never followed here: a tree that is written through one may lie anywhere.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door to the file system")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::directory::{Above, Directory, Way};
use super::error::{Error, UNREADABLE_LIST};
use crate::plan::{Committed, Found, JOURNAL, Obstacle, TEMPORARY};
use crate::tree::{Sums, Tree, TreePath, Unreadable};

/// The directory of all trees of a project.
const OUTPUT: &str = "kubernetes";

/// Reads what stands where the cluster at `root` wants files or owns some. `desired` is its tree with its list;
/// `elsewhere` are the [lists] of [orphans], whose files a cluster may take over as its own.
///
/// # Errors
/// What cannot be read, and a list that cannot: whoever does not know what is ours must delete nothing.
pub fn read_committed(project: &Path, root: &TreePath, desired: &Tree, elsewhere: &Sums) -> Result<Committed, Error> {
    let mut reader = Reader::new(project)?;
    for (path, file) in desired.iter() {
        reader.look_at(path, Some(&file.text))?;
    }
    let journal = reader.journal(root)?;
    let mut owned = reader.list(root, desired)?;
    owned.add_all(&journal);
    let no_more: Vec<_> = owned.paths().filter(|path| desired.get(path.as_str()).is_none()).cloned().collect();
    for path in &no_more {
        reader.look_at(path, None)?;
    }
    owned.add_all(elsewhere);
    Ok(Committed { root: root.clone(), owned, journal, interrupted: reader.interrupted, found: reader.found })
}

/// Reads the encrypted files of the cluster at `root`: the `wanted` ones, and those that its list or `elsewhere` names,
/// since what moves to another path keeps its secrets.
///
/// # Errors
/// As for [`read_committed`].
pub fn read_encrypted(
    project: &Path,
    root: &TreePath,
    wanted: &[TreePath],
    elsewhere: &Sums,
) -> Result<BTreeMap<TreePath, Vec<u8>>, Error> {
    let mut reader = Reader::new(project)?;
    let (list, journal) = (reader.list(root, &Tree::default())?, reader.journal(root)?);
    let owned = [&list, &journal, elsewhere].into_iter().flat_map(Sums::paths);
    let paths: BTreeSet<_> = owned.filter(|path| holds_secrets(path)).chain(wanted).collect();
    let mut encrypted = BTreeMap::new();
    for path in paths {
        if let Some(Found::Other(bytes)) = reader.find(path, None)? {
            encrypted.insert(path.clone(), bytes);
        }
    }
    Ok(encrypted)
}

/// Whether a file of ours holds something encrypted, by its name.
fn holds_secrets(path: &TreePath) -> bool {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    name.starts_with("secret-") && name.ends_with(".sops.yaml") || name.starts_with("sealedsecret-")
}

/// Reads what the removed cluster at `root`, one of the [orphans], still owns but for what is `wanted` elsewhere.
/// The plan that takes it away is the one between the empty tree and this.
///
/// # Errors
/// As for [`read_committed`].
pub fn read_orphan(project: &Path, root: &TreePath, wanted: &BTreeSet<TreePath>) -> Result<Committed, Error> {
    let mut committed = read_committed(project, root, &Tree::default(), &Sums::default())?;
    committed.found.retain(|path, _| !wanted.contains(path));
    Ok(committed)
}

/// Returns the directories below `kubernetes` that a build has written and that none of the `live` clusters writes
/// any more: removed clusters, and what a project that became a fleet, or a single cluster again, wrote before.
pub fn orphans(project: &Path, live: &[TreePath]) -> Result<Vec<TreePath>, Error> {
    let output = TreePath::parse(OUTPUT).expect("the output directory is a good path");
    let directory = project.join(OUTPUT);
    let mut roots = vec![output.clone()];
    match fs::symlink_metadata(&directory) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Ok(Vec::new()),
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("read", &directory)(error)),
    }
    for entry in fs::read_dir(&directory).map_err(Error::io("read", &directory))? {
        let entry = entry.map_err(Error::io("read", &directory))?;
        let kind = entry.file_type().map_err(Error::io("read", &entry.path()))?;
        // A name that is no good path is not one that we wrote.
        let root = entry.file_name().to_str().and_then(|name| output.join(name));
        roots.extend(root.filter(|_| kind.is_dir()));
    }
    let live: BTreeSet<_> = live.iter().collect();
    roots.retain(|root| !live.contains(root));
    roots.sort_unstable();
    let mut orphans = Vec::new();
    for root in roots {
        let there = |name| fs::symlink_metadata(project.join(root.as_str()).join(name)).is_ok_and(|it| it.is_file());
        if there(crate::tree::SUMS) || there(JOURNAL) {
            orphans.push(root);
        }
    }
    Ok(orphans)
}

/// Returns what the lists of the clusters at `roots` say.
///
/// # Errors
/// As for [`read_committed`].
pub fn lists(project: &Path, roots: &[TreePath]) -> Result<Sums, Error> {
    let mut all = Sums::default();
    for root in roots {
        let mut reader = Reader::new(project)?;
        all.add_all(&reader.list(root, &Tree::default())?);
        all.add_all(&reader.journal(root)?);
    }
    Ok(all)
}

/// One pass over the files of one cluster.
struct Reader<'a> {
    project: &'a Path,
    found: BTreeMap<TreePath, Found>,
    interrupted: bool,
    way: Way,
    /// What was read last; kept for its memory.
    bytes: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(project: &'a Path) -> Result<Self, Error> {
        let way = Way::from(project).map_err(Error::io("read", project))?;
        Ok(Self { project, found: BTreeMap::new(), interrupted: false, way, bytes: Vec::new() })
    }

    /// Returns what the list of the cluster at `root` says, after its `desired` files were looked at.
    fn list(&mut self, root: &TreePath, desired: &Tree) -> Result<Sums, Error> {
        let path = Sums::path(root);
        let text = desired.get(path.as_str()).map(|file| file.text.as_str());
        self.look_at(&path, text)?;
        let list = match (self.found.get(&path), text) {
            // Nobody asks whose the files are where all of them are as they should be.
            (Some(Found::Same), _) if self.found.values().all(|found| *found == Found::Same) => Ok(Sums::default()),
            (Some(Found::Same), Some(text)) => Sums::parse(root, text.as_bytes()),
            (Some(Found::Other(bytes)), _) => Sums::parse(root, bytes),
            _ => Ok(Sums::default()),
        };
        list.map_err(|error| unreadable_list(&path, &error))
    }

    /// Returns what the journal of the cluster at `root` says, and notes whether a build was interrupted.
    fn journal(&mut self, root: &TreePath) -> Result<Sums, Error> {
        let beside = |name: &str| root.join(name).expect("our own names are good parts of a path");
        let (journal, temporary) = (beside(JOURNAL), beside(TEMPORARY));
        let journal = match self.find(&journal, None)? {
            Some(Found::Other(bytes)) => {
                self.interrupted = true;
                Sums::parse(root, &bytes).map_err(|error| unreadable_journal(&journal, &error))?
            }
            _ => Sums::default(),
        };
        let temporary = self.full(temporary.as_str());
        self.interrupted |= fs::symlink_metadata(temporary).is_ok_and(|it| it.is_file());
        Ok(journal)
    }

    /// Notes what stands at `path`, unless that is known already.
    fn look_at(&mut self, path: &TreePath, desired: Option<&str>) -> Result<(), Error> {
        if !self.found.contains_key(path)
            && let Some(found) = self.find(path, desired)?
        {
            self.found.insert(path.clone(), found);
        }
        Ok(())
    }

    /// Returns what stands at `path`.
    fn find(&mut self, path: &TreePath, desired: Option<&str>) -> Result<Option<Found>, Error> {
        let (directory, name) = path.split();
        let directory = match self.way.to(directory) {
            Ok(Above::Directory(directory)) => directory,
            Ok(Above::Absent) => return Ok(None),
            Ok(Above::Blocked) => {
                let blocked = TreePath::parse(self.way.end()).expect("a part of a path is one");
                return Ok(Some(Found::Obstacle(Obstacle::Above(blocked))));
            }
            Err(error) => return Err(Error::io("read", &self.full(directory))(error)),
        };
        match read(directory, name, &mut self.bytes) {
            Ok(None) => {
                let same = desired.is_some_and(|text| text.as_bytes() == self.bytes);
                Ok(Some(if same { Found::Same } else { Found::Other(self.bytes.clone()) }))
            }
            Ok(Some(obstacle)) => Ok(Some(Found::Obstacle(obstacle))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &self.full(path.as_str()))(error)),
        }
    }

    fn full(&self, path: &str) -> PathBuf {
        self.project.join(path)
    }
}

/// Fills `bytes` with what stands in the file `name`, or returns what is there instead of a file.
fn read(directory: &Directory, name: &str, bytes: &mut Vec<u8>) -> io::Result<Option<Obstacle>> {
    let mut file = match directory.read(name) {
        Ok(file) => file,
        // Links and sockets are not opened at all.
        Err(error) => {
            let obstacle = fs::symlink_metadata(directory.join(name)).ok().and_then(|it| obstacle(it.file_type()));
            return if obstacle.is_some() { Ok(obstacle) } else { Err(error) };
        }
    };
    let metadata = file.metadata()?;
    if let Some(obstacle) = obstacle(metadata.file_type()) {
        return Ok(Some(obstacle));
    }
    // One read for a file: as many bytes as it has, or fewer if somebody shortens it just now.
    let length = usize::try_from(metadata.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    bytes.resize(length, 0);
    let read = read_up_to(&mut file, bytes)?;
    bytes.truncate(read);
    Ok(None)
}

/// Reads until `bytes` are full or the file ends, and returns how many were read.
fn read_up_to(file: &mut File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < bytes.len() {
        match file.read(&mut bytes[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Returns what makes something of kind `kind` no file.
fn obstacle(kind: FileType) -> Option<Obstacle> {
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some(Obstacle::Directory)
    } else if kind.is_symlink() {
        Some(Obstacle::Symlink)
    } else {
        Some(Obstacle::Special)
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable_list(path: &TreePath, error: &Unreadable) -> Error {
    Error::fault(
        &UNREADABLE_LIST,
        format!("`{path}:{}`: the line {}, so it is not known which files are ours", error.line, error.reason),
    )
}

fn unreadable_journal(path: &TreePath, error: &Unreadable) -> Error {
    let message = format!("`{path}:{}`: the line {}", error.line, error.reason);
    let help = "an interrupted build left this file: remove it, then run `bayplan build`";
    Error::Fault(Box::new(UNREADABLE_LIST.found(message).help(help)))
}
