//! Which objects there are, and in which file of which folder each stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{Engine, Form};
use crate::component::{App, AppId, Chart, Health};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Object, ObjectId, Scope, scope};
use crate::tree::{Model, Sealed, Sealer, TreePath};
use crate::value::{Origin, Traced, Value};

pub(super) const RULES: &[Rule] = &[OBJECT_CLASH, FILE_CLASH, APP_CLASH, STAGE_CLASH, NO_NAMESPACE, NO_PLACE];

const OBJECT_CLASH: Rule = Rule::error(
    "layout/object-clash",
    "two declarations make the same object",
    "The one that is applied last would win, and the next reconciliation would turn it round.",
    "rename one of them, or delete it",
);

const FILE_CLASH: Rule = Rule::error(
    "layout/file-clash",
    "two objects would stand in one file",
    "One of them would be lost.",
    "rename one of them",
);

const APP_CLASH: Rule = Rule::error(
    "layout/app-clash",
    "two declarations want the same folder of the tree",
    "What belongs to one of them would be rolled out with the other.",
    "rename one of them",
);

const STAGE_CLASH: Rule = Rule::error(
    "layout/stage-clash",
    "two stages would have one name",
    "Engines know a stage by its namespace and name in one: what belongs to one of them would be lost.",
    "rename one of them, or its namespace",
);

const NO_NAMESPACE: Rule = Rule::error(
    "layout/no-namespace",
    "an object of a namespaced kind has no namespace",
    "It would land in whatever namespace the engine happens to use.",
    "set `metadata.namespace`",
);

const NO_PLACE: Rule = Rule::error(
    "layout/no-place",
    "a name makes no path of the tree",
    "Names become folders and files: one may not lead out of the output, and a file system takes 255 bytes.",
    "choose a shorter name, of letters, digits, `-` and `.`",
);

/// The folder of objects that are written as they are, within that of their namespace.
const RAW: &str = "raw";
/// The folder of objects that belong to no namespace.
const CLUSTER: &str = "cluster";

/// One object with its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// The object.
    pub(super) object: Object,
    /// The name of its file, without the folder.
    pub(super) file: String,
    /// What is to be encrypted in it.
    pub(super) sealed: Option<Sealed>,
}

impl Placed {
    /// Returns a Secret, or what makes one.
    pub(super) fn secret(value: Value, sealed: Option<Sealed>, because: Origin) -> Option<Self> {
        let mut placed = placed(value, None, because)?;
        if placed.object.id.kind == "Secret" {
            // As people call files that `sops` opens.
            placed.file.insert_str(placed.file.len() - ".yaml".len(), ".sops");
        }
        Some(Self { sealed, ..placed })
    }

    /// Whether SOPS encrypts it.
    pub(super) fn is_encrypted(&self) -> bool {
        let sops = |sealed: &Sealed| matches!(sealed.by, Sealer::Sops(_));
        self.object.value.get("sops").is_some() || self.sealed.as_ref().is_some_and(sops)
    }
}

/// The objects of one stage.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    /// Its namespace's folder and its own name.
    pub(super) id: AppId,
    /// Who decides that it is there.
    pub(super) because: Origin,
    /// The stages that must be ready before, all of them there.
    pub(super) after: Vec<Traced<AppId>>,
    /// Who decides which stages those are, where there may be none.
    pub(super) order: Origin,
    /// The objects.
    pub(super) objects: Vec<Placed>,
    /// The charts that it asks for itself, without an object that does.
    pub(super) charts: Vec<Chart>,
    /// Kinds whose readiness needs expressions.
    pub(super) health: Vec<Health>,
    /// How long it may take.
    pub(super) timeout: &'static str,
}

impl Stage {
    /// Returns a stage without objects that needs no other and is ready within five minutes.
    pub(super) fn new(id: AppId, because: Origin) -> Self {
        Self {
            id,
            because,
            after: Vec::new(),
            order: Origin::default(),
            objects: Vec::new(),
            charts: Vec::new(),
            health: Vec::new(),
            timeout: "5m",
        }
    }

    /// Returns the name of what stands for the stage beside those of all namespaces.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.id.namespace, self.id.name)
    }

    /// Whether its folder is that of objects that belong to no namespace.
    pub(super) fn is_of_cluster(&self) -> bool {
        self.id.namespace == CLUSTER
    }
}

/// The folders of one cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The Namespaces by name.
    pub(super) namespaces: BTreeMap<String, Option<Object>>,
    /// The stages by folder and name.
    pub(super) stages: BTreeMap<AppId, Stage>,
    /// What operators will make of objects of the stages: it has no place in the tree.
    pub(super) known: Vec<Object>,
}

fn placed(value: Value, file_name: Option<&str>, because: Origin) -> Option<Placed> {
    let object = Object::read(value, because)?;
    let file = file_name_of(&object, file_name.unwrap_or(&object.id.name));
    Some(Placed { object, file, sealed: None })
}

/// Returns `<kind>-<name>.yaml`, lower case, for the object under the name `name`. A kind of a custom group that is
/// called like a built-in one carries its group, so that the name depends on nothing but the object.
fn file_name_of(object: &Object, name: &str) -> String {
    let group = match object.id.group.as_str() {
        "" => String::new(),
        group if scope("v1", &object.id.kind).is_some() => format!(".{group}"),
        _ => String::new(),
    };
    let odd = |letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '.' | '_');
    format!("{}{group}-{name}.yaml", object.id.kind).to_lowercase().replace(odd, "-")
}

/// Returns each app once, because of all who want it. Two stores share one operator: the same app from both is one app.
fn unique(apps: Vec<(App, Origin)>, problems: &mut Vec<Diagnostic>) -> Vec<(App, Origin)> {
    let mut unique: Vec<(App, Origin)> = Vec::with_capacity(apps.len());
    for (app, declared) in apps {
        match unique.iter_mut().find(|(first, _)| first.id.get() == app.id.get()) {
            None => unique.push((app, declared)),
            Some((first, because)) if first.parts == app.parts => because.add(&declared),
            Some((_, because)) => {
                let found = APP_CLASH.found(format!("two declarations want the folder `{}`", app.id.get()));
                problems.push(both(found, &declared, because));
            }
        }
    }
    unique
}

/// Lays out what the apps stand for and the `raw` objects, and finds whatever would stand in the same place.
pub(super) fn lay_out(
    engine: &dyn Engine,
    apps: Vec<(App, Origin)>,
    raw: Vec<Object>,
    model: Option<&Model>,
    problems: &mut Vec<Diagnostic>,
) -> Layout {
    let mut layout = Layout::default();
    let mut makers = Makers::new();
    for (app, declared) in unique(apps, problems) {
        let mut stage = Stage {
            after: app.after,
            order: app.order,
            health: app.health,
            timeout: app.timeout,
            ..Stage::new(app.id.get().clone(), app.id.origin().and(&declared))
        };
        for form in engine.forms(app.parts, model) {
            match form {
                Form::Object(value, file_name) => {
                    if let Some(placed) = placed(value, file_name.as_deref(), stage.because.clone()) {
                        layout.add(&mut stage, placed, &mut makers, problems);
                    }
                }
                Form::Chart(chart) => {
                    layout.namespaces.entry(chart.namespace.get().clone()).or_default();
                    stage.charts.push(chart);
                }
                Form::Known(value) => {
                    if let Some(object) = Object::read(value, stage.because.clone()) {
                        layout.add_known(object, &mut makers, problems);
                    }
                }
            }
        }
        layout.stages.insert(stage.id.clone(), stage);
    }
    for mut object in raw {
        let namespace = match (scope(&object.api_version, &object.id.kind), &object.id.namespace) {
            (Some(Scope::Cluster), _) | (None, None) => CLUSTER.to_owned(),
            (Some(Scope::Namespaced), None) => {
                let found = NO_NAMESPACE.found(format!("`{}` has no namespace", object.id));
                problems.push(found.decided_at(object.declared.spans(), ""));
                continue;
            }
            (_, Some(namespace)) => namespace.clone(),
        };
        object.declared = decided_elsewhere(&object.value).and(&object.declared);
        let id = AppId::new(namespace, RAW);
        let mut stage = layout.stages.remove(&id).unwrap_or_else(|| Stage::new(id.clone(), Origin::default()));
        stage.because.add(&object.declared);
        let file = file_name_of(&object, &object.id.name);
        layout.add(&mut stage, Placed { object, file, sealed: None }, &mut makers, problems);
        layout.stages.insert(id, stage);
    }
    layout.stages.retain(|_, stage| !stage.objects.is_empty() || !stage.charts.is_empty());
    layout.find_clashes(problems);
    let there: BTreeSet<AppId> = layout.stages.keys().cloned().collect();
    for stage in layout.stages.values_mut() {
        stage.after.retain(|after| there.contains(after.get()));
    }
    layout
}

/// Returns who decides, beside the text of its declaration, what an object is called: and so where it stands.
fn decided_elsewhere(object: &Value) -> Origin {
    let names = ["namespace", "name"].into_iter().filter_map(|key| object.at(&["metadata", key]));
    names.flat_map(|name| name.origin.spans().iter().skip(1).copied()).collect()
}

/// Returns `found` with the declarations of both sides: that is the last place of an origin, behind those of names.
fn both(found: Diagnostic, this: &Origin, other: &Origin) -> Diagnostic {
    let found = this.spans().last().into_iter().fold(found, |found, &span| found.at(span, ""));
    other.spans().last().into_iter().fold(found, |found, &span| found.at(span, "and here"))
}

/// Whether the names of the object and its stage are good folders and good files.
fn has_place(placed: &Placed, stage: &Stage) -> bool {
    let fine = |part: &str| !part.contains('/') && TreePath::parse(part).is_some();
    let id = &placed.object.id;
    fine(&format!("{}.yaml", stage.name()))
        && fine(&placed.file)
        && id.namespace.as_deref().is_none_or(fine)
        && (id.kind != "Namespace" || fine(&id.name))
}

/// Who makes which object, and whether an operator does.
type Makers = BTreeMap<ObjectId, (Origin, bool)>;

/// Whether nothing else makes `object`; what else does is a problem.
fn first(object: &Object, by_operator: bool, makers: &mut Makers, problems: &mut Vec<Diagnostic>) -> bool {
    let Some((known, known_by_operator)) = makers.get(&object.id) else {
        makers.insert(object.id.clone(), (object.declared.clone(), by_operator));
        return true;
    };
    let operator = if by_operator || *known_by_operator { ", once by an operator" } else { "" };
    let found = OBJECT_CLASH.found(format!("`{}` is made twice{operator}", object.id));
    problems.push(both(found, &object.declared, known));
    false
}

impl Layout {
    /// Adds a Secret beside the objects of the app that reads it first.
    pub(super) fn add_secret(&mut self, app: &AppId, secret: Placed) {
        let new = || Stage::new(app.clone(), secret.object.declared.clone());
        let stage = self.stages.entry(app.clone()).or_insert_with(new);
        if let Some(namespace) = &secret.object.id.namespace {
            self.namespaces.entry(namespace.clone()).or_default();
        }
        stage.objects.push(secret);
    }

    /// Whether there is nothing to deliver.
    pub(super) fn is_empty(&self) -> bool {
        self.stages.is_empty() && self.namespaces.is_empty()
    }

    /// Finds stages that have one name: `a-b` in `c`, and `b` in `c-a`.
    fn find_clashes(&self, problems: &mut Vec<Diagnostic>) {
        let mut known: BTreeMap<String, &Stage> = BTreeMap::new();
        for stage in self.stages.values() {
            if let Some(first) = known.insert(stage.name(), stage) {
                let message = format!("`{}` and `{}` would both be called `{}`", first.id, stage.id, stage.name());
                problems.push(both(STAGE_CLASH.found(message), &stage.because, &first.because));
            }
        }
    }

    /// Adds what an operator will make.
    fn add_known(&mut self, object: Object, makers: &mut Makers, problems: &mut Vec<Diagnostic>) {
        if first(&object, true, makers, problems) {
            self.known.push(object);
        }
    }

    /// Adds an object to `stage`; a Namespace goes to its own folder.
    fn add(&mut self, stage: &mut Stage, placed: Placed, makers: &mut Makers, problems: &mut Vec<Diagnostic>) {
        let object = &placed.object;
        if !has_place(&placed, stage) {
            let found = NO_PLACE.found(format!("`{}` makes no path of the tree", object.id));
            problems.push(found.decided_at(object.declared.spans(), ""));
            return;
        }
        if !first(object, false, makers, problems) {
            return;
        }
        if let Some(namespace) = &object.id.namespace {
            self.namespaces.entry(namespace.clone()).or_default();
        }
        if object.id.kind == "Namespace" && object.id.group.is_empty() {
            self.namespaces.insert(object.id.name.clone(), Some(placed.object));
            return;
        }
        if let Some(known) = stage.objects.iter().find(|known| known.file == placed.file) {
            let message = format!("`{}` and `{}` would both stand in `{}`", known.object.id, object.id, placed.file);
            problems.push(both(FILE_CLASH.found(message), &object.declared, &known.object.declared));
            return;
        }
        stage.objects.push(placed);
    }
}
