//! The resources that the operators read: a FlinkDeployment, or a FlinkEnvironment with a FlinkApplication.

use super::declaration::{Job, RestClass};
use super::version::Version;
use super::{Flink, configuration, pods};
use crate::component::{Health, Store, Trust};
use crate::kube::Quantity;
use crate::value::{Node, Traced, Value, manifest};

/// See `lifecycleState` in <https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-main/docs/concepts/architecture/>.
pub(super) const DEPLOYMENT_HEALTH: Health = Health {
    api_version: "flink.apache.org/v1beta1",
    kind: "FlinkDeployment",
    current: "has(status.lifecycleState) && status.lifecycleState in ['STABLE', 'SUSPENDED']",
    in_progress: "!has(status.lifecycleState) || status.lifecycleState in ['CREATED', 'UPGRADING', 'DEPLOYED', 'ROLLING_BACK']",
    failed: "has(status.lifecycleState) && status.lifecycleState in ['FAILED', 'ROLLED_BACK']",
    // Argo CD knows it: `resource_customizations/flink.apache.org/FlinkDeployment/health.lua`.
    lua: None,
};

const ENVIRONMENT_HEALTH: Health = Health {
    api_version: "platform.confluent.io/v1beta1",
    kind: "FlinkEnvironment",
    current: "has(status.cmfSync) && status.cmfSync.status == 'Created'",
    in_progress: "!has(status.cmfSync) || status.cmfSync.status == 'Unknown'",
    failed: "has(status.cmfSync) && status.cmfSync.status == 'Failed'",
    lua: Some(include_str!("environment.lua")),
};

const APPLICATION_HEALTH: Health = Health {
    api_version: "platform.confluent.io/v1beta1",
    kind: "FlinkApplication",
    current: "has(status.cmfSync) && status.cmfSync.status == 'Created' && has(status.lifecycleState) && status.lifecycleState in ['STABLE', 'SUSPENDED']",
    in_progress: "!has(status.cmfSync) || status.cmfSync.status == 'Unknown' || !has(status.lifecycleState) || status.lifecycleState in ['CREATED', 'UPGRADING', 'DEPLOYED', 'ROLLING_BACK']",
    failed: "has(status.cmfSync) && status.cmfSync.status == 'Failed' || has(status.lifecycleState) && status.lifecycleState in ['FAILED', 'ROLLED_BACK']",
    lua: Some(include_str!("application.lua")),
};

/// Returns the resources, and how to tell that they are ready.
pub(super) fn resources(flink: &Flink, store: Option<&Store>, trust: Option<&Trust>) -> (Vec<Value>, Vec<Health>) {
    let distribution = flink.spec.distribution.origin();
    let because = |value: Value| value.because(distribution);
    if !flink.spec.is_confluent() {
        return (vec![because(deployment(flink, store, trust))], vec![DEPLOYMENT_HEALTH]);
    }
    let environment = environment(flink).map(because);
    let health = environment.iter().map(|_| ENVIRONMENT_HEALTH).chain([APPLICATION_HEALTH]).collect();
    let application = because(application(flink, store, trust));
    (environment.into_iter().chain([application]).collect(), health)
}

fn deployment(flink: &Flink, store: Option<&Store>, trust: Option<&Trust>) -> Value {
    manifest!({
        apiVersion: DEPLOYMENT_HEALTH.api_version, kind: DEPLOYMENT_HEALTH.kind,
        metadata: metadata(flink),
        spec: cluster(flink, store, trust),
    })
}

fn application(flink: &Flink, store: Option<&Store>, trust: Option<&Trust>) -> Value {
    let environment = match &flink.spec.confluent.environment {
        Some(environment) => environment.map(ToString::to_string),
        None => flink.metadata.name(),
    };
    manifest!({
        apiVersion: APPLICATION_HEALTH.api_version, kind: APPLICATION_HEALTH.kind,
        metadata: metadata(flink),
        spec: {
            flinkEnvironment: environment,
            cmfRestClassRef: rest_class(flink),
            ..cluster(flink, store, trust),
        },
    })
}

fn environment(flink: &Flink) -> Option<Value> {
    flink.spec.confluent.environment.is_none().then(|| {
        manifest!({
            apiVersion: ENVIRONMENT_HEALTH.api_version, kind: ENVIRONMENT_HEALTH.kind,
            metadata: metadata(flink),
            spec: { kubernetesNamespace: flink.metadata.namespace(), cmfRestClassRef: rest_class(flink) },
        })
    })
}

fn metadata(flink: &Flink) -> Value {
    manifest!({ name: flink.metadata.name(), namespace: flink.metadata.namespace(), labels: flink.metadata.labels() })
}

fn rest_class(flink: &Flink) -> Option<Value> {
    let RestClass { name, namespace } = flink.spec.confluent.rest_class.as_ref()?;
    Some(manifest!({ name: name.to_owned(), namespace: namespace.as_ref().unwrap_or(&flink.metadata.namespace) }))
}

/// What both distributions read.
fn cluster(flink: &Flink, store: Option<&Store>, trust: Option<&Trust>) -> Value {
    let spec = &flink.spec;
    let (leads, works) = (&spec.job_manager, &spec.task_manager);
    manifest!({
        image: flink.image(),
        flinkVersion: flink.version().map(|version| version.map(Version::name)),
        mode: "native",
        serviceAccount: flink.service_account(),
        flinkConfiguration: configuration::configuration(flink, store),
        podTemplate: pods::template(flink, trust),
        jobManager: { replicas: leads.replicas, resource: resource(leads.memory.as_ref(), leads.cpu.as_ref()) },
        taskManager: { resource: resource(works.memory.as_ref(), works.cpu.as_ref()) },
        job: spec.job.as_ref().map(job),
    })
}

fn job(job: &Job) -> Value {
    let args = Some(&job.args).filter(|args| !args.is_empty());
    manifest!({
        jarURI: job.jar_uri,
        entryClass: job.entry_class,
        args: args,
        parallelism: job.parallelism.clone().unwrap_or_else(|| Traced::literal(1)),
        upgradeMode: job.upgrade_mode.map(|mode| mode.name()),
        state: job.state.map(|state| state.name()),
        allowNonRestoredState: job.allow_non_restored_state,
    })
}

/// Flink's units are not those of Kubernetes, and its `m` is a mebibyte.
fn resource(memory: Option<&Traced<Quantity>>, cpu: Option<&Traced<Quantity>>) -> Value {
    let mebibytes = |memory: &Quantity| format!("{}m", memory.bytes().unwrap_or_default() >> 20);
    let memory = memory.map_or_else(|| Traced::literal("2048m".to_owned()), |memory| memory.map(mebibytes));
    let cpu = match cpu {
        Some(cpu) => number(cpu.get()).because(cpu.origin()),
        None => Value::new(1i64),
    };
    manifest!({ memory: memory, cpu: cpu })
}

/// Returns a quantity as a number: whole where it is, else with the digits that it needs.
fn number(quantity: &Quantity) -> Value {
    const ONE: i128 = 1_000_000_000;
    let amount = quantity.billionths();
    match i64::try_from(amount / ONE) {
        Ok(whole) if amount % ONE == 0 => Value::new(whole),
        _ => {
            let text = format!("{}.{:09}", amount / ONE, amount % ONE);
            Value::new(Node::Float(text.trim_end_matches('0').into()))
        }
    }
}
