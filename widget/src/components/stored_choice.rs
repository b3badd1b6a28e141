//! The earlier answer, as "Manage cookies" shows it.

use super::props::ConfigurationProps;
use constat_shared::TextKey;
use yew::{Html, html};

/// The button that withdraws the consent, if there is one, and "My record",
/// closed. `www/record.js` fills the empty node later, without the widget.
/// Until then, or when it cannot be fetched, the sentence below it shows.
pub fn stored_choice(props: &ConfigurationProps) -> Html {
    let text = |key| props.notice.texts.get(key).to_owned();
    html! {
        <section class="stored" aria-labelledby="constat-stored">
            if props.consented {
                <button class="plain" data-action="withdraw">{ text(TextKey::Withdraw) }</button>
            }
            <details>
                <summary><h3 id="constat-stored">{ text(TextKey::YourChoice) }</h3></summary>
                <div class="record"></div>
                <p class="small">{ text(TextKey::RecordUnavailable) }</p>
            </details>
        </section>
    }
}
