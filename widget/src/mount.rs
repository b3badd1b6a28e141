//! The functions that the loader calls.

use crate::bridge::Bridge;
use crate::components::app::{App, AppProps};
use crate::css::CONFIGURATION_CSS;
use crate::notice_from_js;
use crate::state::{Answer, Draft, Press, View};
use constat_shared::{Layer, NoticeView};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::html::Scope;
use yew::{AppHandle, Callback};

thread_local! {
    static OPEN: RefCell<Option<AppHandle<App>>> = const { RefCell::new(None) };
}

/// Opens the configuration layer in the widget's node, in place of one that is open.
///
/// # Errors
/// A sentence, when the widget does not know the notice or the view: server and
/// widget are then of different versions.
#[wasm_bindgen]
pub fn open(bridge: Bridge, view: &str) -> Result<(), JsValue> {
    let view = View::parse(view).ok_or_else(|| JsValue::from_str("unknown view"))?;
    let notice = notice_from_js::read(&bridge.notice()).ok_or_else(|| JsValue::from_str("unknown notice"))?;
    close();
    bridge.style(CONFIGURATION_CSS);
    let root = bridge.root();
    let props = props(bridge, view, notice);
    let handle = yew::Renderer::<App>::with_root_and_props(root, props).render();
    OPEN.with(|open| open.replace(Some(handle)));
    Ok(())
}

/// Does what a press on a button of the open layer means, by its `data-action`. Other names, and
/// presses when nothing is open, change nothing.
#[wasm_bindgen]
pub fn press(action: &str) {
    let scope = OPEN.with(|open| open.borrow().as_ref().map(|handle| (**handle).clone()));
    let app = scope.as_ref().and_then(Scope::get_component);
    if let Some((app, press)) = app.zip(Press::parse(action)) {
        app.press(press);
    }
}

/// Removes the open layer from the page. What had the focus before it has it again. The loader is
/// not told that the visitor has left.
#[wasm_bindgen]
pub fn close() {
    let Some(handle) = OPEN.with(RefCell::take) else { return };
    if let Some(app) = handle.get_component() {
        app.close();
    }
    handle.destroy();
}

fn props(bridge: Bridge, view: View, notice: NoticeView) -> AppProps {
    let stored = bridge.stored();
    let digits = notice_from_js::text(&stored, "c").zip(notice_from_js::text(&stored, "v"));
    let stored = digits.map(|(categories, vendors)| Draft::stored(&notice, &categories, &vendors));
    let country_name = {
        let bridge = bridge.clone();
        Callback::from(move |code: String| bridge.country(&code))
    };
    let on_answer = {
        let bridge = bridge.clone();
        Callback::from(move |answer: Answer| {
            let draft = &answer.draft;
            let (categories, vendors) = (draft.category_bits(), draft.vendor_bits());
            bridge.answer(answer.action.as_str(), Layer::Configuration.as_str(), &categories, &vendors);
        })
    };
    let on_leave = Callback::from(move |()| bridge.leave());
    AppProps { notice: Rc::new(notice), view, stored, country_name, on_answer, on_leave }
}
