//! `bayplan expand`: print the objects that declarations stand for.

use std::path::{Path, PathBuf};

use super::Exit;
use super::session::{failed, show};
use super::terminal::Terminal;
use crate::source::Sources;
use crate::{compile, disk, yaml};

/// Print the objects that declarations stand for
///
/// Needs no project and writes no file. Fails only on what the resource's own schema or operator refuses, on unknown
/// fields and on what cannot be read; every other rule is a warning here.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Files with declarations; `-` is the standard input
    #[arg(short, long = "file", value_name = "FILE", required = true, num_args = 1..)]
    files: Vec<PathBuf>,

    /// As documents, or as one array
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml")]
    output: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// YAML documents
    Yaml,
    /// One JSON array
    Json,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Exit {
    expand(args, terminal).unwrap_or_else(|exit| exit)
}

fn expand(args: &Args, terminal: &Terminal) -> Result<Exit, Exit> {
    let read = |path: &PathBuf| disk::read_input(Path::new(path)).map_err(|error| failed(&error, terminal));
    let sources = Sources::new(args.files.iter().map(read).collect::<Result<_, _>>()?);
    let expanded = compile::expand(&sources);
    show(&expanded.diagnostics, &sources, &expanded.secrets, terminal);
    if expanded.diagnostics.has_errors() {
        return Ok(Exit::Found);
    }
    let text = match args.output {
        Format::Yaml => expanded.objects.iter().map(yaml::emit).collect(),
        Format::Json => {
            let objects: Vec<_> = expanded.objects.iter().map(crate::value::Value::to_json).collect();
            serde_json::to_string_pretty(&objects).expect("values are JSON") + "\n"
        }
    };
    terminal.data(text.as_bytes())?;
    Ok(Exit::Fine)
}
