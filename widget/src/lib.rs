//! The consent banner.
//!
//! The server renders the first layer with [`first_layer_html`]. The loader
//! shows it and handles every press. This crate's WebAssembly renders the
//! configuration layer, and is fetched when somebody wants it; the console draws
//! it again with [`configuration_html`]. Everything but `mount` and what it needs
//! compiles natively, so that tests of the components need no browser.

pub mod components;
pub mod css;
pub mod state;

#[cfg(test)]
mod sample;

#[cfg(target_arch = "wasm32")]
pub mod bridge;
#[cfg(target_arch = "wasm32")]
pub mod mount;
#[cfg(target_arch = "wasm32")]
pub mod notice_from_js;

#[cfg(not(target_arch = "wasm32"))]
mod html;

pub use css::{CONFIGURATION_CSS, FIRST_LAYER_CSS, SIGNAL_CSS};
#[cfg(not(target_arch = "wasm32"))]
pub use html::{configuration_html, first_layer_html, signal_html};
