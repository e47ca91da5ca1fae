//! `SECRETS.md`: the Secrets that the tree refers to and that somebody makes.

use std::collections::BTreeMap;

use super::layout::Layout;
use super::references::{made, references};
use crate::component::NeededSecret;
use crate::project::Project;
use crate::tree::File;
use crate::value::{Origin, Traced, text};

/// One Secret of the list.
struct Listed {
    name: Traced<String>,
    namespace: Traced<String>,
    /// What it is for, each once.
    purposes: Vec<Traced<String>>,
    /// Its keys and what each holds.
    keys: BTreeMap<String, Traced<String>>,
    because: Origin,
}

/// Returns the list, if there is anything to list: what components need, and what other objects refer to, but for what
/// the tree itself makes and what the project calls external.
pub(super) fn write(needed: &[NeededSecret], layout: &Layout, project: &Project) -> Option<File> {
    let objects = || layout.stages.values().flat_map(|stage| &stage.objects).map(|placed| &placed.object);
    let mut made = made(objects());
    made.extend(
        project
            .externals()
            .iter()
            .filter(|external| external.kind.get() == "Secret")
            .filter_map(|external| Some((external.namespace.as_ref()?.to_string(), external.name.get().clone()))),
    );
    let mut listed: BTreeMap<(String, String), Listed> = BTreeMap::new();
    for secret in needed {
        let one = entry(&mut listed, &secret.namespace, &secret.name);
        one.add(secret.purpose.clone(), &secret.claimant);
        for (key, holds) in &secret.keys {
            one.keys.entry(key.clone().into_owned()).or_insert_with(|| holds.clone());
        }
    }
    // What was told before was told in better words: by components, then by objects that somebody can look up.
    for told_by in [objects().collect::<Vec<_>>(), layout.known.iter().collect()] {
        let known: Vec<_> = listed.keys().cloned().collect();
        for reference in told_by.into_iter().flat_map(references) {
            let namespace = Traced::literal(reference.namespace);
            if known.contains(&(namespace.get().clone(), reference.name.get().clone())) {
                continue;
            }
            let one = entry(&mut listed, &namespace, &reference.name);
            one.add(text!("{}", reference.object), &reference.declared);
            if let Some(key) = reference.key {
                let holds = Traced::new(format!("whatever {} reads there", reference.object), key.origin().clone());
                one.keys.entry(key.get().clone()).or_insert(holds);
            }
        }
    }
    listed.retain(|id, _| !made.contains(id));
    (!listed.is_empty()).then(|| file(listed.into_values().collect()))
}

fn entry<'list>(
    listed: &'list mut BTreeMap<(String, String), Listed>,
    namespace: &Traced<String>,
    name: &Traced<String>,
) -> &'list mut Listed {
    listed.entry((namespace.get().clone(), name.get().clone())).or_insert_with(|| Listed {
        name: name.clone(),
        namespace: namespace.clone(),
        purposes: Vec::new(),
        keys: BTreeMap::new(),
        because: Origin::default(),
    })
}

impl Listed {
    fn add(&mut self, purpose: Traced<String>, because: &Origin) {
        self.because.add(because);
        if !self.purposes.contains(&purpose) {
            self.purposes.push(purpose);
        }
    }
}

fn file(secrets: Vec<Listed>) -> File {
    // Whoever needs a Secret decides that there is a list at all.
    let because = Origin::merged(secrets.iter().map(|secret| &secret.because));
    let mut lines = Lines { lines: Vec::new(), because };
    lines.fixed("# Secrets that somebody makes");
    lines.fixed("");
    lines.fixed(
        "The objects of this tree refer to the Secrets below. bayplan writes none of them and knows no value: make",
    );
    lines.fixed("each one in its namespace before the tree is applied. A secret key has at least 8 characters.");
    for secret in secrets {
        lines.because = secret.because;
        lines.fixed("");
        lines.add(text!("## `{}` in namespace `{}`", secret.name, secret.namespace));
        lines.fixed("");
        for purpose in secret.purposes {
            lines.add(text!("For: {}.", purpose));
        }
        if secret.keys.is_empty() {
            continue;
        }
        lines.fixed("");
        lines.fixed("| key | what it holds |");
        lines.fixed("|---|---|");
        for (key, holds) in secret.keys {
            lines.add(text!("| `{}` | {} |", key, holds));
        }
    }
    File::lines(lines.lines, Origin::default())
}

/// The lines so far, and who decides the ones that follow.
struct Lines {
    lines: Vec<(String, Origin)>,
    because: Origin,
}

impl Lines {
    fn fixed(&mut self, line: &str) {
        self.lines.push((line.to_owned(), self.because.clone()));
    }

    fn add(&mut self, line: Traced<String>) {
        let (line, origin) = line.into_parts();
        self.lines.push((line, origin.and(&self.because)));
    }
}
