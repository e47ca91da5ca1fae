//! The `bayplan` command.

use std::process::ExitCode;

/// Trees are millions of small values made and dropped by all threads at once, which takes the system's allocator a
/// quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bayplan::cli::run()
}
