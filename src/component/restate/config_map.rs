//! The ConfigMap with the servers' configuration, named by a hash of it, so that a change rolls the pods.

use sha2::{Digest, Sha256};

use super::making::Making;
use crate::component::{Manifest, Part};
use crate::value::{Traced, manifest};

/// Returns the ConfigMap. In a tree it stays when another one takes its place: pods that still run read it.
pub(super) fn part(making: &Making<'_>) -> Part {
    let value = manifest!({
        apiVersion: "v1", kind: "ConfigMap",
        metadata: making.metadata(&name(making)),
        data: { "config.toml": text(making) },
    });
    Part::Object(Manifest { value, file_name: Some("restate-config".to_owned()), keep: making.tree })
}

/// Returns the name of the ConfigMap.
pub(super) fn name(making: &Making<'_>) -> Traced<String> {
    text(making).map(|text| format!("restate-config-{}", hash(text)))
}

fn text(making: &Making<'_>) -> Traced<String> {
    making.declared.spec.config.clone().unwrap_or_default()
}

/// Returns the first four bytes of the SHA-256 sum as a little-endian number, in hexadecimal without leading zeros.
fn hash(text: &str) -> String {
    let sum = Sha256::digest(text);
    format!("{:x}", u32::from_le_bytes([sum[0], sum[1], sum[2], sum[3]]))
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn hashes_are_those_of_the_operator() {
        assert_eq!(hash(""), "42c4b0e3");
        assert_eq!(hash("auto-provision = false"), "4509593");
    }
}
