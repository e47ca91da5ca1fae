//! The objects that an app stands for, without a tree.

use super::flux;
use crate::component::{App, Part};
use crate::value::Value;

/// Returns the objects that `app` stands for, in its order, without an engine's marks on those that are no engine's.
pub(crate) fn bare_objects(app: App) -> Vec<Value> {
    let values = |part| match part {
        Part::Object(manifest) => vec![manifest.value],
        Part::Chart(chart) => flux::chart(&chart).into(),
        Part::RunOnce(run) => vec![flux::run_once(run, None).0],
        Part::Known(_) => Vec::new(),
    };
    app.parts.into_iter().flat_map(values).collect()
}
