//! The name that was probably meant.

/// An input must not make the search slow: longer names are no slips of each other.
const LONGEST: usize = 64;
/// Candidates that are looked at.
const MOST: usize = 1000;

/// Returns the one of `known` that is nearest to `name`, if it is near enough to be a slip: other case, or about
/// a third of it mistyped.
pub(crate) fn nearest<'known>(name: &str, known: impl IntoIterator<Item = &'known str>) -> Option<&'known str> {
    let folded = fold(name);
    known
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len() <= LONGEST && name.len() <= LONGEST)
        .take(MOST)
        .map(|candidate| (strsim::osa_distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| {
            let length = candidate.chars().count().max(name.chars().count());
            *distance <= 1.max(length / 3) && *distance < length
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// `SingleBinary`, `single-binary` and `single_binary` are the same for this purpose.
fn fold(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let known = ["replicas", "resources", "serviceName", "tls"];
        assert_eq!(nearest("replica", known), Some("replicas"));
        assert_eq!(nearest("service_name", known), Some("serviceName"));
        assert_eq!(nearest("TLS", known), Some("tls"));
        assert_eq!(nearest("selector", known), None);
        assert_eq!(nearest("x", known), None);
    }
}
