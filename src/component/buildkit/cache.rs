//! How builds name the cache: the daemon has the credentials and knows no bucket, a build names one and has none.
//!
//! See <https://github.com/moby/buildkit#s3-cache-experimental>.

use super::BuildKit;
use super::network::PORT;
use crate::component::{Kept, Store};
use crate::kube::Duration;
use crate::value::{Traced, Value, manifest, text};

/// Returns what a build needs to know, for each namespace that builds.
pub(super) fn client_settings(buildkit: &BuildKit, kept: &Kept<'_>) -> Vec<Value> {
    let attributes = kept.store.and_then(|store| attributes(buildkit, store));
    let import = attributes.as_ref().map(|attributes| attributes.clone().because(&kept.claimant));
    let export = attributes.map(|attributes| {
        let mode = buildkit.spec.cache.mode.map(|mode| mode.name());
        text!("{},mode={}", attributes, mode).because(&kept.claimant)
    });
    let host = text!("tcp://{}.{}.svc:{}", buildkit.metadata.name(), buildkit.metadata.namespace(), PORT);
    let object = |namespace: Traced<String>| {
        manifest!({
            apiVersion: "v1", kind: "ConfigMap",
            metadata: {
                name: text!("{}-client", buildkit.metadata.name()), namespace: namespace,
                labels: buildkit.metadata.labels(),
            },
            data: { BUILDKIT_HOST: host, BUILDKIT_CACHE_TO: export, BUILDKIT_CACHE_FROM: import },
        })
        .because(namespace.origin())
    };
    buildkit.client_namespaces().into_iter().map(object).collect()
}

/// Returns the attributes that reading and writing the cache have in common. In a store that is not AWS a bucket stands
/// in the path, and the client's default is the host.
fn attributes(buildkit: &BuildKit, store: &Store) -> Option<Traced<String>> {
    let cache = &buildkit.spec.cache;
    let mut all = text!(
        "type=s3,region={},bucket={},endpoint_url={},use_path_style={}",
        store.region,
        buildkit.bucket()?,
        store.url(),
        store.path_style
    );
    let prefix = cache
        .prefix
        .as_ref()
        .map(|prefix| prefix.map(|prefix| if prefix.ends_with('/') { prefix.clone() } else { format!("{prefix}/") }));
    let refresh = cache.touch_refresh.as_ref().map(|time| time.map(duration));
    for (key, value) in [("prefix", &prefix), ("name", &cache.name), ("touch_refresh", &refresh)] {
        if let Some(value) = value {
            all = text!("{},{}={}", all, key.to_owned(), value);
        }
    }
    Some(all.because(&store.offered))
}

/// Returns a duration as Go reads it, which knows no days.
fn duration(duration: &Duration) -> String {
    let milliseconds = duration.milliseconds();
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    let whole = units.iter().find(|(_, unit)| milliseconds > 0 && milliseconds.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{milliseconds}ms"), |(name, unit)| format!("{}{name}", milliseconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (read, written) in [("1d", "24h"), ("1h30m", "90m"), ("90s", "90s"), ("1500ms", "1500ms"), ("0", "0ms")] {
            assert_eq!(duration(&Duration::parse(read).unwrap()), written);
        }
    }
}
