//! The interface of the loader to the widget.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The object the loader hands to [`crate::mount::open`]. The loader owns the
    /// cookie, the page and the delivery; the widget only calls it.
    #[derive(Clone)]
    pub type Bridge;

    /// The widget's own node inside the shadow root.
    #[wasm_bindgen(method, getter)]
    pub fn root(this: &Bridge) -> web_sys::Element;

    /// The notice in the visitor's language, parsed.
    #[wasm_bindgen(method, getter)]
    pub fn notice(this: &Bridge) -> JsValue;

    /// The choice that is valid, with its digits as `c` and `v`, or null.
    #[wasm_bindgen(method, getter)]
    pub fn stored(this: &Bridge) -> JsValue;

    /// Applies and delivers an answer. The bits have the order of the
    /// consent cookie; only `save` uses them.
    #[wasm_bindgen(method)]
    pub fn answer(this: &Bridge, action: &str, layer: &str, categories: &str, vendors: &str);

    /// Tells the loader that the visitor left without an answer.
    #[wasm_bindgen(method)]
    pub fn leave(this: &Bridge);

    /// Adds a style to the shadow root; the second time, nothing.
    #[wasm_bindgen(method)]
    pub fn style(this: &Bridge, css: &str);

    /// The name of a country in the visitor's language.
    #[wasm_bindgen(method)]
    pub fn country(this: &Bridge, code: &str) -> String;
}
