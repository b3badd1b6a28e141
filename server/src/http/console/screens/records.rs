//! `/console/sites/{site}/records`: finds the answers of visitors.

use super::account::site_name;
use super::notices::{SitePath, site_of};
use crate::access::permission::Permission;
use crate::access::records;
use crate::consent::search::{Answer, Fit, Why};
use crate::consent::sought::{self, Sought, TEXT_BYTES_MAX};
use crate::http::console::answer::{refused, screen_as, see};
use crate::http::console::form::Form;
use crate::http::console::question::{Fault, Typed, Wrong, cursor};
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::{Choice, Errors};
use crate::http::console::view::frame::{Section, SiteName};
use crate::http::console::view::moment::Moment;
use crate::http::console::view::notices::short;
use crate::http::console::view::records::{LostRow, NotFound, RecordRow, Records};
use crate::http::console::who::{May, RecordsRead};
use crate::http::console::{fault, language, moment, posted, zone};
use crate::http::query;
use crate::proof::site_history;
use crate::store::{StoreError, UnreadableRecord, readable};
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Action, Language, Notice, Record, SiteId, Timestamp};
use std::collections::{BTreeMap, HashMap};
use url::form_urlencoded;

/// The records of a page.
const LIMIT: usize = 50;
/// The most bytes of a form: what is pasted, each byte written as up to three.
pub const FORM_BYTES_MAX: usize = TEXT_BYTES_MAX + TEXT_BYTES_MAX / 2;
/// The most bytes of a text in an address: an id with its dashes. What is pasted never stands there.
const ADDRESS_TEXT_MAX: usize = 40;
/// The most notices to choose from: the newest.
const NOTICES_MAX: usize = 50;

/// Shows a page.
pub async fn get(may: May<RecordsRead>, request: HttpRequest, site: SitePath) -> HttpResponse {
    let typed = of_query(request.query_string());
    show(&request, may.session, site_of(&site), typed).await
}

/// Reads what was typed or pasted, and goes on at what it means.
pub async fn post(
    may: May<RecordsRead>,
    request: HttpRequest,
    site: SitePath,
    payload: Payload,
) -> HttpResponse {
    let session = may.session;
    match posted::by_person_up_to(&request, &session, payload, FORM_BYTES_MAX).await {
        Ok(form) => go_on(&request, session, site_of(&site), &form).await,
        Err(answer) => answer,
    }
}

/// Goes on at what a form asks for: the answers of a consent id, or the list.
pub async fn go_on(request: &HttpRequest, session: Session, site: SiteId, form: &Form) -> HttpResponse {
    let typed = of_form(form);
    let has_days = !typed.from.is_empty() || !typed.to.is_empty();
    let text = match Sought::read(&typed.text, has_days) {
        Sought::All => String::new(),
        Sought::Id(id, false) => id.to_string(),
        Sought::Start(_) | Sought::End(_) | Sought::Id(_, true) => sought::cleaned(&typed.text),
        // Nothing of it may stand in the address.
        Sought::NotAnId => return show(request, session, site, typed).await,
    };
    let typed = Typed { text, ..typed };
    let console = console(request);
    if typed.question(&zone::of(&console, &site), LIMIT).is_err() {
        return show(request, session, site, typed).await;
    }
    if let (Sought::Id(id, false), false) = (Sought::read(&typed.text, false), typed.is_filtered()) {
        let own = site.clone();
        let has_records =
            on_console(&console, move |console, _| Ok(records::exist(&console.access, &own, &id)?));
        match has_records.await {
            Ok(true) => return see(&format!("/console/sites/{site}/records/{id}")),
            Ok(false) => {}
            Err(error) => return refused(request, Some(&session), &error),
        }
    }
    see(&href(&site, &typed, None))
}

fn typed(value: impl Fn(&str) -> String) -> Typed {
    Typed {
        text: value("text"),
        from: value("from"),
        to: value("to"),
        action: value("action"),
        language: value("language"),
        notice_hash: value("notice_hash"),
        vendor: value("vendor"),
        vendor_allowed: value("vendor_allowed"),
        cursor: value("cursor"),
    }
}

/// A form begins a search, and has no place in it.
fn of_form(form: &Form) -> Typed {
    Typed { cursor: String::new(), ..typed(|name| form.get(name).trim().to_owned()) }
}

fn of_query(query: &str) -> Typed {
    let values: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
    let typed = typed(|name| values.get(name).map(|value| value.to_string()).unwrap_or_default());
    Typed { text: shown_text(&typed.text), ..typed }
}

fn href(site: &SiteId, typed: &Typed, next: Option<&str>) -> String {
    let fields = [
        ("text", &*typed.text),
        ("from", &typed.from),
        ("to", &typed.to),
        ("action", &typed.action),
        ("language", &typed.language),
        ("notice_hash", &typed.notice_hash),
        ("vendor", &typed.vendor),
        ("vendor_allowed", &typed.vendor_allowed),
        ("cursor", next.unwrap_or_default()),
    ];
    query::address(&format!("/console/sites/{site}/records"), &fields)
}

/// What the screen needs of the store.
struct Found {
    answer: Option<Answer>,
    oldest: Option<Timestamp>,
    notices: Vec<Notice>,
}

async fn show(request: &HttpRequest, session: Session, site: SiteId, typed: Typed) -> HttpResponse {
    let console = console(request);
    let shell = shell::of(request, &session, Place::Site(Section::Records, site.clone()));
    let zone = zone::of(&console, &site);
    let question = typed.question(&zone, LIMIT);
    let errors = question.as_ref().err().map(|wrong| said(shell.t, *wrong)).unwrap_or_default();
    let (own, by) = (site.clone(), session.principal().clone());
    let read = on_console(&console, move |console, now| {
        let ask = |question| records::search(&console.access, &by, &own, &question, now);
        let answer = question.ok().map(ask).transpose()?;
        let oldest = console.app.store.answered(&own)?.map(|(first, _)| first);
        Ok(Found { answer, oldest, notices: notices(console, &own)? })
    });
    let found = match read.await {
        Ok(found) => found,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let language = shell::language(request, &session);
    let when = |at| moment::moment(at, &zone, language);
    let answer = found.answer.as_ref();
    let not_found = answer.filter(|answer| answer.is_empty());
    let not_found = not_found.map(|answer| not_found_of(&console, answer, &typed, found.oldest.map(when)));
    let next = answer.and_then(|answer| answer.next.as_ref());
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let view = Records {
        site: site_name(&console, &site),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        actions: choices(Action::ALL.iter().map(|action| action.as_str()), &typed.action),
        languages: languages(language, &typed.language),
        notices: notice_choices(&found.notices, &typed.notice_hash),
        vendors: vendors(&found.notices, &typed.vendor),
        is_filtered: typed.is_filtered(),
        is_part: answer.is_some_and(|answer| answer.fit == Fit::Part),
        rows: answer.iter().flat_map(|answer| &answer.records).map(|it| row(it, when, language)).collect(),
        unreadable: answer.iter().flat_map(|answer| &answer.unreadable).map(|it| lost(it, when)).collect(),
        not_found,
        examined: answer.map_or(0, |answer| answer.examined as u64),
        reached: next.map(|place| when(place.recorded_at)),
        next_href: next.map(|place| href(&site, &typed, Some(&cursor(place)))),
        newest_href: (!typed.cursor.is_empty()).then(|| href(&site, &typed, None)),
        text: shown_text(&typed.text),
        from: typed.from,
        to: typed.to,
        vendor_allowed: typed.vendor_allowed,
        errors,
        shell,
    };
    screen_as(status, &view)
}

/// What stands in the box again: what is longer than an id belongs into the form, and is not kept.
fn shown_text(text: &str) -> String {
    if text.len() > ADDRESS_TEXT_MAX { String::new() } else { text.to_owned() }
}

fn row(record: &Record, when: impl Fn(Timestamp) -> Moment, reader: Language) -> RecordRow {
    RecordRow {
        event_id: record.event_id.to_string(),
        consent_id: record.consent_id.to_string(),
        at: when(record.recorded_at),
        action: record.action.as_str().to_owned(),
        language: language::name(record.language, reader).to_owned(),
        allowed: record.vendors.values().filter(|allowed| **allowed).count() as u64,
        of: record.vendors.len() as u64,
    }
}

fn lost(rest: &UnreadableRecord, when: impl Fn(Timestamp) -> Moment) -> LostRow {
    LostRow { consent_id: rest.consent_id.map(|id| id.to_string()), at: rest.recorded_at.map(when) }
}

fn not_found_of(console: &Console, answer: &Answer, typed: &Typed, oldest: Option<Moment>) -> NotFound {
    match (answer.why, &answer.other_site) {
        (Some(Why::NotAnId), _) => NotFound::NotAnId,
        (Some(Why::Future), _) => NotFound::Future,
        (Some(Why::BeforeOldest), _) => NotFound::BeforeOldest(oldest),
        (Some(Why::OtherSite), Some(site)) => NotFound::OtherSite(site_name(console, site)),
        (Some(Why::OtherSite | Why::Unknown), _) => NotFound::Unknown,
        (None, _) if answer.next.is_some() => NotFound::InPage,
        (None, _) if typed.is_filtered() || !typed.cursor.is_empty() => NotFound::Filtered,
        (None, _) => NotFound::Empty,
    }
}

/// What is wrong, beside its field.
fn said(t: &Texts, wrong: Wrong) -> Errors {
    let e = &t.errors;
    let text = match wrong.fault {
        Fault::Day | Fault::Value => &e.day_malformed,
        Fault::Order => &e.day_order,
        Fault::TooManyDays => &e.days_too_many,
        Fault::Vendor => &e.vendor_required,
    };
    match (wrong.fault, wrong.field) {
        // The form has no such value: an address was changed by hand.
        (Fault::Value, _) => fault::one("text", &t.records.filtered),
        (_, field) => fault::one(field, text),
    }
}

/// The notices of a site, the newest first.
fn notices(console: &Console, site: &SiteId) -> Result<Vec<Notice>, StoreError> {
    let store = &*console.app.store;
    let entries = readable(site_history::entries(store, site))?.unwrap_or_default();
    let periods = readable(site_history::periods(store, site, &entries))?.unwrap_or_default();
    let mut hashes = Vec::new();
    for period in periods.iter().rev() {
        if !hashes.contains(&period.notice_hash) && hashes.len() < NOTICES_MAX {
            hashes.push(period.notice_hash);
        }
    }
    let notices = hashes.iter().map(|hash| Ok(readable(store.notice(hash))?.flatten()));
    Ok(notices.collect::<Result<Vec<_>, StoreError>>()?.into_iter().flatten().collect())
}

fn choices<'a>(values: impl Iterator<Item = &'a str>, chosen: &str) -> Vec<Choice> {
    let choice =
        |value: &str| Choice { value: value.to_owned(), label: value.to_owned(), is_chosen: value == chosen };
    values.map(choice).collect()
}

fn languages(reader: Language, chosen: &str) -> Vec<Choice> {
    let choice = |one: &Language| Choice {
        value: one.as_str().to_owned(),
        label: language::name(*one, reader).to_owned(),
        is_chosen: one.as_str() == chosen,
    };
    Language::ALL.iter().map(choice).collect()
}

fn notice_choices(notices: &[Notice], chosen: &str) -> Vec<Choice> {
    let choice = |notice: &Notice| {
        let value = notice.notice_hash().to_string();
        Choice { label: short(&value).to_owned(), is_chosen: value == chosen, value }
    };
    notices.iter().map(choice).collect()
}

/// The vendors of all these notices, by their names; the newest name counts.
fn vendors(notices: &[Notice], chosen: &str) -> Vec<Choice> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for vendor in notices.iter().flat_map(|notice| &notice.vendors) {
        names.entry(vendor.id.to_string()).or_insert(&vendor.name);
    }
    let mut choices: Vec<_> = names
        .into_iter()
        .map(|(value, name)| Choice { label: name.to_owned(), is_chosen: value == chosen, value })
        .collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

/// The search on the home screen: which sites it offers.
pub fn searched(console: &Console, session: &Session) -> Vec<SiteName> {
    shell::sites_with(console, session.principal(), Permission::RecordsRead).collect()
}
