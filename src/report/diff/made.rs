//! How what operators make changes when their resource does.

use std::collections::BTreeSet;

use similar::TextDiff;

use crate::kube::{Object, ObjectId};
use crate::yaml;

/// More lines than these are only counted, for each object.
const MOST_LINES: usize = 40;

/// Returns what operators will change, in lines.
pub(super) fn changes(old: &[Object], new: &[Object]) -> Vec<String> {
    let ids: BTreeSet<&ObjectId> = old.iter().chain(new).map(|object| &object.id).collect();
    let text = |objects: &[Object], id: &ObjectId| {
        objects.iter().find(|object| object.id == *id).map(|one| yaml::emit(&one.value))
    };
    let mut lines = Vec::new();
    for id in ids {
        match (text(old, id), text(new, id)) {
            (None, Some(_)) => lines.push(format!("the operator will make {id}")),
            (Some(_), None) => lines.push(format!("the operator will no more make {id}")),
            (Some(old), Some(new)) if old != new => {
                lines.push(format!("the operator will change {id}"));
                lines.extend(difference(&old, &new));
            }
            _ => {}
        }
    }
    lines
}

fn difference(old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(old, new);
    let text = diff.unified_diff().context_radius(1).to_string();
    let all = text.lines().map(|line| format!("  {line}"));
    let mut shown: Vec<_> = all.clone().take(MOST_LINES).collect();
    let rest = all.count() - shown.len();
    if rest > 0 {
        shown.push(format!("  and {rest} lines more"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Origin, manifest};

    fn service(name: &str, port: i64) -> Object {
        let service = manifest!({
            apiVersion: "v1", kind: "Service", metadata: { name: name.to_owned(), namespace: "orders" },
            spec: { ports: [{ port: port }] },
        });
        Object::read(service, Origin::default()).unwrap()
    }

    #[test]
    fn what_changes_is_told() {
        let (old, new) = ([service("a", 1), service("b", 1)], [service("b", 2), service("c", 1)]);
        let lines = changes(&old, &new);
        assert_eq!(lines[0], "the operator will no more make Service orders/a");
        assert_eq!(lines[1], "the operator will change Service orders/b");
        assert!(lines.iter().any(|line| line.trim() == "-    - port: 1"), "{lines:?}");
        assert_eq!(lines.last().unwrap(), "the operator will make Service orders/c");
        assert!(changes(&old, &old).is_empty());
    }
}
