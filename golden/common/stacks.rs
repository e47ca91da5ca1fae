//! Projects that no example shows and no fixture needs: every field of the declarations set by a variable, and every
//! mode beside the others. Each is one file of `stacks/`, its cluster.yaml.

/// Returns name and cluster.yaml of each.
#[expect(clippy::disallowed_methods, reason = "a test reads files")]
pub(crate) fn stacks() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/common/stacks");
    let entries = std::fs::read_dir(folder).expect("there are stacks").map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a stack can be read"))
    };
    let mut stacks: Vec<_> = entries.map(read).collect();
    stacks.sort();
    stacks
}
