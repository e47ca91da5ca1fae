//! Folders as maps of names and bytes: read, written, and compared so that a person sees what differs.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use similar::TextDiff;

/// The files below a folder, by name with `/`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Returns the names of the folders in `folder`; none where there is no such folder.
pub(crate) fn folders(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let entries = entries.map(|entry| entry.expect("a folder can be read"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().into_string().expect("cases have plain names")).collect()
}

/// Returns every file below `folder`; none where there is no such folder.
pub(crate) fn read(folder: &Path) -> Files {
    let below = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    below
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).expect("a walk stays below where it began");
            let name = name.to_str().expect("cases have plain names").replace('\\', "/");
            (name, fs::read(entry.path()).expect("a file can be read"))
        })
        .collect()
}

/// Makes `folder` hold exactly `files`. Files that do so already are not touched.
pub(crate) fn write(folder: &Path, files: &Files) -> io::Result<()> {
    let known = read(folder);
    for name in known.keys().filter(|name| !files.contains_key(*name)) {
        fs::remove_file(folder.join(name))?;
    }
    for (name, bytes) in files.iter().filter(|(name, bytes)| known.get(*name) != Some(bytes)) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
        fs::write(path, bytes)?;
    }
    for folder in walkdir::WalkDir::new(folder).contents_first(true).into_iter().filter_map(Result::ok) {
        if folder.file_type().is_dir() {
            // It fails where something is left in it, which is as it should be.
            let _ = fs::remove_dir(folder.path());
        }
    }
    Ok(())
}

/// Returns what differs, as a patch from `expected` to `made`.
pub(crate) fn differences(folder: &str, expected: &Files, made: &Files) -> String {
    let names: BTreeSet<_> = expected.keys().chain(made.keys()).collect();
    let mut text = String::new();
    for name in names {
        let (old, new) = (expected.get(name), made.get(name));
        if old == new {
            continue;
        }
        let words = |bytes: Option<&Vec<u8>>| String::from_utf8_lossy(bytes.map_or(&[], Vec::as_slice)).into_owned();
        let (old_words, new_words) = (words(old), words(new));
        let header =
            |there: Option<_>, side| there.map_or("/dev/null".to_owned(), |_| format!("{side}/{folder}/{name}"));
        let diff = TextDiff::from_lines(&old_words, &new_words);
        let patch = diff.unified_diff().header(&header(old, "expected"), &header(new, "made")).to_string();
        // Files that differ in bytes which are no text, or in being there at all.
        let patch = if patch.is_empty() { format!("{folder}/{name} differs\n") } else { patch };
        text.write_str(&patch).expect("a string takes everything");
    }
    text
}
