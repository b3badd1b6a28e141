//! The outermost component: it holds the switches and shows the configuration layer.

use super::configuration::{close_dialog, configuration, show_modal};
use super::props::ConfigurationProps;
use crate::state::{Answer, Draft, Event, Press, View};
use constat_shared::NoticeView;
use std::rc::Rc;
use yew::{Callback, Component, Context, Html, NodeRef, Properties};

/// The input of the widget.
#[derive(Clone, PartialEq, Properties)]
pub struct AppProps {
    /// The notice in the visitor's language.
    pub notice: Rc<NoticeView>,
    /// What is opened.
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

/// The configuration layer and its state.
pub struct App {
    props: AppProps,
    draft: Draft,
    dialog: NodeRef,
}

impl App {
    /// Does what a press on a button of the layer means. No handler of the layer's own would hear
    /// it: the loader keeps presses from the page, and so from everything inside the page.
    pub fn press(&self, press: Press) {
        match press {
            Press::Answer(action) => {
                self.props.on_answer.emit(Answer { action, draft: self.draft.clone() });
            }
            Press::Close => self.close(),
        }
    }

    /// Closes the dialog: what had the focus before has it again, and the visitor has left.
    pub fn close(&self) {
        close_dialog(&self.dialog);
    }
}

impl Component for App {
    type Message = Event;
    type Properties = AppProps;

    fn create(ctx: &Context<App>) -> App {
        let props = ctx.props().clone();
        let draft = props.stored.clone().unwrap_or_else(|| Draft::new(&props.notice));
        App { props, draft, dialog: NodeRef::default() }
    }

    fn update(&mut self, _: &Context<App>, event: Event) -> bool {
        self.draft.apply(&self.props.notice, event);
        true
    }

    fn view(&self, ctx: &Context<App>) -> Html {
        let AppProps { notice, view, stored, country_name, on_leave, .. } = &self.props;
        configuration(&ConfigurationProps {
            notice: Rc::clone(notice),
            draft: self.draft.clone(),
            all_open: *view == View::Vendors,
            answered: stored.is_some(),
            consented: stored.as_ref().is_some_and(|stored| *stored != Draft::new(notice)),
            country_name: country_name.clone(),
            on_event: ctx.link().callback(|event| event),
            on_close: on_leave.clone(),
            dialog: self.dialog.clone(),
        })
    }

    fn rendered(&mut self, _: &Context<App>, first: bool) {
        if first {
            show_modal(&self.dialog);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{category, notice};

    fn rendered(notice: &Rc<NoticeView>, stored: Option<Draft>) -> String {
        let props = AppProps {
            notice: Rc::clone(notice),
            view: View::Configuration,
            stored,
            country_name: Callback::from(|code: String| code),
            on_answer: Callback::noop(),
            on_leave: Callback::noop(),
        };
        let renderer = yew::LocalServerRenderer::<App>::with_props(props).hydratable(false);
        futures_executor::block_on(renderer.render())
    }

    /// The buttons in their order.
    fn actions(html: &str) -> Vec<&str> {
        html.split("data-action=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn the_layer_has_a_switch_for_each_choice_and_three_answers() {
        let html = rendered(&notice(&[category("audience", false, &["matomo"])]), None);
        assert_eq!(actions(&html), ["close", "refuse_all", "save", "allow_all"]);
        assert_eq!(html.matches("role=\"switch\"").count(), 2, "{html}");
        assert!(html.contains("lang=\"fr\" dir=\"ltr\""), "{html}");
    }

    #[test]
    fn where_there_is_nothing_to_decide_the_layer_shows_what_there_is_and_can_only_be_closed() {
        let html = rendered(&notice(&[category("audience", true, &["matomo"])]), None);
        assert_eq!(actions(&html), ["close"]);
        assert!(html.contains("matomo") && !html.contains("role=\"switch\""), "{html}");
        assert!(!html.contains("configuration_intro"), "there is nothing to choose: {html}");
    }

    #[test]
    fn only_a_consent_can_be_withdrawn() {
        let notice = notice(&[category("audience", false, &["matomo"])]);
        let refused = rendered(&notice, Some(Draft::stored(&notice, "10000", "0")));
        assert!(refused.contains("your_choice") && !actions(&refused).contains(&"withdraw"), "{refused}");
        let allowed = rendered(&notice, Some(Draft::stored(&notice, "10100", "1")));
        assert!(actions(&allowed).contains(&"withdraw"), "{allowed}");
    }
}
