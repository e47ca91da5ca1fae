//! Images that are not there, are another product, or change without a commit.

use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Image;
use crate::value::Traced;

pub(super) const GONE: Rule = Rule::error(
    "minio/image-gone",
    "an image is on Docker Hub, where MinIO's repositories are gone",
    "The repositories `minio/*` vanished from Docker Hub in September 2026: the pods stay in ImagePullBackOff.",
    "use `quay.io/minio/…`, or better a mirror of your own",
);

pub(super) const UNPUBLISHED: Rule = Rule::error(
    "minio/image-unpublished",
    "an image has a tag that was never published",
    "Since October 2025 the community project publishes source only: later tags exist in git and have no image.",
    "use the last published image, or one of a fork or of your own",
);

pub(super) const AISTOR: Rule = Rule::error(
    "minio/image-of-aistor",
    "an image is that of AIStor",
    "AIStor has an operator and resources of its own, and wants a licence: it does not run from a Tenant.",
    "use an image of the community project or of a fork, or declare the AIStor as an `ObjectStore`",
);

pub(super) const FLOATING: Rule = Rule::warning(
    "minio/image-floating",
    "an image has no tag that stays",
    "The servers of one store would run different releases after a restart, and nothing in git tells when.",
    "name a release, and better a digest",
);

/// Tags of the last images that were published.
pub(super) const LAST_SERVER_TAG: &str = "RELEASE.2025-09-07T16-13-09Z";
pub(super) const LAST_CLIENT_TAG: &str = "RELEASE.2025-08-13T08-35-41Z";

pub(super) fn lint(image: &Traced<Image>, last: &str) -> Option<Diagnostic> {
    let name = image.get();
    let (registry, repository) = (name.registry(), name.repository());
    let published = repository.starts_with("minio/");
    let found = if repository.split('/').any(|part| part == "aistor") {
        AISTOR.found(format!("`{name}` is AIStor"))
    } else if matches!(registry, "docker.io" | "index.docker.io") && published {
        GONE.found(format!("`{name}` is gone from Docker Hub"))
    } else if name.digest().is_none() && matches!(name.tag(), None | Some("latest" | "edge" | "master" | "main")) {
        FLOATING.found(format!("`{name}` is another image tomorrow"))
    } else if registry == "quay.io"
        && published
        && name.tag().is_some_and(|tag| tag.starts_with("RELEASE.") && tag > last)
    {
        UNPUBLISHED
            .found(format!("`{name}` was never published"))
            .help(format!("use `{last}`, the last published one, or an image of your own"))
    } else {
        return None;
    };
    Some(found.decided_at(image.origin().spans(), ""))
}
