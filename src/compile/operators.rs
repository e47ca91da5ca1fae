//! What the operators of a cluster will make of the resources in its tree.

use super::cluster::Declarations;
use super::expand;
use crate::component::{Context, Offers, Purpose, RestateRegistry, RestateSettings};
use crate::kube::Object;
use crate::project::Project;
use crate::source::{FileId, Source, Sources};
use crate::value::Origin;
use crate::yaml;

/// The operators of a cluster, as far as their settings are known.
#[derive(Clone, Debug, Default)]
pub struct Operators {
    restate: Option<RestateSettings>,
    /// What the resources may refer to.
    restate_registries: Vec<RestateRegistry>,
}

impl Operators {
    pub(super) fn of(context: &Context<'_>) -> Self {
        Self { restate: context.restate_operator(), restate_registries: context.restate_registries.clone() }
    }

    /// Returns the operators as a tree with the files `texts` installs them: an older one, of which no more is known. What
    /// its files do not tell, such as the optional definitions that the cluster serves, is taken to be as it is now.
    #[must_use]
    pub fn before<'tree>(&self, texts: impl Iterator<Item = &'tree str>) -> Self {
        let parsed = texts.flat_map(|text| {
            let source = Source::new("committed.yaml", text.as_bytes().to_vec());
            yaml::parse(FileId::from_index(0), &source).documents
        });
        let objects: Vec<_> = parsed.collect();
        let before = self.restate.as_ref().and_then(|now| now.before(&objects));
        Self { restate: before.or_else(|| self.restate.clone()), restate_registries: self.restate_registries.clone() }
    }

    /// Returns what the operators will make of the resource that is the text of a file, which may be an old one: no
    /// object where it is no such resource, or cannot be read. Whatever the tree delivers beside a resource, such as
    /// its Namespace, is none of them.
    #[must_use]
    pub fn make(&self, text: &str) -> Vec<Object> {
        // Every other file would be read for nothing.
        if self.restate.is_none() || !text.contains("apiVersion: restate.dev/") {
            return Vec::new();
        }
        let sources = Sources::new(vec![Source::new("resource.yaml", text.as_bytes().to_vec())]);
        let parsed = yaml::parse(FileId::from_index(0), sources.get(FileId::from_index(0)));
        let mut declarations = Declarations::default();
        parsed.documents.into_iter().for_each(|document| declarations.add(document));
        let context = Context {
            project: Project::default(),
            purpose: Purpose::Twin,
            offers: Offers::default(),
            claims: Vec::new(),
            restate: self.restate.clone(),
            restate_registries: self.restate_registries.clone(),
            sources: &sources,
        };
        let values = expand::objects(&declarations.components, &context).into_iter();
        let objects = values.filter_map(|value| Object::read(value, Origin::default()));
        objects.filter(|object| object.id.kind != "Namespace").collect()
    }
}
