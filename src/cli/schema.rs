//! `bayplan schema`: the JSON Schema of a kind.

use super::Exit;
use super::session::show_plain;
use super::terminal::Terminal;
use crate::component;
use crate::diagnostic::nearest;
use crate::rules;

/// Print the JSON Schema of a kind, or list the kinds
#[derive(clap::Args)]
pub(super) struct Args {
    /// The kind, `MinIO`
    kind: Option<String>,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    schema(args, terminal).unwrap_or_else(|exit| exit)
}

fn schema(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let Some(wanted) = &args.kind else {
        let lines =
            component::kinds().map(|(api_version, kind, about)| format!("{kind:24} {api_version:24} {about}\n"));
        terminal.data(lines.collect::<String>().as_bytes())?;
        return Ok(Exit::Fine);
    };
    let Some((_, schema)) = component::schemas().find(|(kind, _)| kind == wanted) else {
        let found = rules::UNKNOWN_KIND.found(format!("there is no kind `{wanted}`"));
        let found = match nearest(wanted, component::kinds().map(|(_, kind, _)| kind)) {
            Some(nearest) => found.help(format!("did you mean `{nearest}`?")),
            None => found.help("`bayplan schema` lists the kinds"),
        };
        show_plain(vec![found], terminal);
        return Err(Exit::Failed);
    };
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    terminal.data(text.as_bytes())?;
    Ok(Exit::Fine)
}
