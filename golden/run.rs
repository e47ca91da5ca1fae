//! Every folder of `fixtures/` is a small project, and the folder of that name in `golden/` holds what it makes.
//!
//! `cargo test --test golden` compares, `BLESS=1 cargo test --test golden` writes: `golden/`, `schemas/`, and the tables
//! of README.md. Read what changed before you commit it: that is the review.
#![expect(clippy::disallowed_methods, reason = "tests read files and the environment")]

mod case;
mod files;
mod laws;
mod tables;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use files::Files;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bless = std::env::var_os("BLESS").is_some_and(|value| !value.is_empty() && value != "0");
    let fixtures = files::folders(&root.join("fixtures"));
    let mut goldens = files::folders(&root.join("golden"));
    // What tests share, and the parts of one.
    goldens.remove("common");
    goldens.remove("real");
    let mut trials = vec![
        Trial::test("schemas", move || settle("schemas", &tables::schemas(), bless)),
        Trial::test("tables", move || tables::readme(&root.join("README.md"), bless).map_err(Failed::from)),
        Trial::test("every_golden_folder_has_its_fixture", {
            let (fixtures, goldens) = (fixtures.clone(), goldens.clone());
            move || without_fixture(&fixtures, &goldens, bless)
        }),
    ];
    for name in fixtures {
        let laws = name.clone();
        trials.push(Trial::test(format!("case/{name}"), move || {
            let made = case::made(&root.join("fixtures").join(&name))?;
            settle(&format!("golden/{name}"), &made, bless)
        }));
        trials.push(Trial::test(format!("laws/{laws}"), move || Ok(laws::hold(&root.join("fixtures").join(&laws))?)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Compares what a folder holds with what it should, or writes it.
fn settle(folder: &str, made: &Files, bless: bool) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if bless {
        return Ok(files::write(&path, made)?);
    }
    if !path.is_dir() {
        return Err(format!("`{folder}` is missing: run `just bless`, and read what it makes").into());
    }
    let differences = files::differences(folder, &files::read(&path), made);
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{differences}\nrun `just bless`, and read what it changes").into())
}

/// Fails for golden folders that no fixture makes, or removes them.
fn without_fixture(fixtures: &BTreeSet<String>, goldens: &BTreeSet<String>, bless: bool) -> Result<(), Failed> {
    let stray: Vec<_> = goldens.difference(fixtures).cloned().collect();
    if bless {
        for name in &stray {
            std::fs::remove_dir_all(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name))?;
        }
    } else if !stray.is_empty() {
        return Err(format!("golden folders without a fixture: {}", stray.join(", ")).into());
    }
    Ok(())
}
