//! Every rule there is, for `bayplan explain` and the table of rules.

use crate::component::KINDS;
use crate::diagnostic::Rule;
use crate::{compile, component, deliver, disk, kube, plan, seal, shape, variables, yaml};

/// What can be wrong with a command line. The commands tell it.
pub const USAGE: &[Rule] = &[UNKNOWN_CLUSTER, UNKNOWN_KIND, UNKNOWN_CODE, NO_SUCH_LINE, NOT_OURS];

pub(crate) const UNKNOWN_CLUSTER: Rule = Rule::refusal(
    "usage/unknown-cluster",
    "the command names a cluster that the project does not have",
    "Each folder below `clusters/` is a cluster, and a project without that folder is one cluster without a name.",
    "name a folder below `clusters/`, or leave `--cluster` out",
);

pub(crate) const UNKNOWN_KIND: Rule = Rule::refusal(
    "usage/unknown-kind",
    "the command names a kind that bayplan does not compile",
    "Only the kinds that bayplan compiles have schemas of their own.",
    "choose one of those that `bayplan schema` lists",
);

pub(crate) const UNKNOWN_CODE: Rule = Rule::refusal(
    "usage/unknown-code",
    "the command asks for what is neither a code nor a line of a file",
    "Codes stand in brackets behind `error`, `warning` and `note`.",
    "write a code such as `minio/too-few-drives`, or `FILE:LINE`",
);

pub(crate) const NO_SUCH_LINE: Rule = Rule::refusal(
    "usage/no-such-line",
    "the command asks for a line behind the end of the file",
    "What `build` would write now may be shorter than the file that is there.",
    "name a line that the file has",
);

pub(crate) const NOT_OURS: Rule = Rule::refusal(
    "usage/not-ours",
    "the command asks for a file that bayplan neither reads nor writes",
    "Only inputs, and what `build` writes, have lines that decide each other.",
    "name an input, or a file below `kubernetes/` that `build` writes",
);

/// Returns all rules, area by area.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let components = KINDS.iter().flat_map(|kind| kind.rules);
    yaml::RULES
        .iter()
        .chain(shape::RULES)
        .chain(kube::RULES)
        .chain(variables::RULES)
        .chain(compile::rules())
        .chain(component::shared_rules())
        .chain(components)
        .chain(deliver::rules())
        .chain(plan::rules())
        .chain(seal::RULES)
        .chain(disk::RULES)
        .chain(USAGE)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_say_area_and_fault() {
        let mut seen = BTreeSet::new();
        for rule in super::all() {
            assert!(seen.insert(rule.code), "{} is there twice", rule.code);
            assert!(rule.code.split('/').count() == 2, "{}", rule.code);
            assert!(!rule.help.ends_with('.') && !rule.what.ends_with('.'), "{}", rule.code);
        }
    }
}
