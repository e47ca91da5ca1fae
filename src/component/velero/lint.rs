//! The rules that a `Velero` is held against.

use super::{Velero, backups, versions};
use crate::component::Context;
use crate::diagnostic::{Diagnostic, Rule};
use crate::kube::Image;
use crate::value::Traced;

pub(super) const RULES: &[Rule] =
    &[SAME_CLUSTER, PLUGIN_VERSION, FLOATING_IMAGE, SCHEDULE, SAME_SCHEDULE, NO_SCHEDULE, TTL, BUCKET_NAME];

const SAME_CLUSTER: Rule = Rule::warning(
    "velero/same-cluster",
    "backups are kept in the cluster that they are of",
    "Whatever takes the cluster takes its backups along.",
    "name a store outside of the cluster, by an `ObjectStore`, or replicate the bucket to one",
);

const PLUGIN_VERSION: Rule = Rule::error(
    "velero/plugin-version",
    "the plugin is not made for this version of the server",
    "The two speak different versions of their protocol: backups fail when they run.",
    "use the minor versions that belong together: server v1.18 with plugin v1.14, v1.17 with v1.13",
);

const FLOATING_IMAGE: Rule = Rule::warning(
    "velero/floating-image",
    "an image has no tag that says its version",
    "Whether server and plugin fit cannot be told, and a restart may run another version.",
    "name the version as the tag",
);

const SCHEDULE: Rule = Rule::refusal(
    "velero/schedule",
    "a schedule is none that cron knows",
    "Velero marks the Schedule as failed: no backup is ever made.",
    "write five fields, like `0 2 * * *`, or a name like `@daily`",
);

const SAME_SCHEDULE: Rule = Rule::refusal(
    "velero/same-schedule",
    "two schedules have one name",
    "Both would be the same object.",
    "give each schedule a name of its own",
);

const NO_SCHEDULE: Rule = Rule::warning(
    "velero/no-schedule",
    "nothing is ever backed up",
    "The list of schedules is empty: there are backups only when somebody asks for one.",
    "add a schedule, or delete `schedules` to have one each night",
);

const TTL: Rule = Rule::refusal(
    "velero/ttl",
    "a backup is kept for what is no duration",
    "The API server refuses the Schedule: days and weeks are unknown to it.",
    "write hours, minutes and seconds: `720h` for 30 days",
);

const BUCKET_NAME: Rule = Rule::error(
    "velero/invalid-bucket-name",
    "the name of the bucket cannot follow from that of the Velero",
    "The store would refuse to make the bucket.",
    "name the bucket in `storage.bucket`",
);

/// The names of schedules that cron's library knows.
const NAMES: &[&str] = &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

pub(super) fn lint(velero: &Velero, context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(store) = velero.store(&context.offers).filter(|store| *store.in_cluster.get()) {
        let place = velero.claimant().and(&store.offered);
        let message = format!("store `{}` is in this cluster", store.name);
        found.push(SAME_CLUSTER.found(message).decided_at(place.spans(), ""));
    }
    if velero.bucket().is_none() {
        let name = &velero.metadata.name;
        let message = format!("no bucket can be named after `{name}`");
        found.push(BUCKET_NAME.found(message).decided_at(name.origin().spans(), ""));
    }
    found.extend(images(velero));
    let schedules = backups::schedules(velero);
    for (index, schedule) in schedules.iter().enumerate() {
        if let Err(why) = check(schedule.at.get()) {
            let message = format!("`{}` is no schedule: {why}", schedule.at);
            found.push(SCHEDULE.found(message).decided_at(schedule.at.origin().spans(), ""));
        }
        if let Some(ttl) = schedule.ttl.as_ref().filter(|ttl| !is_duration(ttl.get())) {
            let message = format!("`{ttl}` is no duration");
            found.push(TTL.found(message).decided_at(ttl.origin().spans(), ""));
        }
        if let Some(first) = schedules[..index].iter().find(|first| first.name == schedule.name) {
            let message = format!("two schedules are called `{}`", schedule.name);
            let place = schedule.name.origin().and(first.name.origin());
            found.push(SAME_SCHEDULE.found(message).decided_at(place.spans(), ""));
        }
    }
    if schedules.is_empty() {
        found.push(NO_SCHEDULE.found("there is no schedule").decided_at(velero.kind.origin().spans(), ""));
    }
    found
}

fn images(velero: &Velero) -> Option<Diagnostic> {
    let image = |written: &Option<Traced<Image>>, default: &str| {
        written.clone().unwrap_or_else(|| Traced::literal(Image::parse(default).expect("the default is an image")))
    };
    let server = image(&velero.spec.image, versions::IMAGE);
    let plugin = image(&velero.spec.plugin_image, versions::PLUGIN_IMAGE);
    let place = plugin.origin().and(server.origin());
    let minor = |image: &Image| {
        let tag = image.tag()?;
        let parts: Vec<_> = tag.splitn(3, '.').take(2).collect();
        (parts.len() == 2 && parts[0].starts_with('v')).then(|| parts.join("."))
    };
    let (Some(server_minor), Some(plugin_minor)) = (minor(server.get()), minor(plugin.get())) else {
        return Some(
            FLOATING_IMAGE.found(format!("`{server}` or `{plugin}` has no version")).decided_at(place.spans(), ""),
        );
    };
    // What is newer than the table may fit.
    let known = versions::PAIRS.iter().find(|(known, _)| *known == server_minor)?;
    (known.1 != plugin_minor).then(|| {
        let message = format!("server {server_minor} needs plugin {}, and `{plugin}` is of {plugin_minor}", known.1);
        PLUGIN_VERSION.found(message).decided_at(place.spans(), "")
    })
}

/// Whether a text is a duration as Go has it, in whole hours, minutes and seconds.
fn is_duration(text: &str) -> bool {
    let parts: Vec<_> = text.split_inclusive(['h', 'm', 's']).collect();
    let fine = |part: &&str| {
        let number = part.strip_suffix(['h', 'm', 's']);
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    !parts.is_empty() && parts.iter().all(fine)
}

/// Holds a schedule against what cron's library takes, but for the words for days and months.
fn check(schedule: &str) -> Result<(), String> {
    if let Some(every) = schedule.strip_prefix("@every ") {
        return if is_duration(every) { Ok(()) } else { Err(format!("`{every}` is no duration")) };
    }
    if schedule.starts_with('@') {
        return if NAMES.contains(&schedule) { Ok(()) } else { Err("nobody knows that name".to_owned()) };
    }
    let fields: Vec<_> = schedule.split_whitespace().collect();
    let most = [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 7)];
    if fields.len() != most.len() {
        return Err(format!("it has {} fields, not 5", fields.len()));
    }
    for (field, (name, low, high)) in fields.iter().zip(most) {
        for part in field.split(',') {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let number = |text: &str| text.parse::<u32>().ok().filter(|number| (low..=high).contains(number));
            let is_word =
                |text: &str| high <= 12 && text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            let bound = |text: &str| number(text).is_some() || is_word(text);
            let fine = match range.split_once('-') {
                Some((from, to)) => bound(from) && bound(to),
                None => matches!(range, "*" | "?") || bound(range),
            };
            if !fine || step.is_some_and(|step| step.parse::<u32>().is_err() || step == "0") {
                return Err(format!("`{part}` is no {name}"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn schedules_are_those_of_cron() {
        for good in ["0 2 * * *", "*/15 0-6 1,15 * mon-fri", "30 4 ? jan 0", "@daily", "@every 6h"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "0 2 * *",
            "60 2 * * *",
            "0 24 * * *",
            "0 2 0 * *",
            "0 2 * 13 *",
            "a b c d e",
            "@nightly",
            "@every day",
            "*/0 * * * *",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
