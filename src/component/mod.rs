//! Components: what a declaration stands for. Each is one folder here and one line of [`KINDS`].

mod authority;
mod bucket_job;
mod buckets;
mod buildkit;
mod claim;
mod context;
mod credential;
mod exposure;
mod flink;
mod kept;
mod loki;
mod metadata;
mod minio;
mod mlflow;
mod monitoring;
mod network;
mod object_store;
mod part;
mod release;
mod restate;
mod s3_access;
mod schemas;
mod store;
mod switches;
mod tempo;
mod velero;

pub(crate) use authority::CertificateAuthority;
pub(crate) use bucket_job::{BucketJob, NamedPolicy, root_credentials};
pub(crate) use claim::{Access, BucketEvent, BucketSettings, Claim, Managed, Permissions, Retention};
pub(crate) use context::{ByHand, Context, Offers, Purpose};
pub(crate) use credential::{Credential, CredentialSettings, Holds, NeededSecret, Piece};
pub(crate) use exposure::{Backend, Exposure, name as exposure_name};
pub(crate) use kept::{Consumer, Kept, StoreKind, bucket, unnamed_bucket};
pub(crate) use metadata::Metadata;
pub(crate) use monitoring::{Alert, DashboardForm, Panel, Watched};
pub(crate) use network::{Connection, Flow, Peer, Pods, Policy, ServerPods, Target, kubernetes_rules};
pub(crate) use part::{App, AppId, Chart, ChartSource, Health, Manifest, Part, RunOnce};
pub(crate) use restate::{Registry as RestateRegistry, Settings as RestateSettings};
pub use schemas::schemas;
pub(crate) use store::{Authority, CA_FILE, EventTarget, Maker, Store, Trust};
pub(crate) use switches::{IDLE, Switches};
pub use switches::{Switch, switches};

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::Span;
use crate::value::{self, Value};
use crate::{project, shape};

/// A declaration that is compiled into objects.
pub(crate) trait Component: DeserializeOwned + JsonSchema + fmt::Debug + Send + Sync + 'static {
    /// Group and version, `bayplan.dev/v1alpha1`.
    const API_VERSION: &'static str;
    /// The kind.
    const KIND: &'static str;
    /// What it stands for, in one line.
    const ABOUT: &'static str;
    /// The rules that its declarations are held against.
    const RULES: &'static [Rule];
    /// The variables that imply a declaration of it.
    const SWITCHES: &'static [Switch] = &[];
    /// Whether its declarations offer stores.
    const OFFERS_STORES: bool = false;

    /// Returns the JSON Schema of its declarations.
    fn schema() -> serde_json::Value {
        shape::schema_of::<Self>()
    }

    /// Converts a document whose shape was checked. An error is a mistake of ours.
    fn declare(document: &Value) -> Result<Self, String> {
        value::from_value(document).map_err(|mismatch| mismatch.to_string())
    }

    /// Returns the declaration that the switches imply.
    fn implied(_switches: &Switches<'_>) -> Option<Value> {
        None
    }

    /// Returns the stores that it offers to others.
    fn offers(&self) -> Vec<Store> {
        Vec::new()
    }

    /// Returns the settings of the Restate operator, if it declares one.
    fn restate_operator(&self) -> Option<RestateSettings> {
        None
    }

    /// Returns what a RestateDeployment can register with, if it declares that.
    fn restate_registry(&self) -> Option<RestateRegistry> {
        None
    }

    /// Returns what it asks of others, knowing what they offer and what its objects are made for.
    fn claims(&self, _offers: &Offers, _purpose: Purpose) -> Vec<Claim> {
        Vec::new()
    }

    /// Returns the Secrets that its objects refer to and that somebody makes.
    fn secrets(&self, _context: &Context) -> Vec<NeededSecret> {
        Vec::new()
    }

    /// Returns the places of secrets that stand in it in clear, so that no excerpt shows them.
    fn secrets_in_clear(&self, _context: &Context) -> Vec<Span> {
        Vec::new()
    }

    /// Holds it against its rules.
    fn lint(&self, context: &Context) -> Vec<Diagnostic>;

    /// Returns the apps that it stands for.
    fn expand(&self, context: &Context) -> Vec<App>;
}

/// A component with its type erased, once it is declared.
pub(crate) trait Declared: fmt::Debug + Send + Sync {
    /// See [`Component::offers`].
    fn offers(&self) -> Vec<Store>;
    /// See [`Component::restate_operator`].
    fn restate_operator(&self) -> Option<RestateSettings>;
    /// See [`Component::restate_registry`].
    fn restate_registry(&self) -> Option<RestateRegistry>;
    /// See [`Component::claims`].
    fn claims(&self, offers: &Offers, purpose: Purpose) -> Vec<Claim>;
    /// See [`Component::secrets`].
    fn secrets(&self, context: &Context) -> Vec<NeededSecret>;
    /// See [`Component::secrets_in_clear`].
    fn secrets_in_clear(&self, context: &Context) -> Vec<Span>;
    /// See [`Component::lint`].
    fn lint(&self, context: &Context) -> Vec<Diagnostic>;
    /// See [`Component::expand`].
    fn expand(&self, context: &Context) -> Vec<App>;
}

impl<C: Component> Declared for C {
    fn offers(&self) -> Vec<Store> {
        Component::offers(self)
    }
    fn restate_operator(&self) -> Option<RestateSettings> {
        Component::restate_operator(self)
    }
    fn restate_registry(&self) -> Option<RestateRegistry> {
        Component::restate_registry(self)
    }
    fn claims(&self, offers: &Offers, purpose: Purpose) -> Vec<Claim> {
        Component::claims(self, offers, purpose)
    }
    fn secrets(&self, context: &Context) -> Vec<NeededSecret> {
        Component::secrets(self, context)
    }
    fn secrets_in_clear(&self, context: &Context) -> Vec<Span> {
        Component::secrets_in_clear(self, context)
    }
    fn lint(&self, context: &Context) -> Vec<Diagnostic> {
        Component::lint(self, context)
    }
    fn expand(&self, context: &Context) -> Vec<App> {
        Component::expand(self, context)
    }
}

/// A kind of declaration: a component before it is declared.
pub struct Kind {
    /// Group and version.
    pub api_version: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// What it stands for, in one line.
    pub about: &'static str,
    /// The rules that its declarations are held against.
    pub rules: &'static [Rule],
    /// The variables that imply a declaration of it.
    pub switches: &'static [Switch],
    /// Whether its declarations offer stores.
    pub(crate) offers_stores: bool,
    make_schema: fn() -> serde_json::Value,
    schema: OnceLock<serde_json::Value>,
    declare: fn(&Value) -> Result<Box<dyn Declared>, String>,
    implied: fn(&Switches<'_>) -> Option<Value>,
}

impl Kind {
    fn of<C: Component>() -> Self {
        Self {
            api_version: C::API_VERSION,
            kind: C::KIND,
            about: C::ABOUT,
            rules: C::RULES,
            switches: C::SWITCHES,
            offers_stores: C::OFFERS_STORES,
            make_schema: C::schema,
            schema: OnceLock::new(),
            declare: |document| Ok(Box::new(C::declare(document)?)),
            implied: C::implied,
        }
    }

    /// Returns the JSON Schema of its declarations.
    pub fn schema(&self) -> &serde_json::Value {
        self.schema.get_or_init(self.make_schema)
    }

    /// Converts a value of this kind whose shape was checked. An error is a mistake of ours: the schema then says less
    /// than the type.
    pub(crate) fn declare(&self, value: &Value) -> Result<Box<dyn Declared>, String> {
        (self.declare)(value)
    }

    /// Returns the declaration that the switches imply.
    pub(crate) fn implied(&self, switches: &Switches<'_>) -> Option<Value> {
        (self.implied)(switches)
    }
}

/// Every kind that is compiled. The parser, the rules, the schemas, `explain` and the tables of the README follow.
pub static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    vec![
        Kind::of::<minio::MinIO>(),
        Kind::of::<object_store::ObjectStore>(),
        Kind::of::<buckets::Bucket>(),
        Kind::of::<loki::Loki>(),
        Kind::of::<s3_access::S3Access>(),
        Kind::of::<tempo::Tempo>(),
        Kind::of::<velero::Velero>(),
        Kind::of::<flink::Flink>(),
        Kind::of::<mlflow::MLflow>(),
        Kind::of::<buildkit::BuildKit>(),
        Kind::of::<restate::RestateCluster>(),
        Kind::of::<restate::RestateOperator>(),
        Kind::of::<restate::Environment>(),
        Kind::of::<restate::Deployment>(),
    ]
});

/// Returns the kind that `api_version` and `kind` name.
#[must_use]
pub fn kind(api_version: &str, kind: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|known| known.api_version == api_version && known.kind == kind)
}

/// Returns the rules that no single component owns.
pub(crate) fn shared_rules() -> impl Iterator<Item = &'static Rule> {
    let own = [authority::RULES, exposure::RULES, context::RULES, kept::RULES, release::RULES, network::RULES];
    let shared = own.into_iter().chain([switches::RULES]);
    shared.flatten().chain(project::rules())
}

/// Returns group and version, kind, and what it is for, of every kind of declaration.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let project = (project::API_VERSION, "Project", "settings of the project: delivery, secrets");
    KINDS.iter().map(|kind| (kind.api_version, kind.kind, kind.about)).chain([project])
}
