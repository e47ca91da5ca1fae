//! `bayplan init`: a small working project.

use std::path::PathBuf;

use super::Exit;
use super::session::failed;
use super::terminal::Terminal;
use crate::component;
use crate::disk;
use crate::tree::TreePath;

/// Make a small working project
///
/// Files that are there already stay as they are.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The directory
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
}

const CLUSTER: &str = include_str!("init/cluster.yaml");
const PROJECT: &str = include_str!("init/project.yaml");
const GIT_ATTRIBUTES: &str = "\
# The tree must have the same bytes on every machine, and reviewers rarely want to read it first.
* text=auto eol=lf
kubernetes/** linguist-generated
";

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    init(args, terminal).unwrap_or_else(|exit| exit)
}

fn init(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let mut files = vec![
        ("cluster.yaml".to_owned(), CLUSTER.to_owned()),
        ("declarations/project.yaml".to_owned(), PROJECT.to_owned()),
        (".gitattributes".to_owned(), GIT_ATTRIBUTES.to_owned()),
    ];
    files.extend(component::schemas().map(|(kind, schema)| {
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        (format!(".bayplan/schemas/{}.schema.json", kind.to_lowercase()), text)
    }));
    for (path, text) in files {
        let path = TreePath::parse(&path).expect("our own names are good paths");
        let made = disk::create(&args.directory, &path, &text).map_err(|error| failed(&error, terminal))?;
        terminal.tell(&format!("{} {path}", if made { "made" } else { "kept" }));
    }
    terminal.tell("next: edit cluster.yaml, then run `bayplan build`");
    Ok(Exit::Fine)
}
