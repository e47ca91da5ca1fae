//! The real programs, each at a pinned version, built by `go install` into a folder below `target/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use libtest_mimic::{Completion, Failed};

/// A program of another project.
pub(crate) struct Program {
    /// The command.
    name: &'static str,
    /// The package that it is built of.
    package: &'static str,
    /// The module's version. The client's and the server's are commits, since their releases are tagged by date.
    version: &'static str,
    installed: LazyLock<Result<PathBuf, String>>,
}

/// Declares programs: what is installed for one is installed once for all tests.
macro_rules! programs {
    ($($name:ident: $command:literal, $package:literal, $version:literal;)*) => {
        $(pub(crate) static $name: Program = Program {
            name: $command,
            package: $package,
            version: $version,
            installed: LazyLock::new(|| $name.install()),
        };)*
    };
}

programs! {
    // The last commit of the community's server, after the last image that was published.
    MINIO: "minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c";
    MC: "mc", "github.com/minio/mc", "v0.0.0-20250313080218-cf909e1063a9";
    KUSTOMIZE: "kustomize", "sigs.k8s.io/kustomize/kustomize/v5", "v5.8.1";
    HELM: "helm", "helm.sh/helm/v3/cmd/helm", "v3.22.0";
}

impl Program {
    /// Returns where the program is, or why it is not at hand.
    pub(crate) fn path(&self) -> Result<&Path, Missing> {
        self.installed.as_deref().map_err(|reason| Missing(reason.clone()))
    }

    /// Returns a command of the program.
    pub(crate) fn command(&self) -> Result<Command, Missing> {
        self.path().map(Command::new)
    }

    fn install(&self) -> Result<PathBuf, String> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("e2e/{}-{}", self.name, self.version));
        let path = folder.join(self.name);
        if path.is_file() {
            return Ok(path);
        }
        let package = format!("{}@{}", self.package, self.version);
        println!("installing {package}");
        let mut command = Command::new("go");
        // Without what only a debugger reads.
        command.args(["install", "-ldflags=-s -w", &package]).env("GOBIN", &folder).stdin(Stdio::null());
        match command.output() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err("Go is not installed".to_owned()),
            Err(error) => Err(format!("go cannot be run: {error}")),
            Ok(output) if output.status.success() => Ok(path),
            Ok(output) => {
                let reason = String::from_utf8_lossy(&output.stderr).into_owned();
                let told = reason.lines().filter(|line| !line.starts_with("go: downloading"));
                let reason = format!("{package} cannot be installed: {}", told.collect::<Vec<_>>().join("; "));
                // Where Go is at hand, CI tests with the real programs or fails.
                assert!(std::env::var_os("CI").is_none(), "{reason}");
                Err(reason)
            }
        }
    }
}

/// Why a test cannot be made here.
pub(crate) struct Missing(pub(crate) String);

/// How a test ends that was not passed: it failed, or something for it is not at hand.
pub(crate) enum End {
    Failed(String),
    Missing(Missing),
}

impl From<Missing> for End {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl From<String> for End {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

/// Tells the test runner how a test ended.
pub(crate) fn completion(result: Result<(), End>) -> Result<Completion, Failed> {
    match result {
        Ok(()) => Ok(Completion::Completed),
        Err(End::Missing(Missing(reason))) => Ok(Completion::ignored_with(reason)),
        Err(End::Failed(message)) => Err(message.into()),
    }
}
