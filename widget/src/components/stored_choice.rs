//! The answer given earlier, as "Manage cookies" shows it.

use constat_shared::{Action, TextKey, Texts};
use yew::{Callback, Html, html};

/// An earlier answer in words.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredChoice {
    /// The day it was given, written out.
    pub decided: String,
    /// The day it becomes void, written out.
    pub expires: String,
    /// The visitor's pseudonym.
    pub consent_id: String,
}

impl StoredChoice {
    /// Date, expiry and consent id, and the button that takes the consent
    /// back, where there is one to take back.
    pub fn view(&self, texts: &Texts, consented: bool, on_answer: &Callback<Action>) -> Html {
        let withdraw = on_answer.reform(|_| Action::Withdraw);
        html! {
            <section class="stored" aria-labelledby="constat-stored">
                <h3 id="constat-stored">{ texts.get(TextKey::YourChoice).to_owned() }</h3>
                <p>
                    { texts.fill(TextKey::DecidedOn, "{date}", &self.decided) }<br />
                    { texts.fill(TextKey::ExpiresOn, "{date}", &self.expires) }
                </p>
                <p class="small">
                    { texts.get(TextKey::ConsentIdLabel).to_owned() }{ " " }<code>{ self.consent_id.clone() }</code>
                </p>
                if consented {
                    <button class="plain" data-action="withdraw" onclick={withdraw}>
                        { texts.get(TextKey::Withdraw).to_owned() }
                    </button>
                }
            </section>
        }
    }
}
