# What is done here, by name.
_:
    @just --list --unsorted

# Format, lints, tests, documentation: what must hold before a commit
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet

# Write golden/, schemas/ and the tables of README.md anew; then read what changed
bless:
    BLESS=1 cargo test --test golden
    git diff --stat -- golden schemas README.md

# Build an example and show which files changed: just try observability
try example:
    cargo run --quiet -- build examples/{{ example }}
    git status --short -- examples/{{ example }}

# Hold the trees against the real MinIO, mc, kustomize and Helm, built by Go where it is installed
e2e *args:
    E2E=1 cargo test --test e2e -- {{ args }}

# Time build and check of fleets, beside cp, diff and git on the same tree
bench *args:
    cargo bench --bench fleet -- {{ args }}

# What runs on every change
ci:
    .ci/run
