//! What the process says: data to stdout, trouble to stderr.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::ColorChoice;

use super::Exit;
use crate::report::Look;

/// Both output streams, and how they are to look.
pub(super) struct Terminal {
    color: ColorChoice,
    quiet: bool,
}

/// A terminal that does not tell its width.
const WIDTH: usize = 120;

impl Terminal {
    pub(super) fn new(color: ColorChoice, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// Returns how data on stdout is to look.
    pub(super) fn stdout_look(&self) -> Look {
        self.look(io::stdout().is_terminal())
    }

    /// Returns how trouble on stderr is to look.
    pub(super) fn stderr_look(&self) -> Look {
        self.look(io::stderr().is_terminal())
    }

    #[expect(clippy::disallowed_methods, reason = "the terminal's wishes stand in the environment")]
    fn look(&self, is_terminal: bool) -> Look {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        Look { color, width: WIDTH }
    }

    /// Writes data to stdout. A reader that went away is no trouble.
    pub(super) fn data(&self, bytes: &[u8]) -> Result<(), Exit> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.trouble(&format!("error: cannot write to the output: {error}\n"));
                Err(Exit::Failed)
            }
            _ => Ok(()),
        }
    }

    #[expect(clippy::unused_self, reason = "whoever speaks has a terminal")]
    /// Writes text to stderr. If that fails, there is nowhere left to say so.
    pub(super) fn trouble(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Writes a line to stderr unless the user wants to hear only what is wrong.
    pub(super) fn tell(&self, line: &str) {
        if !self.quiet {
            self.trouble(&format!("{line}\n"));
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Runs `work`; where it takes longer than a second and a person looks on, says what is being done.
    pub(super) fn while_telling<T: Send>(&self, what: &str, work: impl FnOnce() -> T + Send) -> T {
        if self.quiet || !io::stderr().is_terminal() {
            return work();
        }
        std::thread::scope(|scope| {
            let (done, waiting) = std::sync::mpsc::channel::<()>();
            let teller = scope.spawn(move || {
                if waiting.recv_timeout(Duration::from_secs(1)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    self.trouble(&format!("{what} …"));
                    let _ = waiting.recv();
                    self.trouble("\r\u{1b}[K");
                }
            });
            let result = work();
            drop(done);
            let _ = teller.join();
            result
        })
    }
}
