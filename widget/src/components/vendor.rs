//! A vendor with its switch and its declared facts.

use super::props::ConfigurationProps;
use super::switch::switch;
use crate::state::Event;
use constat_shared::notice::{CookieView, VendorView};
use constat_shared::{TextKey, Texts};
use yew::{Html, html};

/// One vendor: name, switch, facts, cookies and privacy policy.
pub fn vendor(view: &VendorView, exempt: bool, props: &ConfigurationProps) -> Html {
    let texts = &props.notice.texts;
    let label_id = format!("constat-vendor-{}", view.id);
    let on = props.draft.vendor(&view.id);
    let id = view.id.clone();
    let switched = props.on_event.reform(move |on| Event::SwitchVendor(id.clone(), on));
    let policy = texts.fill(TextKey::PolicyLink, "{vendor}", &view.name);
    html! {
        <li class="vendor">
            <div class="head">
                <h4 id={label_id.clone()}>{ view.name.clone() }</h4>
                if exempt {
                    <span class="always">{ texts.get(TextKey::ExemptActive).to_owned() }</span>
                } else {
                    { switch(&label_id, view.id.as_str(), on, switched) }
                }
            </div>
            { facts(view, props) }
            { cookies(&view.cookies, texts) }
            <p class="small">
                <a href={view.policy_url.clone()} target="_blank" rel="noopener noreferrer">{ policy }</a>
            </p>
        </li>
    }
}

fn facts(view: &VendorView, props: &ConfigurationProps) -> Html {
    let texts = &props.notice.texts;
    let label = |key| texts.get(key).to_owned();
    let country = props.country_name.emit(view.country.clone());
    html! {
        <dl class="small facts">
            <dt>{ label(TextKey::PurposesLabel) }</dt>
            { for view.purposes.iter().map(|purpose| html! {
                <dd><b>{ purpose.title.clone() }</b><br />{ purpose.description.clone() }</dd>
            }) }
            <dt>{ label(TextKey::CompanyLabel) }</dt>
            <dd>{ view.company.clone() }</dd>
            <dt>{ label(TextKey::CountryLabel) }</dt>
            <dd>{ country }</dd>
            <dt>{ label(TextKey::TransferLabel) }</dt>
            <dd>{ label(TextKey::of_transfer(view.transfer)) }</dd>
        </dl>
    }
}

fn cookies(cookies: &[CookieView], texts: &Texts) -> Html {
    let label = |key| texts.get(key).to_owned();
    if cookies.is_empty() {
        return html! { <p class="small">{ label(TextKey::CookiesNone) }</p> };
    }
    html! {
        <table class="small">
            <caption>{ label(TextKey::CookiesLabel) }</caption>
            <thead><tr>
                <th scope="col">{ label(TextKey::CookieName) }</th>
                <th scope="col">{ label(TextKey::CookieDuration) }</th>
                <th scope="col">{ label(TextKey::CookiePurpose) }</th>
            </tr></thead>
            <tbody>{ for cookies.iter().map(|cookie| html! {
                <tr>
                    <td><code>{ cookie.name.clone() }</code><br />{ label(TextKey::of_storage(cookie.storage)) }</td>
                    <td>{ texts.duration(cookie.duration_days) }</td>
                    <td>{ cookie.purpose.clone() }</td>
                </tr>
            }) }</tbody>
        </table>
    }
}
