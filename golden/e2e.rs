//! The trees in the hands of the real programs: `just e2e`.
//!
//! The programs are built at pinned versions where Go is at hand; a test whose program is not there is told as ignored,
//! with the reason, and never as passed. Servers listen on the loopback interface alone and end with the test.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test of other programs reads files and the environment, and says what it does"
)]

#[cfg(unix)]
mod common {
    pub(crate) mod job;
    pub(crate) mod projects;
    pub(crate) mod stacks;
    pub(crate) mod trees;
}
#[cfg(unix)]
mod real {
    pub(crate) mod buckets;
    pub(crate) mod helm;
    pub(crate) mod kustomize;
    pub(crate) mod listener;
    pub(crate) mod programs;
    pub(crate) mod server;
    pub(crate) mod settings;
}

#[cfg(not(unix))]
fn main() {
    println!("skipped: the script of the Job needs a shell");
}

#[cfg(unix)]
fn main() {
    use std::collections::BTreeSet;

    use libtest_mimic::{Arguments, Trial};

    use common::job::script;
    use common::trees::trees;
    use real::helm::Release;
    use real::programs::{End, completion};
    use real::{buckets, kustomize, settings};

    // Programs are built and servers started only where somebody asks for it.
    let ignored = std::env::var_os("E2E").is_none();
    let trial = |name: String, test: Box<dyn FnOnce() -> Result<(), End> + Send>| {
        Trial::ignorable_test(name, || completion(test())).with_ignored_flag(ignored)
    };
    let mut trials = Vec::new();
    let mut scripts = BTreeSet::new();
    for tree in trees() {
        let objects = tree.objects();
        // Each script once: clusters of a fleet have the same.
        let new = objects.iter().filter_map(script).filter(|script| scripts.insert((*script).to_owned())).count();
        if new > 0 {
            let name = format!("buckets/{}", tree.name);
            let tree = tree.clone();
            trials.push(trial(name, Box::new(move || buckets::hold(&tree))));
        }
        if tree.name.starts_with("examples/") {
            let all: Vec<_> = objects.iter().map(|object| &object.json).collect();
            for release in objects.iter().filter_map(|object| Release::of(&object.path, &object.json, &all)) {
                let name = format!("{}/{}", tree.name, release.path);
                let release = std::sync::Arc::new(release);
                let chart = std::sync::Arc::clone(&release);
                trials.push(trial(format!("helm/values/{name}"), Box::new(move || release.is_read())));
                trials.push(trial(format!("helm/chart/{name}"), Box::new(move || chart.renders())));
            }
        }
    }
    trials.push(trial("settings/come_and_go".to_owned(), Box::new(settings::come_and_go)));
    trials.push(trial("settings/events_come_and_go".to_owned(), Box::new(settings::events_come_and_go)));
    trials.push(trial("settings/every_event".to_owned(), Box::new(settings::every_event_is_listed_as_expected)));
    trials.push(trial("settings/lock_comes_too_late".to_owned(), Box::new(settings::lock_comes_too_late)));
    for example in common::projects::examples() {
        let name = format!("kustomize/{}", example.file_name().unwrap_or_default().to_string_lossy());
        trials.push(trial(name, Box::new(move || kustomize::builds(&example))));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
