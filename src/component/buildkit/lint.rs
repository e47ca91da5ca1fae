//! The rules that a `BuildKit` is held against.

use super::{BuildKit, versions};
use crate::component::release::{Idle, written};
use crate::component::{Connection, Context};
use crate::diagnostic::{Diagnostic, Rule};
use crate::project::Enforcement;
use crate::value::Traced;

pub(super) const RULES: &[Rule] =
    &[IMAGE_OF_OTHER_MODE, MUTABLE_IMAGE, CACHE_ATTRIBUTE, OPEN_DAEMON, INVALID_CONFIGURATION, LONG_NAME];

const IMAGE_OF_OTHER_MODE: Rule = Rule::error(
    "buildkit/image-of-other-mode",
    "the image is not the one of the mode",
    "A rootless daemon needs the programs of its own image, and the other one does not start without rights.",
    "use an image whose tag ends with `-rootless` in mode `rootless`, and one without it in mode `privileged`",
);

const MUTABLE_IMAGE: Rule = Rule::warning(
    "buildkit/mutable-image",
    "the image is not one version",
    "Pods of one BuildKit run different daemons after a restart.",
    "name a version, like `moby/buildkit:v0.29.0-rootless`",
);

const CACHE_ATTRIBUTE: Rule = Rule::error(
    "buildkit/cache-attribute",
    "a text cannot stand among the attributes of the cache",
    "The attributes are one text with commas between them: a build would read others, or refuse all.",
    "use letters, digits, `-`, `_`, `.` and `/`",
);

const OPEN_DAEMON: Rule = Rule::warning(
    "buildkit/open-daemon",
    "whoever reaches the daemon may build",
    "Neither a certificate nor a policy keeps anybody of the cluster from running programs on its nodes.",
    "set `tlsSecretName`, or enforce the network policies",
);

const INVALID_CONFIGURATION: Rule = Rule::error(
    "buildkit/invalid-configuration",
    "the configuration is no TOML",
    "The daemon does not start.",
    "correct the text; see `docs/buildkitd.toml.md` of BuildKit",
);

const LONG_NAME: Rule = Rule::refusal(
    "buildkit/long-name",
    "the name is too long for what is named after it",
    "A StatefulSet adds a revision of 11 letters to it, in a label that has 63.",
    "use a shorter name",
);

const LONGEST: usize = 63 - "-0123456789".len();

pub(super) fn lint(buildkit: &BuildKit, context: &Context) -> Vec<Diagnostic> {
    let kept = buildkit.kept(&context.offers);
    let spec = &buildkit.spec;
    let mut found: Vec<_> = spec.connections.iter().filter_map(Connection::lint).collect();
    found.extend(image(buildkit));
    found.extend(buildkit.consumer().unnamed_bucket(&kept));
    for (name, text) in [("prefix", &spec.cache.prefix), ("name", &spec.cache.name)] {
        found.extend(text.as_ref().and_then(|text| attribute(name, text)));
    }
    let name = &buildkit.metadata.name;
    let length = name.get().as_str().len();
    if length > LONGEST {
        let message = format!("`{name}` has {length} letters, and {LONGEST} are allowed");
        found.push(LONG_NAME.found(message).decided_at(name.origin().spans(), ""));
    }
    if let Some(text) = &spec.configuration
        && let Err(error) = text.get().parse::<toml::Table>()
    {
        let message = format!("the configuration is no TOML: {}", error.message());
        found.push(INVALID_CONFIGURATION.found(message).decided_at(text.origin().spans(), ""));
    }
    let enforcement = context.project.policies().enforcement;
    if spec.tls_secret_name.is_none() && *enforcement.get() != Enforcement::Enforce {
        let message = format!("nothing keeps anybody from `{name}`");
        let place = enforcement.origin().and(buildkit.kind.origin());
        found.push(OPEN_DAEMON.found(message).decided_at(place.spans(), ""));
    }
    if !kept.is_s3() {
        let cache = &spec.cache;
        let fields = vec![
            ("cache.store", written(cache.store.as_ref())),
            ("cache.bucket", written(cache.bucket.as_ref())),
            ("cache.prefix", written(cache.prefix.as_ref())),
            ("cache.name", written(cache.name.as_ref())),
            ("cache.touchRefresh", written(cache.touch_refresh.as_ref())),
            ("cache.credentials.secretName", cache.credentials.written().cloned()),
        ];
        found.extend(
            Idle { why: "where no store has the cache".to_owned(), because: kept.kind.origin(), fields }.found(),
        );
    }
    found
}

fn image(buildkit: &BuildKit) -> Vec<Diagnostic> {
    let Some(image) = &buildkit.spec.image else { return Vec::new() };
    let mode = &buildkit.spec.mode;
    let tag = image.get().tag().unwrap_or_default();
    let mut found = Vec::new();
    // A digest alone does not tell.
    let is_rootless = tag.ends_with(versions::ROOTLESS);
    let is_known = !tag.is_empty() && image.get().repository() == "moby/buildkit";
    if is_known && is_rootless != mode.get().is_rootless() {
        let wanted = if mode.get().is_rootless() { "rootless" } else { "privileged" };
        let message = format!("`{image}` is not for mode `{wanted}`");
        let place = image.origin().and(mode.origin());
        found.push(IMAGE_OF_OTHER_MODE.found(message).decided_at(place.spans(), ""));
    }
    let is_version = tag.contains(|letter: char| letter.is_ascii_digit());
    if image.get().digest().is_none() && !is_version {
        let message = format!("`{image}` is another one tomorrow");
        found.push(MUTABLE_IMAGE.found(message).decided_at(image.origin().spans(), ""));
    }
    found
}

fn attribute(name: &str, text: &Traced<String>) -> Option<Diagnostic> {
    let fine = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
    let bad = text.get().is_empty() || !text.get().chars().all(fine);
    let found = bad.then(|| CACHE_ATTRIBUTE.found(format!("`{text}` cannot be the `{name}` of a cache")))?;
    Some(found.decided_at(text.origin().spans(), ""))
}
