//! The tree as a person applies it: folders for `kubectl apply -k`, and the order in which to do so.

use super::layout::{Layout, Stage};
use super::lines::Lines;
use super::secrets_list::NAME as SECRETS;
use super::writer::Writer;
use super::{Engine, Form, namespaces, run_once, waves};
use crate::component::Part;
use crate::kube::Object;
use crate::tree::Model;
use crate::value::{Origin, Value};

/// No engine at all.
pub(super) struct Plain;

impl Engine for Plain {
    fn forms(&self, parts: Vec<Part>, model: Option<&Model>) -> Vec<Form> {
        let form = |part| match part {
            Part::Object(manifest) => Form::Object(manifest.value, manifest.file_name),
            Part::Chart(chart) => Form::Chart(chart),
            Part::RunOnce(run) => {
                let (job, file_name) = run_once::named_by_content(run, model);
                Form::Object(job, file_name)
            }
            Part::Known(value) => Form::Known(value),
        };
        parts.into_iter().map(form).collect()
    }

    /// Nothing goes from the cluster by itself.
    fn keep(&self, _object: &mut Value, _because: &Origin) {}

    fn home(&self) -> Option<&str> {
        None
    }

    fn applies_charts(&self) -> bool {
        false
    }

    fn decrypts(&self) -> bool {
        false
    }

    fn write(&self, writer: &mut Writer<'_>, layout: &mut Layout) {
        let namespaces = namespaces::of(layout, self);
        let stages = waves::in_order(std::mem::take(&mut layout.stages));
        let all = namespaces.values().map(|(_, because)| because).chain(stages.iter().map(|stage| &stage.because));
        let all = Origin::merged(all);
        let mut lines = Lines::new(all.clone());
        lines.fixed("# How to apply this tree\n");
        lines.fixed("In this order, each step from the folder that this file stands in. A step waits for what the next one may need.");
        lines.fixed("Nothing goes from the cluster by itself: what is no longer in the tree is yours to delete.");
        if !namespaces.is_empty() {
            lines.because = Origin::merged(namespaces.values().map(|(_, because)| because));
            lines.fixed("\n## Namespaces\n\n```sh\nkubectl apply --server-side -k namespaces\n```");
            let mut listed = Vec::new();
            for (name, (namespace, because)) in namespaces {
                listed.push(Value::new(format!("./{name}.yaml")).because(&because));
                writer.write(&format!("namespaces/{name}.yaml"), namespace, because);
            }
            writer.list("namespaces", &listed);
        }
        if let Some(list) = writer.get(SECRETS) {
            lines.because = Origin::merged(&list.origins());
            lines.fixed("\n## Secrets\n\nMake what SECRETS.md lists.");
        }
        for stage in stages {
            self::stage(writer, &mut lines, stage);
        }
        writer.add("APPLY.md", lines.into_file());
    }
}

/// Adds the folder of one stage, and what a person does with it.
fn stage(writer: &mut Writer<'_>, lines: &mut Lines, mut stage: Stage) {
    let folder = format!("apps/{}/{}/app", stage.id.namespace, stage.id.name);
    lines.because = stage.because.clone();
    lines.fixed(&format!(
        "\n## {} in {}\n\n```sh\nkubectl apply --server-side -k {folder}",
        stage.id.name, stage.id.namespace
    ));
    stage.objects.sort_by(|a, b| a.file.cmp(&b.file));
    for placed in &stage.objects {
        if let Some(command) = wait(&placed.object, stage.timeout) {
            lines.because = placed.object.declared.and(&placed.object.value.origin);
            // A Job's name holds a hash of all that decides it.
            if let Some(name) = placed.object.value.at(&["metadata", "name"]) {
                lines.because.add(&name.origin);
            }
            lines.fixed(&command);
        }
    }
    lines.because = stage.because.clone();
    lines.fixed("```");
    for health in &stage.health {
        lines.fixed(&format!(
            "\nA {} is ready when this holds (CEL over the object): `{}`",
            health.kind, health.current
        ));
    }
    let mut listed = Vec::with_capacity(stage.objects.len());
    for placed in stage.objects {
        let because = placed.object.declared.and(&placed.object.value.origin);
        listed.push(Value::new(format!("./{}", placed.file)).because(&because));
        let path = format!("{folder}/{}", placed.file);
        writer.add(&path, writer.placed(&path, placed));
    }
    writer.list(&folder, &listed);
}

/// Returns the command that waits until an object is ready, where `kubectl` has one for its kind.
fn wait(object: &Object, timeout: &str) -> Option<String> {
    let id = &object.id;
    let namespace = id.namespace.as_deref()?;
    match (id.group.as_str(), id.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") => {
            let kind = id.kind.to_lowercase();
            Some(format!("kubectl rollout status --namespace {namespace} {kind}/{} --timeout {timeout}", id.name))
        }
        ("batch", "Job") => Some(format!(
            "kubectl wait --namespace {namespace} job/{} --for condition=Complete --timeout {timeout}",
            id.name
        )),
        _ => None,
    }
}
