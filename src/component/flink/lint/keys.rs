//! Rules about options that somebody adds to the configuration.

use super::super::Flink;
use super::super::configuration::{self, Way};
use crate::component::Context;
use crate::diagnostic::{Diagnostic, Rule};

pub(super) const CREDENTIALS: Rule = Rule::error(
    "flink/credentials-in-configuration",
    "the configuration holds credentials",
    "The operator writes it into a ConfigMap in clear, and git has it, too.",
    "delete the option: the pods read their credentials from the Secret",
);

pub(super) const UNEXPANDED: Rule = Rule::error(
    "flink/unexpanded-variable",
    "an option refers to a variable",
    "Nothing fills it in: Flink reads the text as it stands.",
    "write the value itself; credentials come from the Secret",
);

pub(super) const OWN: Rule = Rule::error(
    "flink/own-option",
    "an option is set to something else than what the declaration comes to",
    "One of the two would be lost, and policies, claims or the operator rely on the other.",
    "delete the option",
);

pub(super) const MEANINGLESS: Rule = Rule::warning(
    "flink/meaningless-option",
    "an option is none of Flink",
    "Nothing reads it.",
    "use `s3.upload.min.part.size`, `s3.upload.max.concurrent.uploads`, `s3.multipart.size` or `s3.connection.timeout`",
);

pub(super) const RENAMED: Rule = Rule::warning(
    "flink/renamed-option",
    "an option has got another name",
    "This version still reads the old name, and the next one does not.",
    "use the new name",
);

pub(super) const REMOVED: Rule = Rule::error(
    "flink/removed-option",
    "an option has a name that Flink 2 does not read",
    "It would be ignored.",
    "use the new name",
);

pub(super) const TOO_NEW: Rule = Rule::error(
    "flink/too-new-option",
    "an option has a name that came with a later version of Flink",
    "It would be ignored.",
    "use the old name, or a later version of Flink",
);

/// Options that hold credentials, by how they end below the prefixes of the file systems.
const SECRETS: &[&str] =
    &["access-key", "secret-key", "access.key", "secret.key", "session.token", "password", "truststore-password"];
/// What is no option, or the beginning of one.
const MEANINGLESS_KEYS: &[&str] = &["s3.multipart.upload.", "s3.socket.timeout", "s3.socket-timeout"];
/// Options that the operator sets, and what sets them.
const OF_OPERATOR: &[(&str, &str)] = &[
    ("kubernetes.cluster-id", "the name of the Flink"),
    ("kubernetes.namespace", "the namespace of the Flink"),
    ("high-availability.cluster-id", "the name of the Flink"),
    ("kubernetes.service-account", "`serviceAccountName`"),
    ("kubernetes.container.image", "`image`"),
    ("kubernetes.container.image.ref", "`image`"),
    ("jobmanager.memory.process.size", "`jobManager.memory`"),
    ("taskmanager.memory.process.size", "`taskManager.memory`"),
    ("kubernetes.jobmanager.cpu", "`jobManager.cpu`"),
    ("kubernetes.jobmanager.cpu.amount", "`jobManager.cpu`"),
    ("kubernetes.taskmanager.cpu", "`taskManager.cpu`"),
    ("kubernetes.taskmanager.cpu.amount", "`taskManager.cpu`"),
    ("kubernetes.jobmanager.replicas", "`jobManager.replicas`"),
];

pub(super) fn lint(flink: &Flink, context: &Context) -> Vec<Diagnostic> {
    let store = flink.store(&context.offers);
    let settings = configuration::settings(flink, store.as_ref());
    let mut found = Vec::new();
    for (key, value) in &flink.spec.configuration {
        let mut tell = |problem: Diagnostic, place: &[crate::source::Span]| found.push(problem.decided_at(place, ""));
        let place = value.origin().spans();
        if is_secret(key) {
            tell(CREDENTIALS.found(format!("`{key}` would stand in a ConfigMap")), place);
            continue;
        }
        if value.get().contains("${") {
            tell(UNEXPANDED.found(format!("`{key}` refers to a variable that nothing fills in")), place);
        }
        if MEANINGLESS_KEYS.iter().any(|known| key.starts_with(known)) {
            tell(MEANINGLESS.found(format!("`{key}` means nothing to Flink")), place);
        }
        if let Some((_, whence)) = OF_OPERATOR.iter().find(|(known, _)| known == key) {
            let help = format!("delete the option: it comes from {whence}");
            tell(OWN.found(format!("`{key}` is not for the configuration")).help(help), place);
        }
        let own = settings.iter().find(|setting| setting.key == key && setting.value != *value);
        if let Some((setting, Way::Fixed(whence))) = own.map(|setting| (setting, &setting.way)) {
            let help = format!("delete the option: it comes from {whence}");
            let message = format!("`{key}` is `{}`", setting.value);
            tell(OWN.found(message).help(help), value.origin().and(setting.value.origin()).spans());
        }
        if let Some(problem) = renamed(flink, key) {
            let version = flink.version().map(|version| version.origin().clone()).unwrap_or_default();
            tell(problem, value.origin().and(&version).spans());
        }
    }
    found
}

fn is_secret(key: &str) -> bool {
    let prefixed =
        ["s3.", "s3a.", "fs.s3a.", "presto.s3.", "hive.s3.", "aws."].iter().any(|prefix| key.starts_with(prefix));
    prefixed && SECRETS.iter().any(|end| key.ends_with(end))
        || key.ends_with("-password") && key.starts_with("security.")
}

/// Returns what is wrong with the name of an option in this version.
fn renamed(flink: &Flink, key: &str) -> Option<Diagnostic> {
    let version = flink.version()?;
    let version = version.get();
    let (old, new, since) = configuration::RENAMED.iter().find(|(old, new, _)| *old == key || *new == key)?;
    let is_since = configuration::is_since(version, *since);
    if key == *new {
        let help = format!("write `{old}`, or use Flink {}.{} or later", since.0, since.1);
        let message = format!("Flink {} does not know `{new}`", version.exact);
        return (!is_since).then(|| TOO_NEW.found(message).help(help));
    }
    let help = format!("write `{new}`");
    if version.minor.0 >= 2 {
        return Some(REMOVED.found(format!("Flink {} does not know `{old}`", version.exact)).help(help));
    }
    is_since.then(|| RENAMED.found(format!("`{old}` is called `{new}` now")).help(help))
}
