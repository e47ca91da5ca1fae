//! One cluster's tree in the making.

use super::layout::Placed;
use crate::kube::Object;
use crate::tree::{File, Model, Tree, TreePath};
use crate::value::{Origin, Value, manifest};

/// A tree that grows below a folder.
pub(super) struct Writer<'cluster> {
    root: &'cluster str,
    /// Who decides every file.
    because: Origin,
    /// Files of another cluster, whose texts equal ones share.
    model: Option<&'cluster Model>,
    /// What was written so far.
    pub(super) tree: Tree,
}

impl<'cluster> Writer<'cluster> {
    /// Returns an empty tree below `root`; `because` decides whatever comes into it.
    pub(super) fn new(root: &'cluster str, because: Origin, model: Option<&'cluster Model>) -> Self {
        Self { root, because, model, tree: Tree::default() }
    }

    /// Adds a file at `path` below the root.
    pub(super) fn add(&mut self, path: &str, file: File) {
        let path = TreePath::parse([self.root, "/", path].concat()).expect("folders and files have checked names");
        self.tree.insert(path, file.because_also(&self.because));
    }

    /// Adds the file of a manifest, which `because` decides.
    pub(super) fn write(&mut self, path: &str, value: Value, because: Origin) {
        self.add(path, self.file(path, value, because));
    }

    /// Returns the file of a manifest that is to be added at `path`.
    pub(super) fn file(&self, path: &str, value: Value, because: Origin) -> File {
        File::like(self.model.and_then(|model| model.file(path)), value, because)
    }

    /// Returns the file of an object that is to be added at `path`.
    pub(super) fn placed(&self, path: &str, placed: Placed) -> File {
        let Object { value, declared, .. } = placed.object;
        match placed.sealed {
            Some(sealed) => File::sealed(Box::new(sealed), declared),
            None => self.file(path, value, declared),
        }
    }

    /// Returns the file at `path` below the root.
    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.tree.get(&[self.root, "/", path].concat())
    }

    /// Adds the `kustomization.yaml` of a folder.
    pub(super) fn list(&mut self, folder: &str, resources: &[Value]) {
        let resources: Vec<_> = resources.iter().map(|resource| resource.clone().because(&self.because)).collect();
        let list = manifest!({
            apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources: resources,
        });
        // The first of them makes the file appear, and the last one to go takes it along.
        let because = Origin::merged(resources.iter().map(|resource| &resource.origin));
        let path = format!("{folder}/kustomization.yaml");
        self.add(&path, self.file(&path, list, because).shared());
    }
}
