//! Secrets encrypted for those who may read them: the shell around the pure compile.
//!
//! Chance and the clock have a part in what is written here, and are handed in; but for the keys of age, whose crate
//! makes its own. Files and environment are for `disk` and `cli`.

mod fill;
mod held;
mod identities;
mod rules;
pub mod sealed_secret;
pub mod sops;
mod time;

pub use fill::{Filled, Shell, fill};
pub use identities::{Identities, NoKey, Recipient};
pub use rules::{KEYS, NOT_VERIFIED, RULES};
pub use time::Time;

use rsa::rand_core::CryptoRng;

/// The file beside `cluster.yaml` that tells whom secrets are encrypted for.
pub const CONFIG: &str = ".sops.yaml";

/// Where randomness comes from.
pub type Random = dyn CryptoRng;
