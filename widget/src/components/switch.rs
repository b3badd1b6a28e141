//! The switch of a category or a vendor.

use yew::{Callback, Html, html};

/// A switch, labelled by the text of another element.
pub fn switch(label_id: &str, name: &str, on: bool, switched: Callback<bool>) -> Html {
    html! {
        <label class="switch">
            <input type="checkbox" role="switch" name={name.to_owned()} aria-labelledby={label_id.to_owned()}
                checked={on} onchange={switched.reform(move |_| !on)} />
            <span aria-hidden="true"></span>
        </label>
    }
}
