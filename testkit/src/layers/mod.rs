//! Whether the source of a crate keeps its floor plan: imports go strictly down the layers, no files
//! import each other, folders hold a `mod.rs`, and some names stay in their rooms. There is no
//! allow-list.

mod circles;
mod folders;
mod imports;
mod names;
mod references;
mod resolver;
mod rules;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;

pub use rules::{OnlyIn, Rules};
