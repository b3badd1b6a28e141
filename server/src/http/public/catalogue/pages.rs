//! `GET /catalogue/` and `/catalogue/{id}`: the catalogue for people, without a script.

use super::shelf::{SHELF, Shelf};
use super::texts::Texts;
use super::view::{Answer, Choice, Frame, ListPage, Row, ShownFact, Value, VendorPage};
use crate::clock::in_words;
use crate::http::accepted_language;
use crate::http::query;
use crate::http::screen_files;
use crate::site::{By, Cited, Fact, KnownCookie, KnownVendor, Level};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use constat_shared::{Category, Language, TextKey, VendorId};

/// The longest text that is looked for, in bytes.
const TEXT_BYTES_MAX: usize = 200;

/// The stylesheet: that of the console.
pub async fn style() -> HttpResponse {
    screen_files::style()
}

/// The icon.
pub async fn icon() -> HttpResponse {
    screen_files::icon()
}

/// In which language somebody reads a page.
struct Reader {
    language: Language,
    t: &'static Texts,
    banner: &'static constat_shared::Texts,
}

impl Reader {
    fn of(request: &HttpRequest, shelf: &'static Shelf) -> Option<Reader> {
        let language = accepted_language::of(request);
        Some(Reader { language, t: Texts::of(language)?, banner: shelf.catalogue.texts(language)? })
    }

    fn frame(&self, request: &HttpRequest) -> Frame {
        let (language, direction) = (self.language.as_str(), self.language.direction());
        Frame { t: self.t, language, direction, path: request.path().to_owned() }
    }

    fn category(&self, category: Category) -> String {
        self.banner.get(TextKey::of_category(category).0).to_owned()
    }

    fn row(&self, vendor: &KnownVendor) -> Row {
        Row {
            id: vendor.id.to_string(),
            name: vendor.name.clone(),
            company: vendor.company.clone().unwrap_or_default(),
            category: vendor.category.map(|category| self.category(category)).unwrap_or_default(),
            level: match vendor.level() {
                Level::Ready => self.t.ready.clone(),
                Level::Recognised => self.t.recognised.clone(),
                Level::Partial => self.t.partial.clone(),
            },
        }
    }
}

/// The catalogue, and who reads it.
fn opened(request: &HttpRequest) -> Option<(&'static Shelf, Reader)> {
    let shelf = SHELF.as_ref()?;
    Some((shelf, Reader::of(request, shelf)?))
}

/// The search, and the vendors.
pub async fn list(request: HttpRequest) -> HttpResponse {
    let Some((shelf, reader)) = opened(&request) else { return broken() };
    let text = query::value(&request, "q").unwrap_or_default();
    let mut text = text.trim().to_owned();
    text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    let category = query::value(&request, "category").and_then(|name| Category::parse(&name));
    let ready_only = query::value(&request, "ready").is_some();
    let found = (!text.is_empty()).then(|| shelf.index.find(&text)).flatten();
    let part = text.to_lowercase();
    let is_wanted = |vendor: &&KnownVendor| {
        let is_named = vendor.name.to_lowercase().contains(&part) || vendor.id.as_str().contains(&part);
        is_named && (!ready_only || vendor.is_ready()) && (category.is_none() || vendor.category == category)
    };
    let rows = rows(shelf.index.vendors().filter(is_wanted), &reader);
    let t = reader.t;
    let answer = found.map(|found| Answer {
        row: reader.row(found.vendor),
        by: match found.by {
            By::Name(name) => t.by_name.replace("{value}", name),
            By::Host(host) => t.by_host.replace("{value}", host),
            By::Cookie(cookie) => t.by_cookie.replace("{value}", &cookie.name),
        },
        others: found.others.into_iter().map(|other| reader.row(other)).collect(),
    });
    let is_unknown = !text.is_empty() && answer.is_none();
    page(&ListPage {
        categories: categories(&reader, category),
        unknown: is_unknown.then(|| t.unknown.replace("{value}", &text)),
        heading: if text.is_empty() { t.all.clone() } else { t.containing.clone() },
        text,
        ready_only,
        answer,
        ..list_page(shelf, &reader, reader.frame(&request), rows)
    })
}

/// A list of vendors, as before anything is looked for.
fn list_page(shelf: &Shelf, reader: &Reader, frame: Frame, rows: Vec<Row>) -> ListPage {
    ListPage {
        counts: counts(shelf, reader.t),
        categories: categories(reader, None),
        unknown: None,
        heading: reader.t.all.clone(),
        frame,
        text: String::new(),
        ready_only: false,
        answer: None,
        rows,
    }
}

/// Vendors by name.
fn rows<'a>(vendors: impl Iterator<Item = &'a KnownVendor>, reader: &Reader) -> Vec<Row> {
    let mut rows: Vec<_> = vendors.map(|vendor| reader.row(vendor)).collect();
    rows.sort_by_key(|row| row.name.to_lowercase());
    rows
}

fn counts(shelf: &Shelf, t: &Texts) -> String {
    let count = |is: fn(&KnownVendor) -> bool| shelf.index.vendors().filter(|vendor| is(vendor)).count();
    let (recognised, ready) = (count(KnownVendor::is_recognised), count(KnownVendor::is_ready));
    t.counts.replace("{recognised}", &recognised.to_string()).replace("{ready}", &ready.to_string())
}

fn categories(reader: &Reader, chosen: Option<Category>) -> Vec<Choice> {
    let any = Choice { value: "", label: reader.t.any_category.clone(), is_chosen: chosen.is_none() };
    let one = |id: Category| Choice {
        value: id.as_str(),
        label: reader.category(id),
        is_chosen: chosen == Some(id),
    };
    std::iter::once(any).chain(Category::ALL.map(one)).collect()
}

/// A vendor.
pub async fn vendor(request: HttpRequest, id: Path<String>) -> HttpResponse {
    let Some((shelf, reader)) = opened(&request) else { return broken() };
    let vendor = VendorId::parse(&id).ok().and_then(|id| shelf.index.vendor(&id));
    let Some(vendor) = vendor else {
        let frame = Frame { path: "/catalogue/".to_owned(), ..reader.frame(&request) };
        let unknown = ListPage {
            unknown: Some(reader.t.not_found.clone()),
            ..list_page(shelf, &reader, frame, rows(shelf.index.vendors(), &reader))
        };
        let mut response = page(&unknown);
        *response.status_mut() = actix_web::http::StatusCode::NOT_FOUND;
        return response;
    };
    page(&VendorPage {
        frame: reader.frame(&request),
        row: reader.row(vendor),
        also: vendor.also.join(", "),
        facts: Fact::ALL.iter().map(|fact| shown(*fact, vendor, shelf, &reader)).collect(),
    })
}

fn shown(fact: Fact, vendor: &KnownVendor, shelf: &Shelf, reader: &Reader) -> ShownFact {
    let banner = |key| reader.banner.get(key).to_owned();
    let name = match fact {
        Fact::Company => banner(TextKey::CompanyLabel),
        Fact::Hosts => reader.t.hosts.clone(),
        Fact::Cookies => banner(TextKey::CookiesLabel),
        Fact::Country => banner(TextKey::CountryLabel),
        Fact::Transfer => banner(TextKey::TransferLabel),
        Fact::PolicyUrl => reader.t.policy.clone(),
        Fact::Purposes => banner(TextKey::PurposesLabel),
    };
    let cited = vendor.sources.get(&fact);
    let sources = cited.iter().flat_map(|cited| &cited.sources).map(|source| {
        (source.address.clone(), source.title.clone().unwrap_or_else(|| source.address.clone()))
    });
    ShownFact {
        name,
        values: values(fact, vendor, shelf, reader),
        sources: sources.collect(),
        read: cited.map(|cited| read(cited, reader)).unwrap_or_default(),
    }
}

fn read(cited: &Cited, reader: &Reader) -> String {
    let day = |day| in_words::day(day, reader.language);
    let read = reader.t.read_on.replace("{day}", &day(cited.read));
    match cited.dated {
        Some(dated) => format!("{read}, {}", reader.t.dated.replace("{day}", &day(dated))),
        None => read,
    }
}

fn values(fact: Fact, vendor: &KnownVendor, shelf: &Shelf, reader: &Reader) -> Vec<Value> {
    let plain =
        |text: &str| Value { text: text.to_owned(), beside: String::new(), is_code: false, href: None };
    match fact {
        Fact::Company => vendor.company.iter().map(|text| plain(text)).collect(),
        Fact::Country => vendor.country.iter().map(|text| plain(text)).collect(),
        Fact::Hosts => {
            let hosts = vendor.hosts.iter().flatten();
            hosts.map(|host| Value { is_code: true, ..plain(host) }).collect()
        }
        Fact::Transfer => {
            vendor.transfer.iter().map(|one| plain(reader.banner.get(TextKey::of_transfer(*one)))).collect()
        }
        Fact::PolicyUrl => {
            let policy = vendor.policy_url.iter();
            policy.map(|url| Value { href: Some(url.clone()), ..plain(url) }).collect()
        }
        Fact::Purposes => {
            let titles = vendor.purposes.iter().flatten().filter_map(|id| {
                Some(plain(&shelf.catalogue.purposes().get(id)?.get(&reader.language)?.title))
            });
            titles.collect()
        }
        Fact::Cookies => match vendor.cookies.as_deref() {
            Some([]) => vec![plain(&reader.t.sets_none)],
            cookies => cookies.unwrap_or_default().iter().map(|one| cookie(one, reader)).collect(),
        },
    }
}

fn cookie(cookie: &KnownCookie, reader: &Reader) -> Value {
    let days = cookie.duration_days.map(|days| reader.banner.duration(days));
    let none = if cookie.has_duration() { &reader.t.until_deleted } else { &reader.t.days_unknown };
    let days = days.unwrap_or_else(|| none.clone());
    let place = if cookie.first_party { &reader.t.of_the_site } else { &reader.t.of_the_vendor };
    let storage = reader.banner.get(TextKey::of_storage(cookie.storage));
    let mut beside = format!("{storage}, {days}, {place}");
    if !cookie.is_default {
        beside = format!("{beside}, {}", reader.t.not_by_default);
    }
    Value { text: cookie.name.clone(), beside, is_code: true, href: None }
}

fn page(template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "a page of the catalogue could not be rendered");
            broken()
        }
    }
}

fn broken() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}
