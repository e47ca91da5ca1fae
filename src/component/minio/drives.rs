//! How MinIO lays objects over drives: which numbers of servers and volumes work, and what they can lose.

/// Sizes that an erasure set may have.
/// Source: `cmd/endpoint-ellipses.go` of the server.
const SET_SIZES: std::ops::RangeInclusive<i64> = 2..=16;

/// What a pool of drives amounts to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    /// Drives of one erasure set.
    pub(super) set: i64,
    /// Drives of a set that hold parity: as many can be lost without losing data.
    pub(super) parity: i64,
}

/// Returns the layout of `servers` with `volumes` each: the largest set that divides the drives evenly and lies evenly
/// over the servers. `None` where there is no such set, so that the server refuses to start.
pub(super) fn layout(servers: i64, volumes: i64) -> Option<Layout> {
    let drives = servers.checked_mul(volumes)?;
    if drives == 1 {
        return Some(Layout { set: 1, parity: 0 });
    }
    let fits = |set: &i64| drives % set == 0 && (set % servers == 0 || servers % set == 0);
    let set = SET_SIZES.rev().find(fits)?;
    Some(Layout { set, parity: default_parity(set) })
}

/// Returns the parity that the server takes without being told another.
/// Source: `internal/config/storageclass/storage-class.go` of the server.
fn default_parity(set: i64) -> i64 {
    match set {
        ..=1 => 0,
        2..=3 => 1,
        4..=5 => 2,
        6..=7 => 3,
        _ => 4,
    }
}

/// Whether the operator refuses a pool: fewer than four volumes on two or three servers.
/// Source: `pkg/apis/minio.min.io/v2/helper.go` of the operator.
pub(super) fn is_refused(servers: i64, volumes: i64) -> bool {
    matches!(servers, 2 | 3) && servers.saturating_mul(volumes) < 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_shapes() {
        for (servers, volumes, expected) in [
            (1, 1, Some((1, 0))),
            (1, 4, Some((4, 2))),
            (2, 2, Some((4, 2))),
            (3, 2, Some((6, 3))),
            (4, 1, Some((4, 2))),
            (16, 1, Some((16, 4))),
            (32, 1, Some((16, 4))),
            (17, 1, None),
            (19, 1, None),
        ] {
            let found = layout(servers, volumes).map(|layout| (layout.set, layout.parity));
            assert_eq!(found, expected, "{servers} servers with {volumes} volumes");
        }
    }

    #[test]
    fn what_the_operator_refuses() {
        assert!(is_refused(2, 1) && is_refused(3, 1));
        assert!(!is_refused(2, 2) && !is_refused(3, 2) && !is_refused(1, 1) && !is_refused(4, 1));
    }
}
