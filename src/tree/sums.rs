//! The ownership list: which files are ours, and what they held when we wrote them.
//!
//! Its text is what `sha256sum` writes, with paths relative to the directory in which the list lies, so that
//! `cd kubernetes && sha256sum -c bayplan.sums` holds. `sha256sum` marks names with a backslash or a line end by a
//! leading backslash; [`TreePath`] forbids both, so no line here ever needs that.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use sha2::{Digest as _, Sha256};

use super::{Tree, TreePath};

/// The name of the list in the directory of each cluster.
pub const NAME: &str = "bayplan.sums";

/// The SHA-256 of a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum([u8; 32]);

impl Sum {
    /// Returns the sum of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the sum of all `texts`, one behind the other.
    pub(crate) fn of_all(texts: impl Iterator<Item = String>) -> Self {
        let mut hash = Sha256::new();
        texts.for_each(|text| hash.update(text));
        Self(hash.finalize().into())
    }

    /// Returns the sum that 64 hexadecimal digits stand for.
    fn parse(digits: &str) -> Option<Self> {
        if digits.len() != 64 {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut sum = [0; 32];
        for (byte, pair) in sum.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
        }
        Some(Self(sum))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a list cannot be read. Whoever cannot read the list does not know what is ours, and must delete nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Which files are ours and what they held, paths relative to the project.
///
/// A path may have several sums: an interrupted build may have left any of the texts that it or the one before it
/// knew, and `git` lists a file twice after a union merge.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Sums(BTreeMap<TreePath, Vec<Sum>>);

impl Sums {
    /// Returns the path of the list of the cluster at `root`.
    #[must_use]
    pub fn path(root: &TreePath) -> TreePath {
        root.join(NAME).expect("the name of the list is a good part of a path")
    }

    /// Returns the sums of all files of `tree` below `root`, but for the list itself, which cannot hold its own.
    #[must_use]
    pub fn of(root: &TreePath, tree: &Tree) -> Self {
        let list = Self::path(root);
        let below = tree.iter().filter(|(path, _)| path.is_below(root) && **path != list);
        Self(below.map(|(path, file)| (path.clone(), vec![file.text.sum()])).collect())
    }

    /// Reads the list of the cluster at `root`.
    ///
    /// # Errors
    /// Any line that is not a sum and a path below `root`: a merge marker, an empty line, a cut end. An empty list is
    /// an error too, since none is ever written.
    pub fn parse(root: &TreePath, bytes: &[u8]) -> Result<Self, Unreadable> {
        let line_of = |at: usize| bytes[..at].split(|&byte| byte == b'\n').count();
        let text = str::from_utf8(bytes)
            .map_err(|error| Unreadable { line: line_of(error.valid_up_to()), reason: "is not UTF-8" })?;
        if text.is_empty() {
            return Err(Unreadable { line: 1, reason: "is empty" });
        }
        let mut sums = Self::default();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let unreadable = |reason| Unreadable { line: index + 1, reason };
            let line = line.strip_suffix('\n').ok_or(unreadable("is cut off"))?;
            // A checkout with CRLF is told where it can be mended: at the files.
            let line = line.strip_suffix('\r').unwrap_or(line);
            if ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker)) {
                return Err(unreadable("is a merge-conflict marker"));
            }
            let (sum, path) = line
                .split_once("  ")
                .or_else(|| line.split_once(" *"))
                .ok_or(unreadable("is not a sum, two blanks and a path"))?;
            let sum = Sum::parse(sum).ok_or(unreadable("does not begin with a SHA-256 of 64 hexadecimal digits"))?;
            let path = root.join(path).ok_or(unreadable("names a path that could leave the directory"))?;
            sums.add(path, sum);
        }
        Ok(sums)
    }

    /// Adds what `other` knows.
    pub fn add_all(&mut self, other: &Sums) {
        for (path, sums) in &other.0 {
            for &sum in sums {
                self.add(path.clone(), sum);
            }
        }
    }

    fn add(&mut self, path: TreePath, sum: Sum) {
        let known = self.0.entry(path).or_default();
        if !known.contains(&sum) {
            known.push(sum);
        }
    }

    /// Returns the text of the list that lies in `root`.
    #[must_use]
    pub fn text(&self, root: &TreePath) -> String {
        let mut text = String::new();
        for (path, sums) in self.0.iter().filter_map(|(path, sums)| Some((path.below(root)?, sums))) {
            // In a union of lists the order of the sums of one path must not depend on which list came first.
            let mut sums = sums.clone();
            sums.sort_unstable();
            for sum in sums {
                writeln!(text, "{sum}  {path}").expect("a String takes all text");
            }
        }
        text
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the files that are ours.
    pub fn paths(&self) -> impl Iterator<Item = &TreePath> {
        self.0.keys()
    }

    /// Whether the file at `path` is ours, whatever it holds.
    #[must_use]
    pub fn lists(&self, path: &TreePath) -> bool {
        self.0.contains_key(path)
    }

    /// Whether we have written `bytes` to `path`.
    #[must_use]
    pub fn vouch_for(&self, path: &TreePath, bytes: &[u8]) -> bool {
        self.0.get(path).is_some_and(|sums| sums.contains(&Sum::of(bytes)))
    }
}

/// Returns the text of the ownership list of the files of `tree` below `root`.
#[must_use]
pub fn sums_of(root: &TreePath, tree: &Tree) -> String {
    Sums::of(root, tree).text(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::File;
    use crate::value::Origin;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn root() -> TreePath {
        TreePath::parse("kubernetes/alpha").unwrap()
    }

    fn tree(paths: &[&str]) -> Tree {
        let mut tree = Tree::default();
        for path in paths {
            tree.insert(TreePath::parse(*path).unwrap(), File::lines(Vec::new(), Origin::default()));
        }
        tree
    }

    #[track_caller]
    fn refused(text: impl AsRef<[u8]>, line: usize, reason: &str) {
        let error = Sums::parse(&root(), text.as_ref()).unwrap_err();
        assert_eq!((error.line, error.reason), (line, reason));
    }

    #[test]
    fn lists_files_relative_to_itself_and_without_itself() {
        let tree = tree(&["kubernetes/alpha/bayplan.sums", "kubernetes/alpha/b c.yaml", "kubernetes/alpha/a/x.yaml"]);
        let text = sums_of(&root(), &tree);
        assert_eq!(text, format!("{EMPTY}  a/x.yaml\n{EMPTY}  b c.yaml\n"));
        assert_eq!(Sums::parse(&root(), text.as_bytes()).unwrap(), Sums::of(&root(), &tree));
    }

    #[test]
    fn reads_a_checkout_with_crlf_and_binary_marks() {
        let sums = Sums::parse(&root(), format!("{EMPTY} *a.yaml\r\n").as_bytes()).unwrap();
        assert!(sums.vouch_for(&TreePath::parse("kubernetes/alpha/a.yaml").unwrap(), b""));
    }

    #[test]
    fn two_sums_for_one_path_both_count() {
        let other = Sum::of(b"other");
        let sums = Sums::parse(&root(), format!("{EMPTY}  a.yaml\n{other}  a.yaml\n").as_bytes()).unwrap();
        let path = TreePath::parse("kubernetes/alpha/a.yaml").unwrap();
        assert!(sums.vouch_for(&path, b"") && sums.vouch_for(&path, b"other") && !sums.vouch_for(&path, b"third"));
    }

    #[test]
    fn whatever_cannot_be_read_is_an_error_at_its_line() {
        let good = format!("{EMPTY}  a.yaml\n");
        refused("", 1, "is empty");
        refused(format!("{good}<<<<<<< HEAD\n{good}"), 2, "is a merge-conflict marker");
        refused(format!("{good}{good}=======\n"), 3, "is a merge-conflict marker");
        refused(format!("{good}\n"), 2, "is not a sum, two blanks and a path");
        refused(format!("{good}{EMPTY}  b.ya"), 2, "is cut off");
        refused(format!("{}  a.yaml\n", &EMPTY[1..]), 1, "does not begin with a SHA-256 of 64 hexadecimal digits");
        refused(format!("{}é  a.yaml\n", &EMPTY[2..]), 1, "does not begin with a SHA-256 of 64 hexadecimal digits");
        refused(format!("{EMPTY}  ../beta/a.yaml\n"), 1, "names a path that could leave the directory");
        refused(format!("{EMPTY}  /etc/passwd\n"), 1, "names a path that could leave the directory");
        refused([good.as_bytes(), b"\xff\n"].concat(), 2, "is not UTF-8");
    }
}
