//! The account of the pods: the one that leads makes those that work, and remembers what it needs in `ConfigMap`s.

use super::Flink;
use crate::value::{Traced, Value, manifest};

impl Flink {
    /// Returns the name of the account.
    pub(super) fn service_account(&self) -> Traced<String> {
        match &self.spec.service_account_name {
            Some(name) => name.map(ToString::to_string),
            None => self.metadata.name(),
        }
    }
}

/// Returns the account with its rights, unless one is named that exists. The operator's chart makes one in the namespaces
/// that it is told of, and in no other.
/// Source of the rights: apache/flink-kubernetes-operator, `flink-operator.jobRbacRules` of the chart.
pub(super) fn objects(flink: &Flink) -> Vec<Value> {
    if flink.spec.service_account_name.is_some() {
        return Vec::new();
    }
    let (name, namespace) = (flink.metadata.name(), flink.metadata.namespace());
    let metadata = || manifest!({ name: name, namespace: namespace, labels: flink.metadata.labels() });
    let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"].map(Value::new).to_vec();
    vec![
        manifest!({ apiVersion: "v1", kind: "ServiceAccount", metadata: metadata() }),
        manifest!({
            apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: metadata(),
            rules: [
                { apiGroups: [""], resources: ["pods", "configmaps"], verbs: verbs },
                { apiGroups: ["apps"], resources: ["deployments", "deployments/finalizers"], verbs: verbs },
            ],
        }),
        manifest!({
            apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: metadata(),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: name },
            subjects: [{ kind: "ServiceAccount", name: name, namespace: namespace }],
        }),
    ]
}
