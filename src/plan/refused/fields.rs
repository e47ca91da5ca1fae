//! Fields that an API server lets nobody change.

use super::Changed;
use crate::diagnostic::Rule;
use crate::value::{Node, Value};

pub(super) const IMMUTABLE_FIELD: Rule = Rule::warning(
    "update/immutable-field",
    "a field changes that an API server lets nobody change",
    "The engine fails to apply the object, and with it all that stands in the same stage.",
    "undo it, or rename the object; or delete it in the cluster before the tree is applied: `kubectl delete --cascade=orphan` leaves the pods of a StatefulSet",
);

/// A field of a kind.
struct Field {
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    /// What the API server puts there where nothing is written.
    default: Option<&'static str>,
    /// Whether it may be set where it was not.
    once: bool,
}

const fn field(group: &'static str, kind: &'static str, path: &'static [&'static str]) -> Field {
    Field { group, kind, path, default: None, once: false }
}

/// The fields, as the validation of Kubernetes and of the definitions has them. What is said of volumes stands apart.
const FIELDS: &[Field] = &[
    field("apps", "StatefulSet", &["spec", "selector"]),
    field("apps", "StatefulSet", &["spec", "serviceName"]),
    Field { default: Some("OrderedReady"), ..field("apps", "StatefulSet", &["spec", "podManagementPolicy"]) },
    field("apps", "Deployment", &["spec", "selector"]),
    field("apps", "DaemonSet", &["spec", "selector"]),
    field("apps", "ReplicaSet", &["spec", "selector"]),
    field("batch", "Job", &["spec", "selector"]),
    field("batch", "Job", &["spec", "template"]),
    Field { default: Some("NonIndexed"), ..field("batch", "Job", &["spec", "completionMode"]) },
    field("", "PersistentVolumeClaim", &["spec", "accessModes"]),
    Field { default: Some("Filesystem"), ..field("", "PersistentVolumeClaim", &["spec", "volumeMode"]) },
    field("", "PersistentVolumeClaim", &["spec", "selector"]),
    Field { once: true, ..field("", "Service", &["spec", "clusterIP"]) },
    field("rbac.authorization.k8s.io", "RoleBinding", &["roleRef"]),
    field("rbac.authorization.k8s.io", "ClusterRoleBinding", &["roleRef"]),
    field("storage.k8s.io", "StorageClass", &["provisioner"]),
    field("storage.k8s.io", "StorageClass", &["parameters"]),
    field("scheduling.k8s.io", "PriorityClass", &["value"]),
    Field { once: true, ..field("restate.dev", "RestateDeployment", &["spec", "deploymentMode"]) },
];

pub(super) fn compare(changed: &mut Changed<'_>) {
    let (old, new) = (changed.old, changed.new);
    if is_made_anew(&new.value) {
        return;
    }
    for field in FIELDS.iter().filter(|field| field.group == new.id.group && field.kind == new.id.kind) {
        let (before, after) = (old.at(field.path), new.value.at(field.path));
        let default = field.default.map(Value::new);
        let same = match (before.or(default.as_ref()), after.or(default.as_ref())) {
            (Some(before), Some(after)) => same(before, after),
            (None, None) => true,
            (before, _) => field.once && before.is_none(),
        };
        if !same {
            let what = format!("`{}` of `{}` cannot change", field.path.join("."), new.id);
            changed.found(&IMMUTABLE_FIELD, &what, after);
        }
    }
}

/// Whether Argo CD deletes the object before it applies it: a hook, unless its policy says otherwise.
fn is_made_anew(object: &Value) -> bool {
    let annotation = |key| object.at(&["metadata", "annotations", key]).and_then(Value::as_str);
    let policy = annotation("argocd.argoproj.io/hook-delete-policy").unwrap_or("BeforeHookCreation");
    annotation("argocd.argoproj.io/hook").is_some() && policy.contains("BeforeHookCreation")
}

/// Whether two values mean the same to an API server: the order of keys means nothing, and `null` is absent.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (&one.node, &other.node) {
        (Node::Map(one), Node::Map(other)) => {
            let covers = |a: &crate::value::Map, b: &crate::value::Map| {
                let mut entries = a.iter().filter(|entry| !entry.value.is_null());
                entries.all(|entry| b.get(&entry.key).is_some_and(|value| same(&entry.value, value)))
            };
            covers(one, other) && covers(other, one)
        }
        (Node::List(one), Node::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (one, other) => one == other,
    }
}
