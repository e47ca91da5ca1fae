//! The history of a Loki's schema: which kind of store and which format held the logs since when.
//!
//! Loki finds the logs of a day by the period that the day lies in. A period that changes or goes takes its logs along. No
//! clock is known here: whether the first day of a new period is still to come, only who appends it can tell.

use super::{Changed, fields, volumes};
use crate::diagnostic::Rule;
use crate::value::Value;

pub(super) const CHANGED: Rule = Rule::warning(
    "update/schema-changed",
    "a period of a Loki's schema changes or goes",
    "The logs of its days are still where and as they were written, and Loki no longer looks for them there.",
    "undo it, and append a period with a day in the future, in UTC, in `schema` of the Loki",
);

pub(super) const INSERTED: Rule = Rule::warning(
    "update/schema-inserted",
    "a period of a Loki's schema begins before one that is there already",
    "It takes days away from a period in which logs were written, and Loki no longer finds them.",
    "let it begin on a day in the future, in UTC",
);

/// Where a chart of Loki has its periods.
const PERIODS: &[&str] = &["loki", "schemaConfig", "configs"];

pub(super) fn compare(changed: &mut Changed<'_>) {
    let new = &changed.new.value;
    let old: Vec<_> = periods(changed.old).collect();
    // Without a period it is no Loki, or one that is gone.
    if periods(new).next().is_none() {
        return;
    }
    for before in &old {
        let after = periods(new).find(|after| from(after) == from(before));
        if !after.is_some_and(|after| fields::same(before, after)) {
            let happens = if after.is_some() { "changes" } else { "is no more" };
            let what = format!("the period from `{}` {happens}", from(before).unwrap_or_default());
            let place = after.and_then(|after| what_changes(before, after)).or_else(|| periods(new).next());
            changed.found(&CHANGED, &what, place);
        }
    }
    let last = old.iter().filter_map(|period| from(period)).max();
    for after in periods(new).filter(|after| old.iter().all(|before| from(before) != from(after))) {
        if let (Some(day), Some(last)) = (from(after), last)
            && day <= last
        {
            let what = format!("a period from `{day}` comes before the one from `{last}`");
            changed.found(&INSERTED, &what, after.get("from"));
        }
    }
}

fn periods(object: &Value) -> impl Iterator<Item = &Value> {
    volumes::charts(object).filter_map(|values| values.at(PERIODS)?.as_list()).flatten()
}

/// Returns the first day, whose texts are in the order of days.
fn from(period: &Value) -> Option<&str> {
    period.get("from")?.as_str()
}

/// Returns the first value of `after` that is another one than in `before`.
fn what_changes<'value>(before: &Value, after: &'value Value) -> Option<&'value Value> {
    let entries = after.as_map().into_iter().flatten();
    let changes = |before: Option<&Value>, after: &Value| !before.is_some_and(|before| fields::same(before, after));
    entries.into_iter().find(|entry| changes(before.get(&entry.key), &entry.value)).map(|entry| &entry.value)
}
