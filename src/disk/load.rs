//! The inputs of a project, from the disk.
//!
//! `cluster.yaml` (or `.yml`, or `.toml`), every YAML file below `declarations/`, certificates, and the same in each
//! directory of `clusters/`; and `.sops.yaml`. Other hidden names are skipped, since editors and version control keep their own things there. Links are
//! followed, but not in circles.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door to the file system")]

use std::fs::{self, DirEntry, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::{EMPTY_CLUSTER, Error, LINK_LOOP, NAME_NOT_UTF8, TOO_DEEP, TWO_CLUSTER_FILES};
use crate::seal;
use crate::source::{Source, Sources};

/// The names under which the variables of a project or cluster may stand.
const CLUSTER_FILES: [&str; 3] = ["cluster.yaml", "cluster.yml", "cluster.toml"];
/// No declaration is that long; what is, is something else by mistake, and would fill the memory.
const MAX_BYTES: u64 = 64 << 20;
/// More directories than this within each other are a mistake.
const MAX_DEPTH: usize = 64;

/// Reads all inputs of the project in the directory `project`.
pub fn load(project: &Path) -> Result<Sources, Error> {
    load_for(project, None)
}

/// Reads the inputs of the project in the directory `project` that the cluster `only` needs. Where there is no such
/// cluster, all are read: whoever asked for it is told which ones there are.
pub fn load_for(project: &Path, only: Option<&str>) -> Result<Sources, Error> {
    let (mut sources, own_files) = load_layer(project, "")?;
    let config = project.join(seal::CONFIG);
    if config.exists() {
        sources.push(Source::new(seal::CONFIG, read_regular(&config)?));
    }
    let clusters = project.join("clusters");
    let entries = match sorted_entries(&clusters) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Error::io("read", &clusters)(error)),
    };
    let mut names = Vec::new();
    for entry in entries.iter().filter(|entry| !is_hidden(entry)) {
        if is_directory(entry)? {
            names.push(utf8_name(entry)?);
        }
    }
    if !own_files && names.is_empty() {
        return Err(Error::NoProject(project.to_owned()));
    }
    if let Some(only) = only.filter(|only| names.iter().any(|name| name == only)) {
        names.retain(|name| name == only);
    }
    let layers: Vec<_> = names.par_iter().map(|name| load_cluster(&clusters, name)).collect::<Result<_, _>>()?;
    sources.extend(layers.into_iter().flatten());
    Ok(Sources::new(sources))
}

/// Reads one file that was named on the command line, called as it was named there; `-` is the standard input. A pipe
/// is as good as a file here: somebody chose it.
pub fn read_input(path: &Path) -> Result<Source, Error> {
    if path == Path::new("-") {
        return Ok(Source::new("<stdin>", read_all(path, io::stdin().lock(), 0)?));
    }
    let name = path.to_string_lossy().replace('\\', "/");
    let file = File::open(path).map_err(Error::io("read", path))?;
    Ok(Source::new(name, read_all(path, file, 0)?))
}

/// Reads the inputs of one cluster of a fleet.
fn load_cluster(clusters: &Path, name: &str) -> Result<Vec<Source>, Error> {
    let (sources, own_files) = load_layer(&clusters.join(name), &format!("clusters/{name}/"))?;
    if own_files {
        return Ok(sources);
    }
    // It would be taken for a cluster that was removed.
    Err(Error::fault(&EMPTY_CLUSTER, format!("`clusters/{name}` holds neither `cluster.yaml` nor `declarations/`")))
}

/// Reads the cluster file and the declarations in `directory`, and tells whether there was any of the two.
fn load_layer(directory: &Path, prefix: &str) -> Result<(Vec<Source>, bool), Error> {
    let entries = sorted_entries(directory).map_err(Error::io("read", directory))?;
    let is = |entry: &DirEntry, name: &str| entry.file_name().to_str() == Some(name);
    let find = |name: &str| entries.iter().find(|entry| is(entry, name));
    let found: Vec<_> = CLUSTER_FILES.into_iter().filter_map(|name| Some((name, find(name)?))).collect();
    if let [(first, _), (second, _), ..] = found[..] {
        return Err(Error::fault(
            &TWO_CLUSTER_FILES,
            format!("`{prefix}{first}` and `{prefix}{second}` both stand for the same variables"),
        ));
    }
    let mut sources = Vec::new();
    for (name, entry) in found {
        sources.push(Source::new(format!("{prefix}{name}"), read_regular(&entry.path())?));
    }
    let mut own_files = !sources.is_empty();
    for entry in entries.iter().filter(|entry| is_certificate(entry)) {
        // Whoever needs it says that it is missing; a private key beside it may be nobody's to read.
        if let Ok(bytes) = read_regular(&entry.path()) {
            sources.push(Source::new(format!("{prefix}{}", utf8_name(entry)?), bytes));
        }
    }
    if let Some(declarations) = find("declarations") {
        own_files = true;
        let mut walk = Walk { sources: &mut sources, followed: Vec::new() };
        walk.directory(&declarations.path(), &format!("{prefix}declarations"), 0)?;
    }
    Ok((sources, own_files))
}

/// A walk through the declarations, with the targets of the links that lead to where it is.
struct Walk<'a> {
    sources: &'a mut Vec<Source>,
    followed: Vec<PathBuf>,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &Path, name: &str, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            let message = format!("`{name}` is more than {MAX_DEPTH} directories deep");
            return Err(Error::fault(&TOO_DEEP, message));
        }
        let entries = sorted_entries(directory).map_err(Error::io("read", directory))?;
        for entry in entries.iter().filter(|entry| !is_hidden(entry)) {
            let path = entry.path();
            let kind = entry.file_type().map_err(Error::io("read", &path))?;
            let yaml = path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|yaml| end == *yaml));
            if kind.is_dir() {
                let name = format!("{name}/{}", utf8_name(entry)?);
                self.directory(&path, &name, depth + 1)?;
            } else if kind.is_symlink() {
                match fs::metadata(&path) {
                    Ok(target) if target.is_dir() => {
                        let name = format!("{name}/{}", utf8_name(entry)?);
                        self.link(directory, &path, &name, depth + 1)?;
                    }
                    // The target of a link that matters is read, or its absence told, below.
                    _ if yaml => self.file(entry, name)?,
                    _ => {}
                }
            } else if yaml {
                self.file(entry, name)?;
            }
        }
        Ok(())
    }

    fn link(&mut self, directory: &Path, path: &Path, name: &str, depth: usize) -> Result<(), Error> {
        let here = directory.canonicalize().map_err(Error::io("read", directory))?;
        let target = path.canonicalize().map_err(Error::io("read", path))?;
        if here.starts_with(&target) || self.followed.contains(&target) {
            let message = format!("the symbolic link `{name}` leads back to a directory above it");
            return Err(Error::fault(&LINK_LOOP, message));
        }
        self.followed.push(target);
        self.directory(path, name, depth)?;
        self.followed.pop();
        Ok(())
    }

    fn file(&mut self, entry: &DirEntry, directory: &str) -> Result<(), Error> {
        let name = format!("{directory}/{}", utf8_name(entry)?);
        self.sources.push(Source::new(name, read_regular(&entry.path())?));
        Ok(())
    }
}

fn sorted_entries(directory: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries: Vec<_> = fs::read_dir(directory)?.collect::<io::Result<_>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether a file may be the certificate of a controller.
fn is_certificate(entry: &DirEntry) -> bool {
    !is_hidden(entry) && entry.path().extension().is_some_and(|end| end == "pem")
}

/// Whether `entry` is a directory or a link to one.
fn is_directory(entry: &DirEntry) -> Result<bool, Error> {
    let path = entry.path();
    let kind = entry.file_type().map_err(Error::io("read", &path))?;
    Ok(kind.is_dir() || kind.is_symlink() && fs::metadata(&path).is_ok_and(|target| target.is_dir()))
}

fn utf8_name(entry: &DirEntry) -> Result<String, Error> {
    entry.file_name().into_string().map_err(|_| {
        let message = format!("the name of `{}` is not UTF-8", entry.path().display());
        Error::fault(&NAME_NOT_UTF8, message)
    })
}

/// Reads a file, but nothing that could wait for ever or never end.
fn read_regular(path: &Path) -> Result<Vec<u8>, Error> {
    let metadata = fs::metadata(path).map_err(Error::io("read", path))?;
    if !metadata.is_file() {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file");
        return Err(Error::io("read", path)(error));
    }
    let file = File::open(path).map_err(Error::io("read", path))?;
    read_all(path, file, metadata.len())
}

/// Reads to the end of what is about `length` bytes long.
fn read_all(path: &Path, reader: impl io::Read, length: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(MAX_BYTES)).unwrap_or(0) + 1);
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if bytes.len() as u64 > MAX_BYTES {
        let error = io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {} MiB", MAX_BYTES >> 20));
        return Err(Error::io("read", path)(error));
    }
    Ok(bytes)
}
