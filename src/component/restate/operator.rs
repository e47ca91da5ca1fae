//! `RestateOperator`: the operator, with the settings that make a difference to what it makes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::install;
use super::settings::Settings;
use super::versions::Version;
use crate::component::{App, Component, Context, Purpose};
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::{Name, quoted};
use crate::project;
use crate::value::{Origin, Traced};

/// The Restate operator of a cluster: its installation, and the settings that decide what it makes of its resources.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RestateOperator {
    /// `bayplan.dev/v1alpha1`.
    #[expect(dead_code, reason = "read before, to find the kind")]
    api_version: Traced<String>,
    /// `RestateOperator`.
    kind: Traced<String>,
    /// Its name, for people.
    #[expect(dead_code, reason = "read before, to tell declarations apart")]
    metadata: OperatorMeta,
    /// Its settings.
    #[serde(default)]
    pub(super) spec: Spec,
}

/// The metadata of an operator.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OperatorMeta {
    /// Its name, for people.
    #[expect(dead_code, reason = "read before, to tell declarations apart")]
    name: Traced<Name>,
}

/// Settings of the operator.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    /// Whether the project installs it. Default: true; false where something else does.
    install: Option<Traced<bool>>,
    /// The minor version: `2.8`, `3.0` or `3.1`. Default: 2.8, of which everything is known.
    #[serde(default)]
    version: Traced<Version>,
    /// The exact version of its charts. Default: the last one of the minor version that bayplan knows.
    pub(super) chart_version: Option<Traced<String>>,
    /// The namespace that it runs in. Default: `restate-operator`.
    namespace: Option<Traced<Name>>,
    /// The label of its pods, by which policies let it in. Default: `app: restate-operator`, as its chart sets it.
    label: Option<Label>,
    /// The EKS cluster that it makes Pod Identity Associations for. Default: none.
    pub(super) aws_pod_identity_association_cluster: Option<Traced<String>>,
    /// Whether it binds the Google service accounts that clusters name. Default: false.
    #[serde(default)]
    pub(super) gcp_workload_identity: Traced<bool>,
    /// The image of tunnels to Restate Cloud. Default: the one that the operator was published with.
    pub(super) tunnel_client_default_image: Option<Traced<String>>,
    /// The domain of the cluster. Default: `cluster.local`.
    pub(super) cluster_dns: Option<Traced<String>>,
    /// The image that canary Jobs and the collector of certificates run. Default: `alpine:3.21`.
    pub(super) canary_image: Option<Traced<String>>,
    /// The optional custom resources that the cluster serves. Default: none.
    #[serde(default)]
    installed_crds: Vec<Traced<OptionalKind>>,
}

/// A label; without name or value there is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Label {
    /// Its key.
    name: Option<Traced<String>>,
    /// Its value.
    value: Option<Traced<String>>,
}

/// A custom resource that the operator can do without.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
enum OptionalKind {
    /// Puts pods into security groups of AWS.
    SecurityGroupPolicy,
    /// Mounts secrets by the Secrets Store CSI driver.
    SecretProviderClass,
}

impl OptionalKind {
    fn name(self) -> &'static str {
        match self {
            Self::SecurityGroupPolicy => super::cloud::GROUPS_KIND,
            Self::SecretProviderClass => super::extras::KEY_CLASS_KIND,
        }
    }
}

const SEVERAL: Rule = Rule::error(
    "restate/several-operators",
    "there is more than one `RestateOperator`",
    "Each of them would act on every resource of the cluster, and undo what the other one does.",
    "keep one of them",
);

const LABEL_NOT_OF_CHART: Rule = Rule::error(
    "restate/label-not-of-chart",
    "the operator that is installed has another label than its declaration says",
    "Policies would let in pods that are not there, and keep the operator out.",
    "use `name: app`, and any `value`, which the chart is then told; or `install: false` where something else installs it",
);

const OTHER_VERSION: Rule = Rule::warning(
    "restate/other-operator-version",
    "the charts are of another minor version than the operator is said to be",
    "What the operator makes is known for the versions that `version` offers; another one may differ.",
    "set `version` to the minor version of the charts",
);

const CLUSTER_DNS: Rule = Rule::refusal(
    "restate/cluster-dns",
    "the domain of the cluster is none",
    "The operator stops at its start.",
    "use letters, digits, `.` and `-` only, as in `cluster.local`",
);

impl Component for RestateOperator {
    const API_VERSION: &'static str = project::API_VERSION;
    const KIND: &'static str = "RestateOperator";
    const ABOUT: &'static str = "the Restate operator: its charts, and the settings that decide what it makes";
    const RULES: &'static [Rule] = &[SEVERAL, LABEL_NOT_OF_CHART, OTHER_VERSION, CLUSTER_DNS];

    fn restate_operator(&self) -> Option<Settings> {
        let spec = &self.spec;
        let defaults = Settings::default();
        let label = match &spec.label {
            Some(label) => label.name.clone().zip(label.value.clone()),
            None => defaults.label,
        };
        Some(Settings {
            declared: self.kind.origin().clone(),
            version: spec.version.clone(),
            namespace: spec.namespace.as_ref().map_or(defaults.namespace, |name| name.map(ToString::to_string)),
            label,
            aws_pod_identity_association_cluster: spec.aws_pod_identity_association_cluster.clone(),
            gcp_workload_identity: spec.gcp_workload_identity.clone(),
            tunnel_client_default_image: spec
                .tunnel_client_default_image
                .clone()
                .unwrap_or(defaults.tunnel_client_default_image),
            canary_image: spec.canary_image.clone().unwrap_or(defaults.canary_image),
            installed_crds: spec.installed_crds.iter().map(|kind| kind.map(|kind| kind.name().to_owned())).collect(),
        })
    }

    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        found.extend(context.restate.as_ref().and_then(|first| self.second(&first.declared)));
        found.extend(self.cluster_dns());
        if *self.installed().get() {
            found.extend(self.label_not_of_chart());
            found.extend(self.other_version());
        }
        found
    }

    fn expand(&self, context: &Context) -> Vec<App> {
        let installed = self.installed();
        // A second one is told, and there is one installation.
        let is_first = context.restate.as_ref().is_some_and(|first| first.declared == *self.kind.origin());
        let wanted = *installed.get() && is_first && context.purpose == Purpose::Tree;
        let settings = self.restate_operator().filter(|_| wanted);
        let because = |app: App| App { id: app.id.because(installed.origin()), ..app };
        settings.map(|settings| install::apps(self, &settings)).unwrap_or_default().into_iter().map(because).collect()
    }
}

impl RestateOperator {
    fn installed(&self) -> Traced<bool> {
        self.spec.install.clone().unwrap_or_else(|| Traced::literal(true))
    }

    fn second(&self, first: &Origin) -> Option<Diagnostic> {
        (first != self.kind.origin()).then(|| {
            let found = SEVERAL.found("this is a second `RestateOperator`").decided_at(self.kind.origin().spans(), "");
            first.spans().iter().fold(found, |found, &span| found.at(span, "the first one"))
        })
    }

    fn cluster_dns(&self) -> Option<Diagnostic> {
        let domain = self.spec.cluster_dns.as_ref()?;
        let good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        (domain.get().is_empty() || !domain.get().chars().all(good)).then(|| {
            let found = CLUSTER_DNS.found(format!("{} is no domain of a cluster", quoted(domain.get())));
            found.decided_at(domain.origin().spans(), "")
        })
    }

    fn label_not_of_chart(&self) -> Option<Diagnostic> {
        let label = self.spec.label.as_ref()?;
        let (shown, place) = match (&label.name, &label.value) {
            (Some(name), Some(_)) if name.get() == install::LABEL => return None,
            (Some(name), Some(_)) => (format!("the chart sets no label `{name}`"), name.origin()),
            (Some(one), None) | (None, Some(one)) => ("a label has a name and a value".to_owned(), one.origin()),
            (None, None) => ("the operator's pods have a label in any case".to_owned(), self.kind.origin()),
        };
        Some(LABEL_NOT_OF_CHART.found(shown).decided_at(place.spans(), ""))
    }

    fn other_version(&self) -> Option<Diagnostic> {
        let (chart, version) = (self.spec.chart_version.as_ref()?, &self.spec.version);
        let minor = |text: &str| text.splitn(3, '.').take(2).map(str::to_owned).collect::<Vec<_>>();
        let known = version.get().chart();
        (minor(chart.get()) != minor(known)).then(|| {
            let message = format!("the charts are of version `{chart}`, and what is known is that of `{known}`");
            OTHER_VERSION.found(message).decided_at(chart.origin().and(version.origin()).spans(), "")
        })
    }
}
