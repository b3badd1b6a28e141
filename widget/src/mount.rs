//! The functions that the loader calls.

use crate::bridge::Bridge;
use crate::components::app::{App, AppProps};
use crate::css::CONFIGURATION_CSS;
use crate::notice_from_js;
use crate::state::{Answer, Draft, View};
use constat_shared::NoticeView;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::{AppHandle, Callback};

thread_local! {
    static OPEN: RefCell<Option<AppHandle<App>>> = const { RefCell::new(None) };
}

/// Renders the widget into the loader's node and replaces what is there: the
/// first layer that the server rendered, or an earlier view of the widget.
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

/// Removes the widget from the page.
#[wasm_bindgen]
pub fn close() {
    if let Some(handle) = OPEN.with(RefCell::take) {
        handle.destroy();
    }
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
            bridge.answer(answer.action.as_str(), answer.layer.as_str(), &categories, &vendors);
        })
    };
    let on_leave = Callback::from(move |()| bridge.leave());
    AppProps { notice: Rc::new(notice), view, stored, country_name, on_answer, on_leave }
}
