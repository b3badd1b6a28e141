//! The outermost component: it holds the state and shows the open views.

use super::banner::banner;
use super::configuration::{configuration, show_modal};
use super::props::ConfigurationProps;
use crate::state::{Answer, Draft, Event, State, View};
use constat_shared::{Action, Layer, NoticeView};
use std::rc::Rc;
use yew::{
    Callback, Html, Properties, function_component, html, use_effect_with, use_node_ref, use_reducer_eq,
};

/// The input of the widget.
#[derive(Clone, PartialEq, Properties)]
pub struct AppProps {
    /// The notice in the visitor's language.
    pub notice: Rc<NoticeView>,
    /// The view to open first.
    pub view: View,
    /// The choices of an earlier answer, if there is one.
    pub stored: Option<Draft>,
    /// The name of a country in the visitor's language.
    pub country_name: Callback<String, String>,
    /// Called with an answer; the loader then closes the widget.
    pub on_answer: Callback<Answer>,
    /// Called when the visitor leaves without an answer.
    pub on_leave: Callback<()>,
}

/// Shows the banner, the configuration layer, or the configuration layer above
/// the banner; leaving it then returns to the banner.
#[function_component]
pub fn App(props: &AppProps) -> Html {
    let state = use_reducer_eq(|| State {
        notice: Rc::clone(&props.notice),
        view: props.view,
        draft: props.stored.clone().unwrap_or_else(|| Draft::new(&props.notice)),
    });
    let answer = |layer| {
        let (state, on_answer) = (state.clone(), props.on_answer.clone());
        Callback::from(move |action| on_answer.emit(Answer { action, layer, draft: state.draft.clone() }))
    };
    let on_press = {
        let (state, answer) = (state.clone(), answer(Layer::Banner));
        Callback::from(move |name: &'static str| match (Action::parse(name), View::parse(name)) {
            (Some(action), _) => answer.emit(action),
            (None, Some(view)) => state.dispatch(Event::Show(view)),
            (None, None) => {}
        })
    };
    let answered = props.stored.is_some();
    let on_close = {
        let (state, on_leave) = (state.clone(), props.on_leave.clone());
        Callback::from(move |()| match answered {
            true => on_leave.emit(()),
            false => state.dispatch(Event::Show(View::Banner)),
        })
    };
    let on_event = {
        let state = state.clone();
        Callback::from(move |event| state.dispatch(event))
    };
    let dialog = use_node_ref();
    let configuring = state.view != View::Banner;
    use_effect_with((configuring, dialog.clone()), |(_, dialog)| show_modal(dialog));
    let layer = ConfigurationProps {
        notice: Rc::clone(&props.notice),
        draft: state.draft.clone(),
        all_open: state.view == View::Vendors,
        answered,
        consented: props.stored.as_ref().is_some_and(|stored| *stored != Draft::new(&props.notice)),
        country_name: props.country_name.clone(),
        on_event,
        on_answer: answer(Layer::Configuration),
        on_close,
        dialog,
    };
    html! {
        <>
            if !answered { { banner(&props.notice, &on_press) } }
            if configuring { { configuration(&layer) } }
        </>
    }
}
