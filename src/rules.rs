//! Every rule there is, for `bayplan explain` and the table of rules.

use crate::component::KINDS;
use crate::diagnostic::Rule;
use crate::{compile, component, deliver, disk, plan, variables};

/// Returns all rules, area by area.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let components = KINDS.iter().flat_map(|kind| kind.rules);
    variables::RULES
        .iter()
        .chain(compile::rules())
        .chain(component::shared_rules())
        .chain(components)
        .chain(deliver::RULES)
        .chain(plan::RULES)
        .chain(disk::RULES)
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
