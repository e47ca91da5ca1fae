//! The order of stages, for whoever does not know what each of them is after: stages of one wave need none of the others.

use std::collections::BTreeMap;

use super::layout::Stage;
use crate::component::AppId;
use crate::value::Traced;

/// Returns the wave of each stage: one more than the highest of those that it is after, and 0 where it is after none.
pub(super) fn waves(stages: &BTreeMap<AppId, Stage>) -> BTreeMap<AppId, Traced<usize>> {
    let mut waves: BTreeMap<_, _> =
        stages.values().map(|stage| (stage.id.clone(), Traced::new(0, stage.order.clone()))).collect();
    // A chain is no longer than there are stages; should one end in itself, this ends all the same.
    for _ in 0..stages.len() {
        let mut changed = false;
        for stage in stages.values() {
            let mut wave = Traced::new(0, stage.order.clone());
            for after in &stage.after {
                let before = waves[after.get()].clone().because(after.origin());
                wave = wave.zip(&before, |&wave, &before| wave.max(before + 1));
            }
            let known = waves.get_mut(&stage.id).expect("every stage has a wave");
            changed |= known.get() != wave.get() || known.origin() != wave.origin();
            *known = wave;
        }
        if !changed {
            break;
        }
    }
    waves
}

/// Returns the stages in an order in which each comes behind all that it is after.
pub(super) fn in_order(stages: BTreeMap<AppId, Stage>) -> Vec<Stage> {
    let waves = waves(&stages);
    let mut all: Vec<_> = stages.into_values().collect();
    all.sort_by_key(|stage| *waves[&stage.id].get());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Origin;

    fn stages(edges: &[(&str, &[&str])]) -> BTreeMap<AppId, Stage> {
        let id = |name: &str| AppId::new("a", name);
        let stage = |&(name, after): &(&str, &[&str])| {
            let after = after.iter().map(|name| Traced::literal(id(name))).collect();
            (id(name), Stage { after, ..Stage::new(id(name), Origin::default()) })
        };
        edges.iter().map(stage).collect()
    }

    #[track_caller]
    fn check(edges: &[(&str, &[&str])], expected: &[usize]) {
        let found: Vec<_> = waves(&stages(edges)).values().map(|wave| *wave.get()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_wave_is_one_more_than_the_highest_before() {
        check(&[("a", &[]), ("b", &["a"]), ("c", &["a", "b"]), ("d", &["a"])], &[0, 1, 2, 1]);
        check(&[("a", &["b"]), ("b", &["c"]), ("c", &["d"]), ("d", &[])], &[3, 2, 1, 0]);
    }

    #[test]
    fn a_circle_ends() {
        waves(&stages(&[("a", &["b"]), ("b", &["a"])]));
    }

    #[test]
    fn what_is_needed_comes_first() {
        let order = in_order(stages(&[("a", &["z"]), ("b", &[]), ("z", &[])]));
        let names: Vec<_> = order.iter().map(|stage| stage.id.name.as_str()).collect();
        assert_eq!(names, ["b", "z", "a"]);
    }
}
