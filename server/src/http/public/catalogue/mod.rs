//! The catalogue of vendors: for programs, and as pages to browse and search.

pub mod api;
pub mod pages;
mod shelf;
mod texts;
mod view;

pub use shelf::SHELF;
