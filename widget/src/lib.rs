//! The consent banner.
//!
//! The server renders the first layer with [`first_layer_html`]. The loader
//! shows it and handles every press. This crate's WebAssembly renders the
//! configuration layer, and is fetched when somebody wants it. Everything but
//! `mount` and what it needs compiles natively, so that tests of the components
//! need no browser.

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

pub use css::{CONFIGURATION_CSS, FIRST_LAYER_CSS};

/// The first layer as HTML.
#[cfg(not(target_arch = "wasm32"))]
pub fn first_layer_html(notice: constat_shared::NoticeView) -> String {
    let props = FirstLayerProps { notice: std::rc::Rc::new(notice) };
    let renderer = yew::LocalServerRenderer::<FirstLayer>::with_props(props).hydratable(false);
    futures_executor::block_on(renderer.render())
}

#[cfg(not(target_arch = "wasm32"))]
#[derive(PartialEq, yew::Properties)]
struct FirstLayerProps {
    notice: std::rc::Rc<constat_shared::NoticeView>,
}

#[cfg(not(target_arch = "wasm32"))]
#[yew::function_component]
fn FirstLayer(props: &FirstLayerProps) -> yew::Html {
    components::banner::banner(&props.notice)
}
