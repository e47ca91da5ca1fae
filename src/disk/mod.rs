//! The one door to the file system: inputs in, the committed tree in, changes out.

mod apply;
mod committed;
mod directory;
mod error;
mod load;
mod locate;
mod lock;

pub use apply::{apply, create};
pub use committed::{lists, orphans, read_committed, read_encrypted, read_orphan};
pub use error::{Error, RULES};
pub use load::{load, load_for, read_input};
pub use locate::locate;
pub use lock::{Lock, lock};

#[cfg(test)]
mod tests;
