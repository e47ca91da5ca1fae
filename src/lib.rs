//! bayplan compiles a few variables and declarations into every Kubernetes object they stand for.
//!
//! Text in, tree out, and every value on the way remembers where it came from.
//!
//! The order of the modules below is the architecture: a module uses only those before it.

pub mod source;

pub mod diagnostic;

pub mod value;

pub mod yaml;

pub mod kube;

pub mod shape;

pub mod variables;

pub mod project;

pub mod component;

pub mod deliver;

pub mod tree;

pub mod compile;

pub mod plan;

pub mod rules;

pub mod report;

pub mod disk;

pub mod cli;
