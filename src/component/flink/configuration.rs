//! The configuration of Flink: what follows from the declaration, and what somebody adds.
//!
//! The operator writes it into a `ConfigMap` as it is: no variable is ever filled in. See
//! <https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/>.

use std::collections::BTreeMap;

use super::Flink;
use super::storage::{CHECKPOINTS, HIGH_AVAILABILITY, SAVEPOINTS};
use super::trust;
use super::version::Version;
use crate::component::Store;
use crate::kube::Duration;
use crate::value::Traced;

/// The ports of the pods. Flink picks some at random, which no policy can name.
pub(super) const PORTS: &[(&str, u16)] = &[
    ("jobmanager.rpc.port", 6123),
    ("high-availability.jobmanager.port", 6123),
    ("blob.server.port", 6124),
    ("rest.port", 8081),
    ("taskmanager.data.port", 6121),
    ("taskmanager.rpc.port", 6122),
    ("metrics.internal.query-service.port", 6126),
];

/// Since this version options of checkpoints have names of their own (FLINK-34482).
pub(super) const OWN_NAMES: (u32, u32) = (1, 20);

/// Options that got another name, old and new, and the version since which there is the new one.
pub(super) const RENAMED: &[(&str, &str, (u32, u32))] = &[
    ("state.checkpoints.dir", "execution.checkpointing.dir", OWN_NAMES),
    ("state.savepoints.dir", "execution.checkpointing.savepoint-dir", OWN_NAMES),
    ("state.backend.incremental", "execution.checkpointing.incremental", OWN_NAMES),
    ("state.checkpoints.num-retained", "execution.checkpointing.num-retained", OWN_NAMES),
    ("state.checkpoint-storage", "execution.checkpointing.storage", OWN_NAMES),
    ("state.checkpoints.create-subdir", "execution.checkpointing.create-subdir", OWN_NAMES),
    ("state.storage.fs.memory-threshold", "execution.checkpointing.data-inline-threshold", OWN_NAMES),
    ("state.storage.fs.write-buffer-size", "execution.checkpointing.write-buffer-size", OWN_NAMES),
    ("state.backend", "state.backend.type", (1, 17)),
    ("high-availability", "high-availability.type", (1, 17)),
    ("env.java.opts", "env.java.opts.all", (1, 17)),
];

/// The options of Java for each kind of process. That for all has defaults, set by the operator, without which newer Javas
/// do not run Flink.
const OPTIONS: [&str; 2] = ["env.java.opts.jobmanager", "env.java.opts.taskmanager"];

/// An option that bayplan sets.
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) value: Traced<String>,
    pub(super) way: Way,
}

/// How an option goes together with what somebody sets.
pub(super) enum Way {
    /// It cannot be set to something else: this is where it comes from, `the field …`.
    Fixed(&'static str),
    /// It holds unless somebody sets it.
    Default,
    /// It stands behind what somebody sets.
    Added,
}

/// Returns the whole configuration.
pub(super) fn configuration(flink: &Flink, store: Option<&Store>) -> BTreeMap<String, Traced<String>> {
    let mut all = flink.spec.configuration.clone();
    for Setting { key, value, way } in settings(flink, store) {
        let written = all.get(key).cloned();
        let value = match (way, written) {
            (Way::Default, Some(written)) => written,
            (Way::Added, Some(written)) => crate::value::text!("{} {}", written, value),
            (_, _) => value,
        };
        all.insert(key.to_owned(), value);
    }
    // A store that needs no option decides that there is none, too.
    for (key, value) in &mut all {
        if let Some(store) = store.filter(|_| OPTIONS.contains(&key.as_str())) {
            *value = value.clone().because(&store.offered);
        }
    }
    all
}

/// Returns every option that bayplan sets.
pub(super) fn settings(flink: &Flink, store: Option<&Store>) -> Vec<Setting> {
    let spec = &flink.spec;
    let mut all = Vec::new();
    let mut set = |key, value: Traced<String>, way| all.push(Setting { key, value, way });
    let fixed = |text: &str| Traced::literal(text.to_owned());

    if let Some(store) = store {
        let mut of_store =
            |key, value: Traced<String>| set(key, value.because(&store.offered), Way::Fixed("the store"));
        of_store("s3.endpoint", store.url());
        of_store("s3.endpoint.region", store.region.clone());
        of_store("s3.path.style.access", store.path_style.map(ToString::to_string));
    }

    // By the version options have one name or the other; without one, the newer.
    let version = flink.version();
    let is_old = version.as_ref().is_some_and(|version| version.get().minor < OWN_NAMES);
    let named = |new: &'static str| {
        let old = RENAMED.iter().find(|(_, renamed, since)| *renamed == new && *since == OWN_NAMES);
        old.filter(|_| is_old).map_or(new, |(old, ..)| old)
    };
    let decided = |value: Traced<String>| match &version {
        Some(version) => value.because(version.origin()),
        None => value,
    };
    for (key, prefix) in
        [("execution.checkpointing.dir", CHECKPOINTS), ("execution.checkpointing.savepoint-dir", SAVEPOINTS)]
    {
        if let Some(directory) = flink.directory(prefix) {
            set(named(key), decided(directory), Way::Fixed("`storage`"));
        }
    }
    let retained =
        spec.checkpoints.retained.as_ref().map_or_else(|| fixed("3"), |number| number.map(ToString::to_string));
    set(named("execution.checkpointing.num-retained"), decided(retained), Way::Fixed("`checkpoints.retained`"));
    // The other backend keeps its state in memory, and has nothing to save by and by.
    let backend = spec.configuration.get("state.backend.type").cloned().unwrap_or_else(|| fixed("rocksdb"));
    if backend.get() != "hashmap" {
        let incremental = decided(fixed("true")).because(backend.origin());
        set(named("execution.checkpointing.incremental"), incremental, Way::Default);
    }
    set("state.backend.type", backend, Way::Default);
    set("execution.checkpointing.interval", flink.interval().map(duration), Way::Fixed("`checkpoints.interval`"));

    let available = spec.high_availability();
    if let Some(directory) = flink.directory(HIGH_AVAILABILITY).filter(|_| *available.get()) {
        let because = |value: Traced<String>| value.because(available.origin());
        set("high-availability.type", because(fixed("kubernetes")), Way::Fixed("`highAvailability`"));
        set("high-availability.storageDir", because(directory), Way::Fixed("`storage`"));
    }
    for (key, port) in PORTS {
        set(key, fixed(&port.to_string()), Way::Fixed("the policies, which name the port"));
    }
    let slots = spec.task_manager.slots.as_ref().map_or_else(|| fixed("1"), |slots| slots.map(ToString::to_string));
    set("taskmanager.numberOfTaskSlots", slots, Way::Fixed("`taskManager.slots`"));

    if let Some(options) = store.and_then(trust::java_options) {
        for key in OPTIONS {
            set(key, options.clone(), Way::Added);
        }
    }
    all
}

impl Flink {
    /// Returns the time between two checkpoints.
    pub(super) fn interval(&self) -> Traced<Duration> {
        let default = || Traced::literal(Duration::parse("1m").expect("`1m` is a duration"));
        self.spec.checkpoints.interval.clone().unwrap_or_else(default)
    }
}

/// Returns a duration as Flink reads it: one number with one unit.
fn duration(duration: &Duration) -> String {
    let milliseconds = duration.milliseconds();
    let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)];
    let whole = units.iter().find(|(_, unit)| milliseconds > 0 && milliseconds.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{milliseconds} ms"), |(name, unit)| format!("{} {name}", milliseconds / unit))
}

/// Whether an option with this name is known to a version.
pub(super) fn is_since(version: &Version, since: (u32, u32)) -> bool {
    version.minor >= since
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        for (read, written) in
            [("1m", "1 min"), ("1h30m", "90 min"), ("1d", "1 d"), ("1500ms", "1500 ms"), ("0", "0 ms")]
        {
            assert_eq!(duration(&Duration::parse(read).unwrap()), written);
        }
    }
}
