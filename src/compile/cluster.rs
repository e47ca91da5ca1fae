//! One cluster: its variables filled in, its declarations read, expanded and laid out.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::input::{self, Part};
use super::{Cluster, OUTPUT, Operators, guard};
use crate::component::{self, Context, Declared, IDLE, KINDS, Kind, Offers, Purpose, Switches};
use crate::deliver::{self, Delivery};
use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::kube::{self, Object};
use crate::project::{self, Project};
use crate::shape;
use crate::source::{Sources, Span};
use crate::tree::{Model, TreePath};
use crate::value::{self, Node, Origin, Value};
use crate::variables::{self, Variables};

pub(super) const RULES: &[Rule] = &[INTERNAL, NO_KIND, UNKNOWN_KIND, DECLARED_TWICE];

const NO_KIND: Rule = Rule::refusal(
    "input/no-kind",
    "a document has no `kind`",
    "Without a kind nobody knows what the document declares; variables stand in cluster.yaml.",
    "give the document an `apiVersion` and a `kind`; variables belong in cluster.yaml",
);

const UNKNOWN_KIND: Rule = Rule::refusal(
    "input/unknown-kind",
    "a kind does not exist in its group and version",
    "Nothing could be made of the declaration.",
    "correct the kind; `bayplan schema` lists those that exist",
);

const DECLARED_TWICE: Rule = Rule::error(
    "input/declared-twice",
    "two declarations have one kind and name",
    "Both would make the same objects.",
    "rename one of them, or delete it",
);

const INTERNAL: Rule = Rule::refusal(
    "internal/schema",
    "a declaration fits its schema and is refused all the same",
    "The schema says less than the code asks for: a mistake of bayplan, not of the input.",
    "report it with the declaration, and write the field in another way until it is mended",
);

/// What one cluster came to.
pub(super) struct Made<C = Cluster> {
    pub(super) cluster: C,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) secrets: Vec<Span>,
    /// The variables that were read, for the cluster's and the shared ones alike.
    pub(super) read: BTreeSet<String>,
}

impl Made {
    /// Hands the cluster on.
    pub(super) fn then<C>(self, each: impl Fn(Cluster) -> C) -> Made<C> {
        Made { cluster: each(self.cluster), problems: self.problems, secrets: self.secrets, read: self.read }
    }
}

/// A declaration that was read.
pub(super) struct Declaration {
    pub(super) kind: &'static Kind,
    namespace: Option<String>,
    name: String,
    pub(super) component: Box<dyn Declared>,
    pub(super) origin: Origin,
}

/// All declarations of one cluster.
#[derive(Default)]
pub(super) struct Declarations {
    project: Option<(Project, Origin)>,
    pub(super) components: Vec<Declaration>,
    /// Kind and name of every written declaration, of those with mistakes, too, and where it stands.
    written: Vec<(&'static str, String, Origin)>,
    pub(super) raw: Vec<Object>,
    /// The switches by which a store could be there, and is not.
    withheld: Origin,
    /// The switches by which something could be there that claims, and is not.
    unclaimed: Origin,
    pub(super) problems: Vec<Diagnostic>,
}

/// Compiles one cluster. With a `model`, it keeps nothing that tells who decided a line, and shares texts with others.
pub(super) fn compile(
    sources: &Sources,
    name: Option<&str>,
    shared: &Part,
    own: Option<&Part>,
    model: Option<&Model>,
) -> Made {
    let mut raw = shared.variables.clone();
    if let Some(own) = own {
        raw = variables::merge(raw, own.variables.clone());
    }
    let documents: Vec<_> = shared.documents.iter().chain(own.iter().flat_map(|own| &own.documents)).collect();
    let mut secrets = variables::mark_secrets(&mut raw, &named_secrets(&documents));
    let mut declarations = Declarations::default();
    let given = given_secrets(&raw);
    let variables = Variables::new(raw);
    variables.check_all();
    for document in documents {
        declarations.add(variables.resolve(document));
    }
    declarations.add_implied(&variables);
    declarations.find_doubles();

    let (mut project, declared) = declarations.project.take().unwrap_or_default();
    let switches = Switches::new(&variables);
    switches.apply(&mut project);
    declarations.problems.extend(switches.into_problems());
    declarations.problems.extend(project.lint(&declared));
    declarations.problems.extend(project.complete(sources));
    if !project.secrets().takes_values() {
        declarations.problems.extend(given.into_iter().map(not_needed));
    }
    let context = context(&mut declarations, project, Purpose::Tree, sources);
    let Declarations { components, raw, mut problems, unclaimed, .. } = declarations;
    let mut apps = Vec::new();
    let mut needed = Vec::new();
    for declaration in &components {
        secrets.extend(declaration.component.secrets_in_clear(&context));
        problems.extend(declaration.component.lint(&context));
        let expanded = declaration.component.expand(&context).into_iter().map(|app| app.named_without(&unclaimed));
        apps.extend(expanded.map(|app| (app, declaration.origin.clone())));
        needed.extend(declaration.component.secrets(&context));
    }
    let by_hand = context.by_hand();
    let delivery = Delivery { apps, raw, secrets: needed, by_hand };
    let tree = super::root(name).map(|root| {
        let mut tree = deliver::lay_out(root.as_str(), name, &context.project, delivery, model, &mut problems);
        for (path, file) in tree.iter() {
            if let Some(value) = file.as_manifest() {
                guard::in_tree(value, path.as_str(), file.because(), &mut problems);
            }
        }
        if let Some(model) = model {
            model.take(&root, &mut tree);
        }
        (root, tree)
    });
    // A cluster whose name cannot be a folder was reported when its files were read.
    let (root, tree) =
        tree.unwrap_or_else(|| (TreePath::parse(OUTPUT).expect("a fixed name"), crate::tree::Tree::default()));

    let read = variables.read();
    problems.extend(variables.into_problems());
    if name.is_some() {
        for problem in &mut problems {
            problem.clusters = 1;
        }
    }
    let cluster = Cluster { name: name.map(str::to_owned), root, tree, operators: Operators::of(&context) };
    Made { cluster, problems, secrets, read }
}

/// Returns what the declarations may know of each other, and reports the claims that nothing answers.
pub(super) fn context<'sources>(
    declarations: &mut Declarations,
    project: Project,
    purpose: Purpose,
    sources: &'sources Sources,
) -> Context<'sources> {
    let components = &mut declarations.components;
    components.sort_by(|a, b| a.key().cmp(&b.key()));
    let stores = components.iter().flat_map(|declaration| declaration.component.offers()).collect();
    let offers = Offers::new(stores).withheld(std::mem::take(&mut declarations.withheld));
    let mut claims: Vec<_> =
        components.iter().flat_map(|declaration| declaration.component.claims(&offers, purpose)).collect();
    claims.sort_by(|a, b| a.key().cmp(&b.key()));
    for claim in &claims {
        declarations.problems.extend(offers.problem(claim.store(), claim.claimant()));
    }
    let restate = components.iter().find_map(|declaration| declaration.component.restate_operator());
    let restate_registries =
        components.iter().filter_map(|declaration| declaration.component.restate_registry()).collect();
    let context = Context { project, purpose, offers, claims, restate, restate_registries, sources };
    declarations.problems.extend(context.clashes());
    context
}

/// Returns the names that the project calls secret. They must be known before any variable is read.
fn named_secrets(documents: &[&Value]) -> BTreeSet<String> {
    let projects = documents.iter().filter(|document| is_kind(document, project::API_VERSION, "Project"));
    let names = projects.filter_map(|project| project.at(&["spec", "secretVariables"])?.as_list());
    names.flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the secret switches that are set.
fn given_secrets(variables: &value::Map) -> Vec<(&'static str, Option<Span>)> {
    let names: BTreeSet<_> = component::switches().filter(|switch| switch.secret).map(|switch| switch.name).collect();
    let entry = |name| variables.entry(name).filter(|entry| !entry.value.is_null());
    names.into_iter().filter_map(|name| Some((name, entry(name)?.key_span))).collect()
}

/// Notes a secret switch that is set where somebody else has the secrets.
fn not_needed((name, place): (&'static str, Option<Span>)) -> Diagnostic {
    let found = guard::NOT_NEEDED.found(format!("nothing uses the secret `{name}`"));
    found.decided_at(place.as_slice(), "")
}

fn is_kind(document: &Value, api_version: &str, kind: &str) -> bool {
    let is = |key, text| document.get(key).and_then(Value::as_str) == Some(text);
    is("apiVersion", api_version) && is("kind", kind)
}

/// Whether `kind` is one of ours in another version of its group.
fn is_other_version(api_version: &str, kind: &str) -> bool {
    let group = |api_version: &str| api_version.split_once('/').map(|(group, _)| group.to_owned());
    KINDS.iter().any(|known| known.kind == kind && group(known.api_version) == group(api_version))
}

fn unknown_kind(api_version: &str, kind: &str) -> Diagnostic {
    let found = UNKNOWN_KIND.found(format!("there is no kind `{kind}` in `{api_version}`"));
    if let Some(known) = KINDS.iter().find(|known| known.kind == kind) {
        return found.help(format!("write `apiVersion: {}`", known.api_version));
    }
    let known = KINDS.iter().filter(|known| known.api_version == project::API_VERSION).map(|known| known.kind);
    match nearest(kind, known.chain(["Project"])) {
        Some(nearest) => found.help(format!("did you mean `{nearest}`?")),
        None => found,
    }
}

impl Declaration {
    /// What tells declarations apart and puts them in order.
    fn key(&self) -> (&'static str, Option<&str>, &str) {
        (self.kind.kind, self.namespace.as_deref(), &self.name)
    }
}

impl Declarations {
    /// Reads one document whose expressions are filled in.
    pub(super) fn add(&mut self, document: Value) {
        let origin = input::declared(&document);
        let text = |key| document.get(key).and_then(Value::as_str);
        let (api_version, kind) = (text("apiVersion").unwrap_or_default(), text("kind").unwrap_or_default());
        if document.get("kind").is_none() {
            let place = input::first_line(&document);
            self.problems.push(NO_KIND.found("the document has no `kind`").decided_at(place.as_slice(), ""));
        } else if document.is_unknown() {
            // What could not be evaluated was told: only what is wrong beside that is still to be found.
            self.check_shape(&document, &origin);
        } else if is_kind(&document, project::API_VERSION, "Project") {
            self.add_project(&document, origin);
        } else if let Some(kind) = component::kind(api_version, kind) {
            let name = document.at(&["metadata", "name"]).and_then(Value::as_str).unwrap_or_default();
            self.written.push((kind.kind, name.to_owned(), origin.clone()));
            self.add_component(kind, &document, origin);
        } else if api_version.starts_with("bayplan.dev/") || is_other_version(api_version, kind) {
            self.problems.push(unknown_kind(api_version, kind).decided_at(origin.spans(), ""));
        } else if api_version == "v1" && kind == "List" {
            if let Some(Node::List(items)) = document.get("items").map(|items| &items.node) {
                items.iter().cloned().for_each(|item| self.add(item));
            }
        } else {
            self.add_raw(document, origin);
        }
    }

    /// Checks the shape of a document that nothing can be made of.
    fn check_shape(&mut self, document: &Value, origin: &Origin) {
        let text = |key| document.get(key).and_then(Value::as_str).unwrap_or_default();
        if is_kind(document, project::API_VERSION, "Project") {
            shape::check_declared(document, project::schema(), "", origin, &mut self.problems);
        } else if let Some(kind) = component::kind(text("apiVersion"), text("kind")) {
            let name = document.at(&["metadata", "name"]).and_then(Value::as_str).unwrap_or_default();
            self.written.push((kind.kind, name.to_owned(), origin.clone()));
            shape::check_declared(document, kind.schema(), "", origin, &mut self.problems);
        } else {
            shape::check_manifest(document, origin, &mut self.problems);
        }
    }

    fn add_project(&mut self, document: &Value, origin: Origin) {
        let schema = project::schema();
        let before = self.problems.len();
        shape::check_declared(document, schema, "", &origin, &mut self.problems);
        if self.problems.len() > before {
            return;
        }
        let Some(project) =
            self.typed(value::from_value::<Project>(document).map_err(|error| error.to_string()), &origin)
        else {
            return;
        };
        match &self.project {
            Some((_, first)) => {
                let found = project::SEVERAL.found("this is a second `Project`").decided_at(origin.spans(), "");
                self.problems.push(first.spans().iter().fold(found, |found, &span| found.at(span, "the first one")));
            }
            None => self.project = Some((project, origin)),
        }
    }

    fn add_component(&mut self, kind: &'static Kind, document: &Value, origin: Origin) {
        let before = self.problems.len();
        // What an API server is to get is meant as it stores it.
        let is_resource = kind.api_version != project::API_VERSION;
        let document = &*if is_resource { kube::stored(document) } else { Cow::Borrowed(document) };
        shape::check_declared(document, kind.schema(), "", &origin, &mut self.problems);
        if self.problems[before..].iter().any(|problem| problem.refused) {
            return;
        }
        let Some(component) = self.typed(kind.declare(document), &origin) else { return };
        let text = |key| document.at(&["metadata", key]).and_then(Value::as_str).map(str::to_owned);
        let (namespace, name) = (text("namespace"), text("name").unwrap_or_default());
        self.components.push(Declaration { kind, namespace, name, component, origin });
    }

    fn add_raw(&mut self, document: Value, origin: Origin) {
        let before = self.problems.len();
        let object = if guard::is_encrypted(&document) {
            // The rest of it has the shape of an encrypted file.
            shape::check_declared(&document, kube::object_schema(), "", &origin, &mut self.problems);
            Object::read(document, origin)
        } else {
            shape::object(document, &origin, &mut self.problems)
        };
        // Without a good name it has no place in the tree: one mistake, told once.
        let misnamed = self.problems[before..].iter().any(|problem| problem.code == "shape/invalid-name");
        if let Some(object) = object {
            guard::plaintext(&object, &mut self.problems);
            if !misnamed {
                self.raw.push(object);
            }
        }
    }

    /// Adds what switches imply. A written declaration of the same kind and name takes its place.
    fn add_implied(&mut self, variables: &Variables) {
        let switches = Switches::new(variables);
        for kind in KINDS.iter() {
            let implied = kind.implied(&switches);
            let off = switches.take_off();
            let Some(implied) = implied else {
                self.unclaimed.add(&off);
                if kind.offers_stores {
                    self.withheld.add(&off);
                }
                continue;
            };
            let origin = input::declared(&implied);
            let name = implied.at(&["metadata", "name"]).and_then(Value::as_str).unwrap_or_default();
            let written = self.written.iter().find(|(known, named, _)| *known == kind.kind && named == name);
            let Some((_, _, written)) = written else {
                self.add_component(kind, &implied, origin);
                continue;
            };
            // A switch that other kinds read, too, decides something elsewhere.
            let own = kind.switches.iter().filter(|switch| !switch.is_shared());
            let idle: Vec<_> = own
                .filter_map(|switch| Some((switch.name, *switches.get(switch.name)?.origin.spans().first()?)))
                .collect();
            let names: Vec<_> = idle.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message = format!("{} `{name}` is declared, so that nothing reads {}", kind.kind, names.join(", "));
            let found = idle.iter().fold(IDLE.found(message), |found, (_, span)| found.at(*span, "idle"));
            self.problems.push(written.spans().iter().fold(found, |found, &span| found.at(span, "declared here")));
        }
        self.problems.extend(switches.into_problems());
    }

    fn find_doubles(&mut self) {
        self.components.sort_by(|a, b| a.key().cmp(&b.key()));
        for pair in self.components.windows(2) {
            if pair[0].key() == pair[1].key() {
                let found = DECLARED_TWICE.found(format!("{} `{}` is declared twice", pair[1].kind.kind, pair[1].name));
                let found = found.decided_at(pair[1].origin.spans(), "");
                let first = pair[0].origin.spans().iter();
                self.problems.push(first.fold(found, |found, &span| found.at(span, "the first one")));
            }
        }
        let mut seen = BTreeSet::new();
        self.components.retain(|declaration| {
            seen.insert((declaration.kind.kind, declaration.namespace.clone(), declaration.name.clone()))
        });
    }

    /// Returns a typed value. Its shape was checked, so that an error is a mistake of ours, told like any other.
    fn typed<T>(&mut self, typed: Result<T, String>, origin: &Origin) -> Option<T> {
        typed
            .map_err(|message| {
                self.problems.push(INTERNAL.found(message).decided_at(origin.spans(), ""));
            })
            .ok()
    }
}
