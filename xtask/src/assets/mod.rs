//! The files that the server embeds, made from `www`, the widget and the verifier.

pub mod build;
pub mod crates;
pub mod glue;
pub mod loader;
pub mod manifest;
pub mod minify;
pub mod optional;
pub mod parts;
pub mod verifier_page;
