//! The command line: arguments in, reports out, one file for each command.

mod build;
mod check;
mod diff;
mod expand;
mod explain;
mod init;
mod schema;
mod secrets;
mod session;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use terminal::Terminal;

/// Compiles a few variables and declarations into the Kubernetes tree that Flux applies, and checks the committed one.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 fine, 1 errors in the input, drift or differences, 2 usage or I/O.")]
struct Args {
    #[command(subcommand)]
    command: Command,

    /// Color the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: clap::ColorChoice,

    /// Say only what is wrong
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Args),
    Build(build::Args),
    Check(check::Args),
    Diff(diff::Args),
    Expand(expand::Args),
    Explain(explain::Args),
    Schema(schema::Args),
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Exit {
    /// Nothing is wrong, or what was to be written is written.
    Fine,
    /// Errors in the input, drift, or differences.
    Found,
    /// The command line cannot be carried out, or the disk refused.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fine => ExitCode::SUCCESS,
            Exit::Found => ExitCode::from(1),
            Exit::Failed => ExitCode::from(2),
        }
    }
}

/// Runs the command line of this process. Usage errors end with exit code 2.
#[must_use]
pub fn run() -> ExitCode {
    let args = Args::parse();
    let terminal = Terminal::new(args.color, args.quiet);
    let exit = match args.command {
        Command::Init(args) => init::run(&args, &terminal),
        Command::Build(args) => build::run(&args, &terminal),
        Command::Check(args) => check::run(&args, &terminal),
        Command::Diff(args) => diff::run(&args, &terminal),
        Command::Expand(args) => expand::run(&args, &terminal),
        Command::Explain(args) => explain::run(&args, &terminal),
        Command::Schema(args) => schema::run(&args, &terminal),
    };
    exit.into()
}
