//! bayplan compiles a few variables and declarations into every Kubernetes object they stand for.
//!
//! A bay plan tells where each container of a ship stands before the first one is loaded. This one tells it of a cluster:
//! text goes in, a tree of files comes out, and every value on the way remembers the places that decided it.
//!
//! # The way of a value
//!
//! ```text
//!             disk::load                                  a project's files
//!                 │
//!                 ▼
//!              Sources                                    names and texts
//!                 │  yaml::parse
//!                 ▼
//!               Value                                     nodes, each with its Origin
//!                 │  Variables::resolve                   `#{ … }#` filled in, both places kept
//!                 ▼
//!               Value
//!                 │  shape, then serde                    all mistakes of shape at once, each at its place
//!                 ▼
//!             components ── offers, claims ──► Context    the only way in which they hear of each other
//!                 │                               │
//!                 │ lint, expand ◄────────────────┘
//!                 ▼
//!          App { Part, … }                                objects, charts, jobs; stages and their order
//!                 │  deliver                              the engine's form of each, and its folder
//!                 ▼
//!               Tree                                      paths, texts, and who decided each line
//!                 │  seal::fill ◄── disk::read_encrypted   what it is to hold encrypted, kept or made
//!                 ▼
//!               Tree
//!                 │  Plan::between ◄── disk::read_committed
//!                 ▼
//!               Plan ───► disk::apply                     what a build would write and delete
//!                 │
//!                 └─────► report                          findings, patches, explanations
//! ```
//!
//! [`compile()`] is the part from [`Sources`](source::Sources) to [`Tree`](tree::Tree): one pure function that never
//! fails, prints or panics. What is wrong with an input is a part of its result. It knows no file system, clock,
//! environment or chance; only `disk` and `cli` do, which clippy.toml enforces. [`seal::fill`] is the one step after it
//! that chance and the clock have a part in, handed in by `cli`.
//!
//! ```
//! use bayplan::source::{Source, Sources};
//!
//! let sources = Sources::new(vec![Source::new("cluster.yaml", b"minio_enabled: true\nminio_replicas: 2\n".to_vec())]);
//! let compiled = bayplan::compile(&sources, &bayplan::Options::default());
//! let found = compiled.diagnostics.iter().next().unwrap();
//! assert_eq!(found.code, "minio/too-few-drives");
//! assert_eq!(sources.place(found.labels[0].span), "cluster.yaml:2:17");
//! ```
//!
//! # The order of modules
//!
//! The lines below are the architecture: a module uses those before it and none after it. A test reads this file and
//! every path in the code, and fails on a way back.

// Texts, places in them, and what there is to say about a place.
pub mod source;

pub mod diagnostic;

// Values that know their places, from YAML and to YAML.
pub mod value;

pub mod yaml;

// What Kubernetes knows, and whether a value fits it.
pub mod kube;

pub mod shape;

// What a person writes: variables, settings, declarations.
pub mod variables;

pub(crate) mod project;

pub mod component;

// What comes out.
pub mod tree;

pub(crate) mod deliver;

pub mod compile;

// What comes out against what is there.
pub mod plan;

pub mod report;

// What chance and the clock have a part in.
pub mod seal;

// The outside.
pub mod disk;

pub mod rules;

pub mod cli;

pub use compile::{Cluster, Compiled, Options, compile};
pub use plan::Plan;
