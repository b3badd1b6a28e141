//! A category with its switch and its list of vendors.

use super::props::ConfigurationProps;
use super::switch::switch;
use super::vendor::vendor;
use crate::state::Event;
use constat_shared::notice::CategoryView;
use constat_shared::{Category, TextKey};
use yew::{Html, html};

/// One category: title, switch, description, vendors.
pub fn category(view: &CategoryView, props: &ConfigurationProps) -> Html {
    let texts = &props.notice.texts;
    let id = view.id;
    let (title, description) = TextKey::of_category(id);
    let label_id = format!("constat-{id}");
    let services = match view.vendors.len() {
        0 => texts.get(TextKey::ServicesNone).to_owned(),
        count => texts.count(TextKey::ServicesOne, TextKey::Services, count),
    };
    let switched = props.on_event.reform(move |on| Event::SwitchCategory(id, on));
    html! {
        <section class="category" aria-labelledby={label_id.clone()}>
            <div class="head">
                <h3 id={label_id.clone()}>{ texts.get(title).to_owned() }</h3>
                if view.exempt {
                    <span class="always">{ texts.get(always_text(id)).to_owned() }</span>
                } else {
                    { switch(&label_id, id.as_str(), props.draft.category(id), switched) }
                }
            </div>
            <p>{ texts.get(description).to_owned() }</p>
            if view.vendors.is_empty() {
                <p class="small">{ services }</p>
            } else {
                <details open={props.all_open}>
                    <summary>{ services }</summary>
                    <ul>{ for view.vendors.iter().map(|v| vendor(v, view.exempt, props)) }</ul>
                </details>
            }
        </section>
    }
}

fn always_text(id: Category) -> TextKey {
    if id == Category::Essential { TextKey::AlwaysActive } else { TextKey::ExemptActive }
}
