//! `bayplan check`: hold the committed tree against the project, and write nothing.

use super::Exit;
use super::session::{ProjectArgs, Session, show_plain};
use super::terminal::Terminal;
use crate::diagnostic::Diagnostic;
use crate::plan::Change;

/// Check the project and its committed tree
///
/// Writes nothing. Ends with 1 where the input has errors, or where the tree is not the one that `build` would write.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    check(args, terminal).unwrap_or_else(|exit| exit)
}

fn check(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let mut session = Session::open(&args.project, false, terminal)?;
    if session.report(terminal) {
        return Ok(Exit::Found);
    }
    let clusters = session.compiled.clusters.len();
    let targets = session.targets(terminal)?;
    let mut problems: Vec<_> = targets.iter().flat_map(|target| target.plan.problems()).collect();
    for (path, change) in targets.iter().flat_map(|target| target.plan.changes()) {
        let (code, message) = match change {
            Change::Create => ("tree/missing", format!("`{path}` is missing")),
            Change::Update => ("tree/stale", format!("`{path}` is not what the input stands for")),
            Change::Delete => ("tree/no-more", format!("`{path}` is no longer wanted")),
            Change::Edited { .. } | Change::Foreign(_) => continue,
        };
        problems.push(Diagnostic::error(code, message));
    }
    if problems.is_empty() && targets.iter().all(|target| target.plan.is_empty()) {
        let files: usize = targets.iter().map(|target| target.desired.len()).sum();
        let clusters = if clusters == 1 { String::new() } else { format!(" of {clusters} clusters") };
        terminal.tell(&format!("{files} files{clusters} are as the input says"));
        return Ok(Exit::Fine);
    }
    show_plain(problems, terminal);
    terminal.tell("run `bayplan diff` to see what differs, `bayplan build` to write it");
    Ok(Exit::Found)
}
