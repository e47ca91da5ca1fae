//! `bayplan diff`: what a build would change, and which input lines cause it.

use super::Exit;
use super::session::{ProjectArgs, Session, show_plain, summary};
use super::terminal::Terminal;
use crate::report;

/// Show what `build` would change, with the input lines that cause it
///
/// The output is a patch that `git apply` takes. Ends with 1 where there are differences.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    diff(args, terminal).unwrap_or_else(|exit| exit)
}

fn diff(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let mut session = Session::open(&args.project, true, terminal)?;
    if session.report(terminal) {
        return Ok(Exit::Found);
    }
    let targets = session.targets(terminal)?;
    let problems: Vec<_> = targets.iter().flat_map(|target| target.plan.problems()).collect();
    for target in &targets {
        let patch = report::diff::render(
            &target.plan,
            &target.committed,
            &target.desired,
            &target.operators,
            &session.sources,
            &session.compiled.secrets,
            terminal.stdout_look(),
        );
        terminal.data(&patch)?;
    }
    let differs = targets.iter().any(|target| !target.plan.is_empty()) || !problems.is_empty();
    session.warn(&targets, terminal);
    show_plain(problems, terminal);
    terminal.tell(&summary(&targets).to_string());
    Ok(if differs { Exit::Found } else { Exit::Fine })
}
