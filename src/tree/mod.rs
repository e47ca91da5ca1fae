//! The desired tree: paths, texts, who decided each line, and the list of what is ours.

mod model;
mod sealed;
mod sums;
mod text;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use crate::kube::{Object, ObjectId};
use crate::value::{Origin, Value};
use crate::yaml;

pub(crate) use model::Model;
pub use sealed::{Holding, Ingredient, Sealed, Sealer, Secret, SecretKey};
pub use sums::{NAME as SUMS, Sum, Sums, Unreadable, sums_of};
pub use text::Text;

/// A path below the project, with `/`: never absolute, never with `..`, so that no name can leave the output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TreePath(String);

impl TreePath {
    /// Returns the path, or `None` where a part is empty, `.`, `..`, longer than 255 bytes, or holds `\`, `:` or a
    /// control character.
    #[must_use]
    pub fn parse(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let part_fine = |part: &[u8]| {
            !matches!(part, b"" | b"." | b"..")
                && part.len() <= 255
                && !part.iter().any(|byte| matches!(byte, b'\\' | b':') || byte.is_ascii_control())
        };
        let fine = text.as_bytes().split(|&byte| byte == b'/').all(part_fine);
        (fine && (text.is_ascii() || !text.contains(char::is_control))).then_some(Self(text))
    }

    /// Returns the text of the path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path `relative` below this directory, or `None` where it would not be a good path.
    #[must_use]
    pub fn join(&self, relative: &str) -> Option<Self> {
        Self::parse([self.as_str(), "/", relative].concat())
    }

    /// Returns the directory in which this lies, or `None` at the top of the project.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// Returns the directory in which this lies, empty at the top of the project, and the name in it.
    #[must_use]
    pub fn split(&self) -> (&str, &str) {
        self.0.rsplit_once('/').unwrap_or(("", &self.0))
    }

    /// Returns what follows `directory` in this path.
    #[must_use]
    pub fn below(&self, directory: &TreePath) -> Option<&str> {
        self.0.strip_prefix(directory.as_str())?.strip_prefix('/')
    }

    /// Whether this lies in `directory`, at any depth.
    #[must_use]
    pub fn is_below(&self, directory: &TreePath) -> bool {
        self.below(directory).is_some()
    }
}

/// Paths sort as their texts do.
impl Borrow<str> for TreePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a file is made of, kept to tell who decided each line.
#[derive(Clone, Debug)]
pub enum Body {
    /// One manifest.
    Manifest(Value),
    /// Lines of text, each with its origin.
    Lines(Vec<(String, Origin)>),
}

/// One file of the desired tree.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text.
    pub text: Text,
    /// What it was made of, unless that was let go to save memory.
    body: Option<Body>,
    /// Who decides a line that nothing else decides: the declaration.
    because: Origin,
    /// Whether several share the file, so that `because` stands for all of them.
    shared: bool,
    /// What is still to be encrypted in it.
    sealed: Option<Box<Sealed>>,
}

impl File {
    /// Returns the file of one manifest.
    #[must_use]
    pub fn manifest(value: Value, because: Origin) -> Self {
        Self::like(None, value, because)
    }

    /// Does the same as [`File::manifest`], and shares the text of the file `known` if that has an equal manifest.
    pub(crate) fn like(known: Option<&File>, value: Value, because: Origin) -> Self {
        let text = match known {
            Some(known) if known.as_manifest() == Some(&value) => known.text.clone(),
            _ => yaml::emit(&value).into(),
        };
        Self { text, body: Some(Body::Manifest(value)), because, shared: false, sealed: None }
    }

    /// Returns the file as one that is there as soon as one of several asks for it. All of them are why it is there, and
    /// decide only the lines that nothing else decides.
    #[must_use]
    pub fn shared(self) -> Self {
        Self { shared: true, ..self }
    }

    /// Returns a file of lines, given without their line ends.
    #[must_use]
    pub fn lines(lines: Vec<(String, Origin)>, because: Origin) -> Self {
        let text: String = lines.iter().flat_map(|(line, _)| [line.as_str(), "\n"]).collect();
        Self { text: text.into(), body: Some(Body::Lines(lines)), because, shared: false, sealed: None }
    }

    /// Returns a file whose lines nobody decides.
    pub(crate) fn plain(text: String) -> Self {
        Self { text: text.into(), body: None, because: Origin::default(), shared: false, sealed: None }
    }

    /// Returns the file of a Secret that is still to be encrypted, with words in place of its values.
    #[must_use]
    pub fn sealed(sealed: Box<Sealed>, because: Origin) -> Self {
        let described = sealed.described();
        Self { sealed: Some(sealed), ..Self::manifest(described, because) }
    }

    /// Returns what is still to be encrypted in it.
    #[must_use]
    pub fn unsealed(&self) -> Option<&Sealed> {
        self.sealed.as_deref()
    }

    /// Turns the file into the encrypted one, which holds `value` in whatever form. Who decided whom it is encrypted for
    /// decides all of it.
    fn seal(&mut self, text: String, value: Value, because: &Origin) {
        let Some(sealed) = self.sealed.take() else { return };
        self.because.add(because);
        let value = sealed::with_origins(value, Some(&sealed.described()));
        self.body = self.body.take().map(|_| {
            if yaml::emit(&value) == text {
                return Body::Manifest(value);
            }
            // Another program wrote the lines, which nobody here can tell apart.
            let mut all = Origin::default();
            value.walk(&mut |value| all.add(&value.origin));
            Body::Lines(text.lines().map(|line| (line.to_owned(), all.clone())).collect())
        });
        self.text = text.into();
    }

    /// Returns who decided each line, computed now. The declaration comes last everywhere, but in a shared file.
    #[must_use]
    pub fn origins(&self) -> Vec<Origin> {
        let own = match &self.body {
            Some(Body::Manifest(value)) => yaml::emit_traced(value).1,
            Some(Body::Lines(lines)) => lines.iter().map(|(_, origin)| origin.clone()).collect(),
            None => vec![Origin::default(); self.text.lines().count()],
        };
        let lone = |origin: &Origin| !self.shared || origin.is_empty();
        own.into_iter().map(|origin| if lone(&origin) { origin.and(&self.because) } else { origin }).collect()
    }

    /// Returns the file with one more who decides every line of it.
    #[must_use]
    pub fn because_also(mut self, because: &Origin) -> Self {
        self.because.add(because);
        self
    }

    /// Returns who decides a line that nothing else decides: the declaration.
    #[must_use]
    pub fn because(&self) -> &Origin {
        &self.because
    }

    /// Returns the manifest that the file holds, unless that was let go.
    #[must_use]
    pub fn as_manifest(&self) -> Option<&Value> {
        match self.body.as_ref()? {
            Body::Manifest(value) => Some(value),
            Body::Lines(_) => None,
        }
    }
}

/// All files that the input stands for, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeMap<TreePath, File>,
    known: Vec<Object>,
}

impl Tree {
    /// Adds a file and returns the one that stood at the same path.
    pub fn insert(&mut self, path: TreePath, file: File) -> Option<File> {
        self.files.insert(path, file)
    }

    /// Returns the file at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// Returns the files by path.
    pub fn iter(&self) -> impl Iterator<Item = (&TreePath, &File)> {
        self.files.iter()
    }

    /// Turns the file at `path`, which is still to be encrypted, into the encrypted one.
    pub fn seal(&mut self, path: &TreePath, text: String, value: Value, because: &Origin) {
        if let Some(file) = self.files.get_mut(path) {
            file.seal(text, value, because);
        }
    }

    /// Adds the list of what is ours below `root`, the last thing that a tree gets. A tree without files gets none.
    pub fn insert_sums(&mut self, root: &TreePath) {
        let text = sums_of(root, self);
        if !text.is_empty() {
            self.insert(Sums::path(root), File::plain(text));
        }
    }

    /// Adds what operators will make of what is in the files.
    pub(crate) fn know(&mut self, known: Vec<Object>) {
        self.known.extend(known);
    }

    /// Returns what operators will make of what is in the files, as the file that none of it has.
    pub fn known(&self) -> impl Iterator<Item = (&ObjectId, File)> {
        self.known.iter().map(|object| (&object.id, File::manifest(object.value.clone(), object.declared.clone())))
    }

    /// Lets go what is needed only to tell who decided each line, or what will become of the files.
    fn forget_origins(&mut self) {
        self.known = Vec::new();
        for file in self.files.values_mut() {
            file.body = None;
        }
    }

    /// Returns the number of files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
