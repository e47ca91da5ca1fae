//! `bayplan check`: hold the committed tree against the project, and write nothing.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::Exit;
use super::session::{self, ProjectArgs, Session, show_plain};
use super::terminal::Terminal;
use crate::diagnostic::Rule;
use crate::disk;
use crate::plan::{self, Change};
use crate::seal;
use crate::tree::SUMS;

/// Check the project and its committed tree
///
/// Writes nothing. Ends with 1 where the input has errors, or where the tree is not the one that `build` would write.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    /// Another copy of the project, such as the branch that this one is merged into: warn of what its cluster would refuse
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
}

/// How a tree can differ from the input: words, and the change that a build would make.
const DRIFT: &[(&Rule, &str, Change)] = &[
    (&plan::STALE, "not what the input stands for", Change::Update),
    (&plan::MISSING, "missing", Change::Create),
    (&plan::NO_MORE, "no longer wanted", Change::Delete),
];

/// Files that are named before the rest is only counted.
const MOST_PATHS: usize = 20;

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    check(args, terminal).unwrap_or_else(|exit| exit)
}

fn check(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let mut session = Session::open(&args.project, false, terminal)?;
    if session.report(terminal) {
        return Ok(Exit::Found);
    }
    if let Some(base) = &args.base {
        // A base that is no project would hide every change.
        disk::load(base).map_err(|error| session::failed(&error, terminal))?;
        let targets = session.targets_at(base).map_err(|error| session::failed(&error, terminal))?;
        session.warn(&targets, terminal);
    }
    let clusters = session.compiled.clusters.len();
    let targets = session.targets(terminal)?;
    let mut problems: Vec<_> = targets.iter().flat_map(|target| target.plan.problems()).collect();
    let blocked = !problems.is_empty();
    let follows = |path: &str| path.rsplit('/').next() == Some(SUMS);
    let only_lists = targets.iter().flat_map(|target| target.plan.changes()).all(|(path, _)| follows(path.as_str()));
    for &(rule, what, ref wanted) in DRIFT {
        let changes = targets.iter().flat_map(|target| target.plan.changes());
        let paths = changes.filter(|(_, change)| *change == wanted).map(|(path, _)| path.as_str());
        // The ownership list follows from the files.
        let paths: Vec<_> = paths.filter(|path| only_lists || !follows(path)).collect();
        if let [first, ..] = paths[..] {
            problems.push(rule.found(drift(first, &paths, what)));
        }
    }
    let unverified: Vec<_> = targets.iter().flat_map(|target| &target.unverified).collect();
    if let [first, ..] = unverified[..] {
        let paths: Vec<_> = unverified.iter().map(|path| path.as_str()).collect();
        show_plain(vec![seal::NOT_VERIFIED.found(drift(first.as_str(), &paths, "not opened"))], terminal);
    }
    if problems.is_empty() && targets.iter().all(|target| target.plan.is_empty()) {
        let files: usize = targets.iter().map(|target| target.files).sum();
        let clusters = if clusters == 1 { String::new() } else { format!(" of {clusters} clusters") };
        terminal.tell(&format!("{files} files{clusters} are as the input says"));
        session::leave(targets);
        return Ok(Exit::Fine);
    }
    // What the base says of it was told.
    if args.base.is_none() {
        session.warn(&targets, terminal);
    }
    show_plain(problems, terminal);
    terminal.tell(if blocked {
        "run `bayplan diff` to see what differs"
    } else {
        "run `bayplan diff` to see what differs, `bayplan build` to write it"
    });
    Ok(Exit::Found)
}

/// Returns what is wrong with the files at `paths`.
fn drift(first: &str, paths: &[&str], what: &str) -> String {
    if paths.len() == 1 {
        return format!("`{first}` is {what}");
    }
    let mut message = format!("{} files are {what}", paths.len());
    for path in paths.iter().take(MOST_PATHS) {
        message.push_str("\n  ");
        message.push_str(path);
    }
    if paths.len() > MOST_PATHS {
        let more = paths.len() - MOST_PATHS;
        write!(message, "\n  and {more} more").expect("a string takes everything");
    }
    message
}
