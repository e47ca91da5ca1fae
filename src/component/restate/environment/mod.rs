//! `RestateCloudEnvironment`: the tunnel to an environment of Restate Cloud, as the operator 2.8 makes it.

mod declaration;
mod lint;
mod tunnel;

use super::making::{LAST_APPLIED, Texts, is_wish};
use super::registry::{self, Cloud, Registry};
use super::resource::Resource;
use super::settings::Settings;
use super::{needs_operator, newer};
use crate::component::{App, Component, Context, Holds, NeededSecret, Part, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube;
use crate::value::{Traced, text};
use declaration::RestateCloudEnvironment;

/// A declared environment.
pub(in super::super) type Environment = Resource<RestateCloudEnvironment>;

/// The longest name: that of the tunnel's Service has `tunnel-` before it, and 63 characters.
const LONGEST_NAME: usize = 63 - "tunnel-".len();

impl Component for Environment {
    const API_VERSION: &'static str = "restate.dev/v1beta1";
    const KIND: &'static str = "RestateCloudEnvironment";
    const ABOUT: &'static str = "an environment of Restate Cloud, with the tunnel that its operator makes to it";
    const RULES: &'static [Rule] = lint::RULES;

    fn schema() -> serde_json::Value {
        let mut schema = kube::resource_schema_of::<Self>();
        schema["definitions"]["ResourceMeta"]["properties"]["name"]["maxLength"] = LONGEST_NAME.into();
        schema
    }

    fn restate_registry(&self) -> Option<Registry> {
        let spec = &self.declared.spec;
        let cloud = Cloud {
            environment_id: spec.environment_id.clone(),
            region: spec.region.clone(),
            signing_public_key: spec.signing_public_key.clone(),
        };
        Some(Registry { name: self.declared.name(), cloud: Some(cloud), is_resource: true, reaches_others: true })
    }

    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        let secret = &self.declared.spec.authentication.secret;
        let holds = Traced::literal("an API key of the environment".to_owned()).because(secret.key.origin());
        vec![NeededSecret {
            namespace: needs_operator::settings(context).namespace,
            name: secret.name.clone(),
            keys: vec![(secret.key.get().clone().into(), Holds::Somebody(holds))],
            purpose: text!("RestateCloudEnvironment `{}`", self.declared.name()),
            of_store: false,
            app: registry::environment_stage(&self.declared.name(), &needs_operator::settings(context)),
            claimant: self.declared.kind.origin().clone(),
        }]
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        lint::lint(&self.declared, context)
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let making = Making { declared: &self.declared, settings: needs_operator::settings(context) };
        let id = registry::environment_stage(&self.declared.name(), &making.settings);
        let paused = newer::pause(&self.declared.metadata.annotations, &making.settings).is_some();
        let made = if paused { vec![] } else { vec![tunnel::deployment(&making), tunnel::service(&making)] };
        let parts = match context.purpose {
            Purpose::Twin => made.into_iter().map(Into::into).collect(),
            Purpose::Tree => {
                let mut resource = self.delivered();
                // It belongs to no namespace: whatever is written there is ignored.
                if let Some(metadata) = resource.as_map_mut().and_then(|map| map.get_mut("metadata")?.as_map_mut()) {
                    metadata.remove("namespace");
                }
                std::iter::once(resource.into()).chain(made.into_iter().map(Part::Known)).collect()
            }
        };
        vec![App::new(id, parts).after(needs_operator::stage(context))]
    }
}

/// An environment with the settings that decide what becomes of it.
struct Making<'declared> {
    declared: &'declared RestateCloudEnvironment,
    settings: Settings,
}

impl RestateCloudEnvironment {
    fn name(&self) -> Traced<String> {
        self.metadata.name.map(ToString::to_string)
    }
}

impl Making<'_> {
    /// Returns the name of the tunnel's objects.
    fn name(&self) -> Traced<String> {
        text!("tunnel-{}", self.declared.metadata.name)
    }

    /// Returns the labels that select the tunnel's pods.
    fn own_labels(&self) -> Texts {
        Texts::from([
            ("app.kubernetes.io/instance".to_owned(), self.name()),
            ("app.kubernetes.io/name".to_owned(), Traced::literal(tunnel::CONTAINER.to_owned())),
        ])
    }

    /// Returns the labels of every object: the resource's own, with those that select on top.
    fn labels(&self) -> Texts {
        let written = self.declared.metadata.labels.iter();
        let mut labels: Texts = written.map(|(key, value)| (key.clone(), value.map(ToString::to_string))).collect();
        labels.extend(self.own_labels());
        labels
    }

    /// Returns the annotations of every object, if there are any.
    fn annotations(&self) -> Option<Texts> {
        let mut annotations = self.declared.metadata.annotations.clone();
        annotations.retain(|key, _| !is_wish(key) && key != LAST_APPLIED);
        (!annotations.is_empty()).then_some(annotations)
    }
}
