//! The description of the API (OpenAPI 3.1): every route of the two tables that is not a screen.

mod admin;
mod document;
pub mod explorer;
mod operation;
mod problems;
mod public;
mod records;
mod schemas;
pub mod serve;
mod shape;
#[cfg(test)]
mod tests;

pub use document::document;
