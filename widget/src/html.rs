//! The two layers as HTML, for the server.

use crate::components::banner::banner;
use crate::components::configuration::configuration;
use crate::components::props::ConfigurationProps;
use crate::components::signal::signal;
use crate::state::Draft;
use constat_shared::{Choices, NoticeView, TextKey};
use std::rc::Rc;
use yew::{Callback, Html, LocalServerRenderer, NodeRef, Properties, function_component};

/// The first layer as HTML.
pub fn first_layer_html(notice: NoticeView) -> String {
    let props = FirstLayerProps { notice: Rc::new(notice) };
    let renderer = LocalServerRenderer::<FirstLayer>::with_props(props).hydratable(false);
    futures_executor::block_on(renderer.render())
}

/// What a browser that refuses by a signal is shown, as HTML; nothing on a site that honours none.
pub fn signal_html(notice: &NoticeView) -> Option<String> {
    if notice.texts.get(TextKey::SignalText).is_empty() {
        return None;
    }
    let props = FirstLayerProps { notice: Rc::new(notice.clone()) };
    let renderer = LocalServerRenderer::<SignalNotice>::with_props(props).hydratable(false);
    Some(futures_executor::block_on(renderer.render()))
}

/// The configuration layer as HTML, with every list of services open: as a visitor saw it whose answer before
/// was `before`, with the switches as they saved them, or else as the layer opened. Without a browser, a
/// country is named by its code.
pub fn configuration_html(notice: NoticeView, before: Option<&Choices>, saved: Option<&Choices>) -> String {
    let before = before.map(|choices| Draft::of(&notice, choices));
    let saved = saved.map(|choices| Draft::of(&notice, choices));
    let props = ConfigurationLayerProps { notice: Rc::new(notice), before, saved };
    let renderer = LocalServerRenderer::<ConfigurationLayer>::with_props(props).hydratable(false);
    futures_executor::block_on(renderer.render())
}

#[derive(PartialEq, Properties)]
struct FirstLayerProps {
    notice: Rc<NoticeView>,
}

#[function_component]
fn FirstLayer(props: &FirstLayerProps) -> Html {
    banner(&props.notice)
}

#[function_component]
fn SignalNotice(props: &FirstLayerProps) -> Html {
    signal(&props.notice)
}

#[derive(PartialEq, Properties)]
struct ConfigurationLayerProps {
    notice: Rc<NoticeView>,
    before: Option<Draft>,
    saved: Option<Draft>,
}

#[function_component]
fn ConfigurationLayer(props: &ConfigurationLayerProps) -> Html {
    let ConfigurationLayerProps { notice, before, saved } = props;
    let off = Draft::new(notice);
    configuration(&ConfigurationProps {
        notice: Rc::clone(notice),
        draft: saved.as_ref().or(before.as_ref()).unwrap_or(&off).clone(),
        all_open: true,
        answered: before.is_some(),
        consented: before.as_ref().is_some_and(|before| *before != off),
        country_name: Callback::from(|code: String| code),
        on_event: Callback::noop(),
        on_close: Callback::noop(),
        dialog: NodeRef::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{category, notice};
    use constat_shared::{Category, VendorId};

    fn matomo(allowed: bool) -> Choices {
        let vendors = [(VendorId::parse("matomo").unwrap(), allowed)].into();
        Choices { categories: [(Category::Audience, allowed)].into(), vendors }
    }

    fn drawn(before: Option<&Choices>, saved: Option<&Choices>) -> (usize, bool, bool) {
        let notice = notice(&[category("audience", false, &["matomo"])]);
        let html = configuration_html((*notice).clone(), before, saved);
        assert!(html.contains("<details open"), "{html}");
        let on = html.matches("checked").count();
        (on, html.contains("your_choice"), html.contains("data-action=\"withdraw\""))
    }

    #[test]
    fn the_switches_stand_as_they_were_saved_or_as_the_layer_opened() {
        let (allowed, refused) = (matomo(true), matomo(false));
        assert_eq!(drawn(None, None), (0, false, false), "a first visit");
        assert_eq!(drawn(None, Some(&allowed)), (2, false, false));
        assert_eq!(drawn(Some(&allowed), None), (2, true, true), "opened with the answer before");
        assert_eq!(drawn(Some(&allowed), Some(&refused)), (0, true, true), "the answer before was a consent");
        assert_eq!(drawn(Some(&refused), None), (0, true, false));
    }
}
