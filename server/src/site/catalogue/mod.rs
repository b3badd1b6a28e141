//! The catalogue that ships: vendors with the source of each fact, purposes and texts.

pub mod catalogue;
pub mod index;
mod schema;
mod texts;
mod vendor;

pub use catalogue::{Catalogue, Published};
pub use index::{By, Index};
pub use texts::default_texts;
#[cfg(test)]
pub use texts::{TextFiles, read_texts};
