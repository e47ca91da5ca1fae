//! Changes that a build would write and that a live cluster would refuse: told before somebody waits for them.
//!
//! They are warnings everywhere: whoever makes the object anew by hand knows what he does, and nothing here can see it.

mod buckets;
mod fields;
mod schema;
mod volumes;

use std::collections::BTreeMap;

use crate::compile::Operators;
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Object, ObjectId};
use crate::source::{FileId, Source};
use crate::tree::{File, Tree, TreePath};
use crate::value::{Origin, Value};
use crate::yaml;

use super::{Change, Committed, Found, Plan};

pub(super) const RULES: &[Rule] = &[
    CHANGES_HANDS,
    fields::IMMUTABLE_FIELD,
    volumes::STORAGE_CLASS,
    volumes::SHRUNK,
    volumes::GROWN,
    volumes::LEFT,
    volumes::POOL_SHAPE,
    volumes::POOL_GONE,
    buckets::LOCK_LATE,
    schema::CHANGED,
    schema::INSERTED,
];

const CHANGES_HANDS: Rule = Rule::warning(
    "update/changes-hands",
    "objects change hands between the engine and an operator",
    "Whoever loses them deletes them, though the other one has just taken them over: all pods stop until they are made again. Volumes stay.",
    "do it while nobody needs the cluster; before a RestateCluster goes, `kubectl delete restatecluster NAME --cascade=orphan` leaves its objects",
);

/// An object as it is committed and as it is to be, and what is found.
struct Changed<'files> {
    path: &'files TreePath,
    old: &'files Value,
    new: &'files Object,
    /// Whether the values of the new object know their places; else its declaration does.
    placed: bool,
    found: Vec<Diagnostic>,
}

impl Plan {
    /// Returns a warning for each change from `committed` to `desired` that a live cluster would refuse. It has places
    /// where the files of `desired` know who decided them. Objects that one tree holds and that `operators` make in the
    /// other one are held against each other, too.
    #[must_use]
    pub fn refused(&self, desired: &Tree, committed: &Committed, operators: &Operators) -> Vec<Diagnostic> {
        let ours = |change: &Change| !matches!(change, Change::Foreign(_));
        let changes = || self.changes().filter(|(path, change)| is_manifest(path) && ours(change));
        let old_files = changes().filter_map(|(path, _)| match committed.found.get(path) {
            Some(Found::Other(bytes)) => Some(bytes.as_slice()),
            _ => None,
        });
        let mut old = Objects::default();
        for bytes in old_files {
            let Some(object) = read(bytes).and_then(|value| Object::read(value, Origin::default())) else { continue };
            let made = operators.make(&String::from_utf8_lossy(bytes)).into_iter();
            old.made.extend(made.map(|object| (object.id.clone(), object)));
            old.files.insert(object.id.clone(), object);
        }
        // Where nothing stood before, nothing is refused: no file of a new tree need be parsed.
        if old.files.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (path, _) in changes() {
            let Some(file) = desired.get(path.as_str()) else { continue };
            found.extend(old.against(path, file, operators));
        }
        found
    }
}

/// Objects by what they are called.
#[derive(Default)]
struct Objects {
    /// In the files of a tree.
    files: BTreeMap<ObjectId, Object>,
    /// Made by operators of what is there.
    made: BTreeMap<ObjectId, Object>,
}

impl Objects {
    /// Returns what is found when the object in `file`, or what operators make of it, takes the place of one of these.
    fn against(&self, path: &TreePath, file: &File, operators: &Operators) -> Vec<Diagnostic> {
        let placed = file.as_manifest();
        let new = placed.cloned().or_else(|| read(file.text.as_bytes()));
        let Some(new) = new.and_then(|value| Object::read(value, file.because().clone())) else { return Vec::new() };
        let mut found = Vec::new();
        if let Some(old) = self.files.get(&new.id) {
            found.extend(compare(path, old, &new, placed.is_some()));
        } else if let Some(old) = self.made.get(&new.id) {
            found.extend(changes_hands(path, &new));
            found.extend(compare(path, old, &new, placed.is_some()));
        }
        // What an operator makes before and after is its business: its own resource was compared.
        for made in operators.make(&file.text) {
            if let Some(old) = self.files.get(&made.id) {
                let made = Object { declared: file.because().clone(), ..made };
                found.extend(changes_hands(path, &made));
                found.extend(compare(path, old, &made, false));
            }
        }
        found
    }
}

/// Returns what there is to say of pods that change hands.
fn changes_hands(path: &TreePath, new: &Object) -> Option<Diagnostic> {
    let runs = matches!(new.id.kind.as_str(), "StatefulSet" | "Deployment");
    runs.then(|| {
        let found = CHANGES_HANDS.found(format!("`{}` changes hands (`{path}`)", new.id));
        found.decided_at(new.declared.spans(), "")
    })
}

fn is_manifest(path: &TreePath) -> bool {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    name != "kustomization.yaml" && name.rsplit('.').next() == Some("yaml")
}

fn compare(path: &TreePath, old: &Object, new: &Object, placed: bool) -> Vec<Diagnostic> {
    let mut changed = Changed { path, old: &old.value, new, placed, found: Vec::new() };
    fields::compare(&mut changed);
    volumes::compare(&mut changed);
    buckets::compare(&mut changed);
    schema::compare(&mut changed);
    changed.found
}

/// Returns the only document of a file. Its places are those of no input.
fn read(bytes: &[u8]) -> Option<Value> {
    let source = Source::new("committed.yaml", bytes.to_vec());
    let mut documents = yaml::parse(FileId::from_index(0), &source).documents;
    documents.pop().filter(|_| documents.is_empty())
}

impl Changed<'_> {
    /// Adds what `rule` finds at `place`, a value of the new object, or at the whole of it.
    fn found(&mut self, rule: &Rule, what: &str, place: Option<&Value>) {
        let message = format!("{what} (`{}`)", self.path);
        let place = place.map(|value| &value.origin).filter(|origin| self.placed && !origin.is_empty());
        let place = place.unwrap_or(&self.new.declared);
        self.found.push(rule.found(message).decided_at(place.spans(), ""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the codes of what is found when the text of a file changes.
    #[track_caller]
    fn codes(old: &str, new: &str) -> Vec<String> {
        let path = TreePath::parse("kubernetes/apps/a/b/app/c.yaml").unwrap();
        let lines = new.lines().map(|line| (line.to_owned(), Origin::default())).collect();
        let old = read(old.as_bytes()).and_then(|value| Object::read(value, Origin::default()));
        let old = Objects { files: old.map(|old| (old.id.clone(), old)).into_iter().collect(), ..Objects::default() };
        let found = old.against(&path, &File::lines(lines, Origin::default()), &Operators::default());
        found.into_iter().map(|one| one.code.into_owned()).collect()
    }

    fn object(api_version: &str, kind: &str, spec: &str) -> String {
        format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x, namespace: y}}\nspec: {spec}\n")
    }

    #[track_caller]
    fn change(api_version: &str, kind: &str, old: &str, new: &str) -> Vec<String> {
        codes(&object(api_version, kind, old), &object(api_version, kind, new))
    }

    #[test]
    fn fields_that_cannot_change_are_found() {
        let set = |old: &str, new: &str| change("apps/v1", "StatefulSet", old, new);
        assert_eq!(set("{serviceName: a}", "{serviceName: b}"), ["update/immutable-field"]);
        assert_eq!(set("{}", "{podManagementPolicy: Parallel}"), ["update/immutable-field"]);
        assert_eq!(set("{}", "{podManagementPolicy: OrderedReady}"), [""; 0]);
        assert_eq!(set("{replicas: 1, template: {a: 1}}", "{replicas: 2, template: {a: 2}}"), [""; 0]);
        assert_eq!(set("{selector: {a: x, b: y}}", "{selector: {b: y, a: x}}"), [""; 0]);
        assert_eq!(change("batch/v1", "Job", "{template: {a: 1}}", "{template: {a: 2}}"), ["update/immutable-field"]);
        let binding = |name: &str| {
            format!(
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: x}}\nroleRef: {{name: {name}}}\n"
            )
        };
        assert_eq!(codes(&binding("a"), &binding("b")), ["update/immutable-field"]);
        assert_eq!(change("example.org/v1", "Job", "{template: {a: 1}}", "{template: {a: 2}}"), [""; 0]);
    }

    #[test]
    fn a_bucket_gets_its_lock_when_it_is_made() {
        let config = |bucket: &str| {
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x, namespace: y}}\ndata:\n  buckets.sh: |\n    mc mb --ignore-existing {bucket}\n"
            )
        };
        let (plain, locked) = (config("store/a"), config("--with-lock store/a"));
        assert_eq!(codes(&plain, &locked), ["update/bucket-lock-late"]);
        assert_eq!(codes(&locked, &plain), [""; 0]);
        assert_eq!(codes(&locked, &locked), [""; 0]);
        assert_eq!(codes(&plain, &config("--with-lock store/b")), [""; 0]);
    }

    #[test]
    fn another_object_is_made_anew() {
        let old = object("batch/v1", "Job", "{template: {a: 1}}");
        assert_eq!(codes(&old, &old.replace("name: x", "name: z").replace("a: 1", "a: 2")), [""; 0]);
        assert_eq!(codes("not: [yaml", &old), [""; 0]);
        let hook = |policy: &str, spec: &str| {
            let annotations = format!("argocd.argoproj.io/hook: Sync{policy}");
            format!(
                "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: x, annotations: {{{annotations}}}}}\nspec: {spec}\n"
            )
        };
        let change = |policy: &str| codes(&hook(policy, "{template: {a: 1}}"), &hook(policy, "{template: {a: 2}}"));
        assert_eq!(change(""), [""; 0]);
        assert_eq!(change(", argocd.argoproj.io/hook-delete-policy: BeforeHookCreation"), [""; 0]);
        assert_eq!(change(", argocd.argoproj.io/hook-delete-policy: HookFailed"), ["update/immutable-field"]);
    }

    #[test]
    fn volumes_keep_their_class_and_never_shrink() {
        let cluster = |old: &str, new: &str| {
            let spec = |storage: &str| format!("{{storage: {{{storage}}}}}");
            change("restate.dev/v1", "RestateCluster", &spec(old), &spec(new))
        };
        assert_eq!(cluster("storageRequestBytes: 20", "storageRequestBytes: 10"), ["update/volume-shrunk"]);
        assert_eq!(cluster("storageRequestBytes: 10", "storageRequestBytes: 20"), [""; 0]);
        assert_eq!(cluster("storageClassName: a", "storageClassName: b"), ["update/storage-class"]);
        assert_eq!(cluster("storageClassName: a", "storageRequestBytes: 1"), ["update/storage-class"]);

        let set = |old: (&str, &str), new: (&str, &str)| {
            let spec = |(class, size): (&str, &str)| {
                format!(
                    "{{volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{storageClassName: {class}, resources: {{requests: {{storage: {size}}}}}}}}}]}}"
                )
            };
            change("apps/v1", "StatefulSet", &spec(old), &spec(new))
        };
        assert_eq!(set(("a", "1Gi"), ("b", "512Mi")), ["update/storage-class", "update/volume-shrunk"]);
        assert_eq!(set(("a", "1Gi"), ("a", "2Gi")), ["update/volume-grown"]);
        assert_eq!(set(("a", "1Gi"), ("a", "1024Mi")), [""; 0]);
        let templates = "{volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}]}";
        assert_eq!(change("apps/v1", "StatefulSet", "{}", templates), ["update/immutable-field"]);
        assert_eq!(
            change("apps/v1", "StatefulSet", &templates.replace("Once", "Many"), templates),
            ["update/immutable-field"]
        );

        let claim = |old: &str, new: &str| {
            let spec = |size: &str| format!("{{resources: {{requests: {{storage: {size}}}}}}}");
            change("v1", "PersistentVolumeClaim", &spec(old), &spec(new))
        };
        assert_eq!(claim("2Gi", "1Gi"), ["update/volume-shrunk"]);
        assert_eq!(claim("1Gi", "2Gi"), [""; 0]);
        assert_eq!(
            change("v1", "PersistentVolumeClaim", "{accessModes: [a]}", "{accessModes: [b]}"),
            ["update/immutable-field"]
        );

        let release = |old: &str, new: &str| {
            let spec = |size: &str| format!("{{values: {{write: {{persistence: {{size: {size}}}}}}}}}");
            change("helm.toolkit.fluxcd.io/v2", "HelmRelease", &spec(old), &spec(new))
        };
        assert_eq!(release("2Gi", "1Gi"), ["update/volume-shrunk"]);
        assert_eq!(release("1Gi", "2Gi"), ["update/volume-grown"]);
        let values = |name: &str| format!("{{values: {{{name}: {{persistence: {{size: 1Gi}}}}}}}}");
        let moved = change("helm.toolkit.fluxcd.io/v2", "HelmRelease", &values("singleBinary"), &values("write"));
        assert_eq!(moved, ["update/volumes-left"]);
        let by_argocd = |name: &str| {
            format!("{{sources: [{{helm: {{valuesObject: {{{name}: {{persistence: {{size: 1Gi}}}}}}}}}}]}}")
        };
        let moved = change("argoproj.io/v1alpha1", "Application", &by_argocd("singleBinary"), &by_argocd("write"));
        assert_eq!(moved, ["update/volumes-left"]);

        for list in [false, true] {
            let application = |old: &str, new: &str| {
                let spec = |size: &str| {
                    let source = format!("{{helm: {{valuesObject: {{write: {{persistence: {{size: {size}}}}}}}}}}}");
                    if list { format!("{{sources: [{{path: x}}, {source}]}}") } else { format!("{{source: {source}}}") }
                };
                change("argoproj.io/v1alpha1", "Application", &spec(old), &spec(new))
            };
            assert_eq!(application("2Gi", "1Gi"), ["update/volume-shrunk"]);
            assert_eq!(application("1Gi", "2Gi"), ["update/volume-grown"]);
        }
    }

    #[test]
    fn periods_of_a_schema_only_come_behind_the_others() {
        let release = |old: &str, new: &str| {
            let spec = |periods: &str| format!("{{values: {{loki: {{schemaConfig: {{configs: [{periods}]}}}}}}}}");
            change("helm.toolkit.fluxcd.io/v2", "HelmRelease", &spec(old), &spec(new))
        };
        let (first, second) =
            ("{from: '2024-04-01', object_store: filesystem}", "{from: '2026-12-01', object_store: s3}");
        let both = format!("{first}, {second}");
        assert_eq!(release(first, &both), [""; 0]);
        assert_eq!(release(&both, first), ["update/schema-changed"]);
        assert_eq!(release(first, &first.replace("filesystem", "s3")), ["update/schema-changed"]);
        assert_eq!(release(second, &both), ["update/schema-inserted"]);
        assert_eq!(release(first, &first.replace("04-01", "05-01")), ["update/schema-changed"]);
        assert_eq!(release("", first), [""; 0]);
        assert_eq!(release(first, ""), [""; 0]);
    }

    #[test]
    fn volumes_of_charts_are_found_wherever_they_stand() {
        let release = |old: &str, new: &str| {
            let spec = |values: &str| format!("{{values: {{{values}}}}}");
            change("helm.toolkit.fluxcd.io/v2", "HelmRelease", &spec(old), &spec(new))
        };
        let whole = "persistence: {enabled: true, size: 2Gi, storageClassName: a}";
        assert_eq!(release(whole, &whole.replace("2Gi", "1Gi")), ["update/volume-shrunk"]);
        assert_eq!(release(whole, &whole.replace("Name: a", "Name: b")), ["update/storage-class"]);
        assert_eq!(release(whole, &whole.replace("true", "false")), ["update/volumes-left"]);
        let claims = "ingester: {persistence: {enabled: true, claims: [{name: data, size: 2Gi}]}}";
        assert_eq!(release(claims, &claims.replace("2Gi", "1Gi")), ["update/volume-shrunk"]);
    }

    #[test]
    fn pools_only_come() {
        let tenant = |old: &str, new: &str| {
            let spec = |pools: &str| format!("{{pools: [{pools}]}}");
            change("minio.min.io/v2", "Tenant", &spec(old), &spec(new))
        };
        let (one, two) = ("{name: a, servers: 4, volumesPerServer: 1}", "{name: b, servers: 4, volumesPerServer: 1}");
        assert_eq!(tenant(one, &format!("{one}, {two}")), [""; 0]);
        assert_eq!(tenant(&format!("{one}, {two}"), one), ["update/pool-gone"]);
        assert_eq!(tenant(one, two), ["update/pool-gone"]);
        assert_eq!(tenant(one, "{name: a, servers: 8, volumesPerServer: 1}"), ["update/pool-shape"]);
        assert_eq!(tenant(one, "{name: a, servers: 4, volumesPerServer: 2}"), ["update/pool-shape"]);
    }
}
