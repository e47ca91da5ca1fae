//! What the engine of a tree cannot do with what is in it.

use super::Engine;
use super::layout::{Layout, Placed};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project::Project;
use crate::source::Span;
use crate::value::Origin;

/// The rules about what an engine cannot do.
pub(super) const RULES: &[Rule] = &[CHART_BY_HAND, OTHER_ENGINE, ENCRYPTED];

const CHART_BY_HAND: Rule = Rule::error(
    "deliver/chart-by-hand",
    "a chart is to be rolled out, and there is no engine that does it",
    "With `mode: plain` the tree holds objects alone, and what a chart makes is known to Helm only.",
    "choose `flux` or `argocd` as `spec.deliver.mode`, or install the chart outside of the project and declare that it is there",
);

const OTHER_ENGINE: Rule = Rule::error(
    "deliver/other-engine",
    "an object is for another engine than the one that delivers the tree",
    "Without that engine's controllers nothing becomes of it; its definition is missing, so that what is applied with it fails, too.",
    "delete it, or write what it stands for; where the cluster has that engine as well, list its definition in `spec.externals` of the Project, as `{kind: CustomResourceDefinition, name: …}`",
);

const ENCRYPTED: Rule = Rule::error(
    "deliver/encrypted",
    "an object is encrypted with SOPS, and the engine does not decrypt it",
    "Of the engines only Flux does; an API server refuses the encrypted object, or holds ciphertext in place of the secret.",
    "make the Secret outside of git, or by an `ExternalSecret` or a `SealedSecret`",
);

/// Finds what `engine` cannot do with what is in `layout`.
pub(super) fn check(engine: &dyn Engine, layout: &Layout, project: &Project, problems: &mut Vec<Diagnostic>) {
    check_mode(engine, layout, project, problems);
    for stage in layout.stages.values() {
        for chart in stage.charts.iter().filter(|_| !engine.applies_charts()) {
            let found = CHART_BY_HAND.found(format!("nobody rolls out the chart `{}` for `{}`", chart.name, stage.id));
            let mode = project.deliver().mode().origin().spans().iter();
            problems.push(
                mode.fold(found.decided_at(declared(&stage.because), ""), |found, &span| found.at(span, "no engine")),
            );
        }
        for placed in &stage.objects {
            let object = &placed.object;
            let place = declared(&object.declared);
            if let Some(other) = engine.other(&object.id).filter(|_| !has_definition(project, &object.id.group)) {
                let found =
                    OTHER_ENGINE.found(format!("`{}` is for {other}, which does not deliver this tree", object.id));
                problems.push(found.decided_at(place, ""));
            }
            // What the project has encrypted is one mistake, told at its mode.
            if !engine.decrypts() && placed.is_encrypted() && placed.sealed.is_none() {
                problems.push(ENCRYPTED.found(format!("nobody decrypts `{}`", object.id)).decided_at(place, ""));
            }
        }
    }
}

/// Finds that the project has Secrets encrypted which `engine` does not decrypt.
fn check_mode(engine: &dyn Engine, layout: &Layout, project: &Project, problems: &mut Vec<Diagnostic>) {
    let mut sealed = layout.stages.values().flat_map(|stage| &stage.objects).filter(|placed| placed.sealed.is_some());
    if !engine.decrypts() && sealed.any(Placed::is_encrypted) {
        let found = ENCRYPTED.found("the Secrets are encrypted with SOPS, and nobody decrypts them");
        let found = found.decided_at(project.secrets().mode().origin().spans(), "");
        let engine = project.deliver().mode().origin().spans().iter();
        let found = engine.fold(found, |found, &span| found.at(span, "does not decrypt"));
        problems.push(found.help(
            "choose `externalSecrets` or `sealedSecrets` as `spec.secrets.mode`, or `flux` as `spec.deliver.mode`",
        ));
    }
}

/// Returns the place of the declaration: the last one, behind those of names.
fn declared(origin: &Origin) -> &[Span] {
    origin.spans().last().map(std::slice::from_ref).unwrap_or_default()
}

/// Whether the project says that the cluster has a definition of `group`.
fn has_definition(project: &Project, group: &str) -> bool {
    let definitions = project.externals().iter().filter(|one| one.kind.get() == "CustomResourceDefinition");
    definitions.into_iter().any(|one| one.name.get().strip_suffix(group).is_some_and(|plural| plural.ends_with('.')))
}
