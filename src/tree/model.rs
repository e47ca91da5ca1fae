//! What one cluster of a fleet came to, for the others to compare with.
//!
//! Most files of a cluster are those of any other. That two manifests are equal is told much sooner than one of them is
//! written and its sum made: so the cluster that is done first is the model, and what equals it shares its text.

use std::collections::BTreeMap;
use std::sync::{OnceLock, PoisonError, RwLock};

use super::{File, Sum, Tree, TreePath};
use crate::value::Value;

/// What clusters may share.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// The files of the cluster that was done first, by their paths below its root.
    files: OnceLock<BTreeMap<String, File>>,
    /// Manifests that were hashed together, and their sum.
    hashed: RwLock<Vec<(Vec<Value>, Sum)>>,
}

/// So many sums are kept: those of the few jobs of a cluster, in the variants that a fleet has.
const MOST_HASHED: usize = 16;

impl Model {
    /// Returns the file that the model has at `path`, if it is done.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.get()?.get(path)
    }

    /// Returns the sum that `make` makes of `manifests`, or has made of equal ones.
    pub(crate) fn sum(&self, manifests: &[&Value], make: impl FnOnce() -> Sum) -> Sum {
        let equal = |known: &[Value]| known.iter().eq(manifests.iter().copied());
        let hashed = self.hashed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, sum)) = hashed.iter().find(|(known, _)| equal(known)) {
            return *sum;
        }
        drop(hashed);
        let sum = make();
        let mut hashed = self.hashed.write().unwrap_or_else(PoisonError::into_inner);
        if hashed.len() < MOST_HASHED {
            hashed.push((manifests.iter().copied().cloned().collect(), sum));
        }
        sum
    }

    /// Takes what is needed only to tell who decided each line out of `tree`, the cluster at `root`. The first one to
    /// come is the model.
    pub(crate) fn take(&self, root: &TreePath, tree: &mut Tree) {
        let below = |path: &TreePath| path.below(root).map(str::to_owned);
        self.files.get_or_init(|| tree.iter().filter_map(|(path, file)| Some((below(path)?, file.clone()))).collect());
        tree.forget_origins();
    }
}
