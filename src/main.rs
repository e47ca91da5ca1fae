//! The `bayplan` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    bayplan::cli::run()
}
