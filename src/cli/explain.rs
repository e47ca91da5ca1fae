//! `bayplan explain`: why a line is as it is, or what a code means.

use std::path::Path;

use super::Exit;
use super::session::{Session, failed, show_plain};
use super::terminal::Terminal;
use crate::diagnostic::nearest;
use crate::{disk, report, rules};

/// Tell which input decided a line of the tree, what a line of the input decides, or what a code means
#[derive(clap::Args)]
pub(super) struct Args {
    /// A line, `kubernetes/apps/storage/minio/app/tenant-minio.yaml:20`, or a code, `minio/too-few-drives`
    #[arg(value_name = "FILE:LINE | CODE")]
    what: String,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    explain(args, terminal).unwrap_or_else(|exit| exit)
}

fn explain(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    if let Some(rule) = rules::all().find(|rule| rule.code == args.what) {
        terminal.data(report::explain::rule(rule).as_bytes())?;
        return Ok(Exit::Fine);
    }
    match place(&args.what) {
        Some((file, line)) => explain_line(file, line, terminal),
        None => Err(unknown_code(&args.what, terminal)),
    }
}

/// Returns file and line of `FILE:LINE` or `FILE:LINE:COLUMN`.
fn place(what: &str) -> Option<(&str, usize)> {
    let (before, last) = what.rsplit_once(':')?;
    let last = last.parse().ok()?;
    match before.rsplit_once(':') {
        Some((file, line)) if line.parse::<usize>().is_ok() => Some((file, line.parse().ok()?)),
        _ => Some((before, last)),
    }
}

fn explain_line(file: &str, line: usize, terminal: &Terminal) -> Result<Exit, Exit> {
    let (directory, name) = disk::locate(Path::new(file)).map_err(|error| failed(&error, terminal))?;
    let mut session = Session::open_at(&directory, None, true, terminal)?;
    // Who asks why a line is as it is wants to hear of what hinders the answer, and of nothing else.
    if session.compiled.diagnostics.has_errors() {
        session.report(terminal);
        return Ok(Exit::Found);
    }
    let targets = session.targets(terminal)?;
    let look = terminal.stdout_look();
    let input = session.sources.iter().find(|(_, source)| source.name() == name).map(|(id, _)| id);
    if let Some(id) = input {
        let trees = targets.iter().map(|target| &target.desired);
        let secrets = &session.compiled.secrets;
        let text = report::explain::input_line(id, line, trees, &session.sources, secrets, look);
        terminal.data(text.as_bytes())?;
        return Ok(Exit::Fine);
    }
    for target in &targets {
        let Some((path, file)) = target.desired.iter().find(|(path, _)| path.as_str() == name) else { continue };
        if target.plan.change(path).is_some() {
            terminal.tell(&format!(
                "`{path}` is not as `build` would write it; the line is that of the file as it should be\n"
            ));
        }
        let secrets = &session.compiled.secrets;
        let Some(text) = report::explain::line(path, file, line, &session.sources, secrets, look) else {
            let lines = file.text.lines().count();
            let found = rules::NO_SUCH_LINE.found(format!("`{path}` has no line {line}, only {lines}"));
            show_plain(vec![found], terminal);
            return Err(Exit::Failed);
        };
        terminal.data(text.as_bytes())?;
        return Ok(Exit::Fine);
    }
    let found = rules::NOT_OURS.found(format!("`{name}` is neither an input nor a file that `build` writes"));
    show_plain(
        vec![found.help("name a file below `kubernetes/`, `declarations/` or `clusters/`, or cluster.yaml")],
        terminal,
    );
    Err(Exit::Failed)
}

fn unknown_code(code: &str, terminal: &Terminal) -> Exit {
    let found = rules::UNKNOWN_CODE.found(format!("`{code}` is neither a code nor FILE:LINE"));
    let found = match nearest(code, rules::all().map(|rule| rule.code)) {
        Some(nearest) => found.help(format!("did you mean `{nearest}`?")),
        None => found.help("codes stand in brackets in front of messages: `error[minio/too-few-drives]`"),
    };
    show_plain(vec![found], terminal);
    Exit::Failed
}
