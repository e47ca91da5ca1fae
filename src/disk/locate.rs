//! Which project a file belongs to.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::Error;

/// What the directory of a project holds, one of them at least.
const MARKS: [&str; 5] = ["cluster.yaml", "cluster.yml", "cluster.toml", "declarations", "clusters"];

/// Returns the directory of the project that `path` belongs to, and the path's name below it, with `/`. The file itself
/// need not exist.
///
/// # Errors
/// There is no project above the path, or the working directory is unknown.
pub fn locate(path: &Path) -> Result<(PathBuf, String), Error> {
    let full = std::path::absolute(path).map_err(Error::io("find", path))?;
    let full = normal(&full);
    for directory in full.ancestors().skip(1) {
        // The folder of one cluster looks like a project of its own.
        let of_a_fleet = directory.parent().and_then(Path::file_name).is_some_and(|name| name == "clusters");
        if !of_a_fleet && MARKS.iter().any(|mark| directory.join(mark).exists()) {
            let below = full.strip_prefix(directory).expect("an ancestor is a prefix");
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            return Ok((directory.to_owned(), parts.join("/")));
        }
    }
    Err(Error::io("find a project above", path)(io::Error::from(io::ErrorKind::NotFound)))
}

/// Returns the path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
