//! What one cluster of a fleet came to, for the others to compare with.
//!
//! Most files of a cluster are those of any other. That two manifests are equal is told much sooner than one of them is
//! written and its sum made: so the cluster that is done first is the model, and what equals it shares its text.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{File, Tree, TreePath};

/// The files of the cluster that was done first, by their paths below its root.
#[derive(Debug, Default)]
pub(crate) struct Model(OnceLock<BTreeMap<String, File>>);

impl Model {
    /// Returns the file that the model has at `path`, if it is done.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.0.get()?.get(path)
    }

    /// Takes what is needed only to tell who decided each line out of `tree`, the cluster at `root`. The first one to
    /// come is the model.
    pub(crate) fn take(&self, root: &TreePath, tree: &mut Tree) {
        let below = |path: &TreePath| path.below(root).map(str::to_owned);
        self.0.get_or_init(|| tree.iter().filter_map(|(path, file)| Some((below(path)?, file.clone()))).collect());
        tree.forget_origins();
    }
}
