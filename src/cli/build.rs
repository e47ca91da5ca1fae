//! `bayplan build`: write the tree.

use rayon::prelude::*;

use super::Exit;
use super::session::{self, ProjectArgs, Session, failed, show_plain, summary};
use super::terminal::Terminal;
use crate::disk;

/// Write the tree that the project stands for
///
/// With any error nothing is written. Files that are equal are not touched.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    /// Overwrite files that somebody edited by hand
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    build(args, terminal).unwrap_or_else(|exit| exit)
}

fn build(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let lock = disk::lock(&args.project.directory).map_err(|error| failed(&error, terminal))?;
    let mut session = Session::open(&args.project, false, terminal)?;
    if session.report(terminal) {
        terminal.tell("nothing was written");
        return Ok(Exit::Found);
    }
    let mut targets = session.targets(terminal)?;
    if args.force {
        targets = targets
            .into_iter()
            .map(|mut target| {
                target.plan = target.plan.force();
                target
            })
            .collect();
    }
    let problems: Vec<_> = targets.iter().flat_map(|target| target.plan.problems()).collect();
    if !problems.is_empty() {
        show_plain(problems, terminal);
        terminal.tell("nothing was written");
        return Ok(Exit::Found);
    }
    session.warn(&targets, terminal);
    let summary = summary(&targets);
    let directory = session.directory;
    let written = terminal.while_telling("writing", || {
        targets.par_iter().try_for_each(|target| disk::apply(directory, &target.plan, &target.desired))
    });
    drop(lock);
    written.map_err(|error| failed(&error, terminal))?;
    terminal.tell(&summary.to_string());
    session::leave(targets);
    Ok(Exit::Fine)
}
