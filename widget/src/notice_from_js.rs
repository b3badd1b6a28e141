//! Reads the notice from the value of the browser's JSON parser: a second parser
//! would be as large as the rest of the widget.

use constat_shared::notice::{CategoryView, ControllerView, CookieView, VendorView};
use constat_shared::{
    Authority, Category, Hash, Language, Lifetimes, Months, NoticeView, PurposeText, SiteId, Storage, Texts,
    Transfer, VendorId,
};
use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

/// The notice of `GET /v1/sites/{site}/notice/{language}`; nothing when a field
/// is missing or unknown to this version of the widget.
pub fn read(value: &JsValue) -> Option<NoticeView> {
    let (controller, authority) = (get(value, "controller"), get(value, "authority"));
    let (lifetimes, texts) = (get(value, "lifetimes"), get(value, "texts"));
    Some(NoticeView {
        site: SiteId::parse(&text(value, "site")?).ok()?,
        language: Language::parse(&text(value, "language")?)?,
        notice_hash: Hash::parse(&text(value, "notice_hash")?).ok()?,
        terms_hash: Hash::parse(&text(value, "terms_hash")?).ok()?,
        lifetimes: Lifetimes::new(months(&lifetimes, "choice_months")?, months(&lifetimes, "proof_months")?)
            .ok()?,
        controller: ControllerView {
            name: text(&controller, "name")?,
            address: text(&controller, "address")?,
            dpo_email: text(&controller, "dpo_email")?,
            policy_url: text(&controller, "policy_url")?,
        },
        authority: Authority { name: text(&authority, "name")?, url: text(&authority, "url")? },
        texts: Texts::from_fn(|key| {
            text(&texts, key.as_str()).or_else(|| key.is_of_signals().then(String::new))
        })?,
        categories: list(value, "categories", category)?,
    })
}

fn category(value: &JsValue) -> Option<CategoryView> {
    Some(CategoryView {
        id: Category::parse(&text(value, "id")?)?,
        exempt: get(value, "exempt").as_bool()?,
        vendors: list(value, "vendors", vendor)?,
    })
}

fn vendor(value: &JsValue) -> Option<VendorView> {
    Some(VendorView {
        id: VendorId::parse(&text(value, "id")?).ok()?,
        name: text(value, "name")?,
        company: text(value, "company")?,
        policy_url: text(value, "policy_url")?,
        country: text(value, "country")?,
        transfer: Transfer::parse(&text(value, "transfer")?)?,
        purposes: list(value, "purposes", purpose)?,
        cookies: list(value, "cookies", cookie)?,
    })
}

fn purpose(value: &JsValue) -> Option<PurposeText> {
    Some(PurposeText { title: text(value, "title")?, description: text(value, "description")? })
}

fn cookie(value: &JsValue) -> Option<CookieView> {
    Some(CookieView {
        name: text(value, "name")?,
        duration_days: get(value, "duration_days").as_f64()? as u16,
        purpose: text(value, "purpose")?,
        storage: Storage::parse(&text(value, "storage")?)?,
        first_party: get(value, "first_party").as_bool()?,
    })
}

fn months(value: &JsValue, key: &str) -> Option<Months> {
    Months::new(get(value, key).as_f64()? as u8).ok()
}

fn list<T>(value: &JsValue, key: &str, read: fn(&JsValue) -> Option<T>) -> Option<Vec<T>> {
    Array::from(&get(value, key)).iter().map(|item| read(&item)).collect()
}

/// The text at a key, if there is one.
pub fn text(value: &JsValue, key: &str) -> Option<String> {
    get(value, key).as_string()
}

fn get(value: &JsValue, key: &str) -> JsValue {
    // It fails only for a value that is not an object, which has no keys.
    Reflect::get(value, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}
