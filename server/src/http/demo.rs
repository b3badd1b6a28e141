//! The demo insurer, and the second address that plays its third parties.

use super::negotiation::respond;
use crate::render::body::Body;
use crate::site::{self, Catalogue, Site, SiteError};
use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LOCATION};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Language;
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The id of the demo site.
pub const SITE_ID: &str = "boreale";

/// How many addresses of the third parties are counted separately.
const COUNTED_MAX: usize = 100;

/// What all pages share, with a place for each text and for what differs.
const TEMPLATE: &str = "template.html";

/// The folder of what each page shows between header and footer.
const CONTENTS: &str = "pages/";

/// The pages, each with the script it needs.
const PAGES: [(&str, Option<&str>); 3] =
    [("index", None), ("claim", Some("claim.js")), ("cookies", Some("vendors.js"))];

/// The folder of the texts: one file for each language.
const TEXTS: &str = "texts/";

/// The languages in the order of the menu.
const MENU: [Language; 4] = [Language::Fr, Language::Nl, Language::De, Language::En];

#[derive(RustEmbed)]
#[folder = "../www/demo"]
struct Embedded;

/// The demo's site file.
pub fn site(catalogue: &Catalogue) -> Result<Site, Vec<SiteError>> {
    site::parse("boreale.toml", &text_of("boreale.toml"), catalogue)
}

/// The texts of a language, by key: `index.title` is `title` in the table `[index]`.
type Texts = BTreeMap<String, String>;

/// The insurer's pages by path.
#[derive(Clone)]
pub struct DemoPages(Arc<BTreeMap<String, Body>>);

impl DemoPages {
    /// The pages in every language, with the address of the third parties in them, and their files.
    pub fn new(third_parties: &str) -> DemoPages {
        let pages = render(third_parties).into_iter().map(|(path, html)| (path, html.into_bytes()));
        let files = Embedded::iter().filter(|name| is_file(name));
        let files =
            files.filter_map(|name| Some((name.to_string(), Embedded::get(&name)?.data.into_owned())));
        let all = files.chain(pages).map(|(path, bytes)| {
            let body = Body::new(mime(&path), bytes);
            (path, body)
        });
        DemoPages(Arc::new(all.collect()))
    }
}

/// Whether a file is served as it is: not a template, a text, a site file or a third party's.
fn is_file(name: &str) -> bool {
    let folders = [TEMPLATE, CONTENTS, TEXTS, "third-parties/"];
    !name.ends_with(".toml") && !folders.iter().any(|folder| name.starts_with(folder))
}

/// Every page in every language, by path.
fn render(third_parties: &str) -> BTreeMap<String, String> {
    let texts: BTreeMap<Language, Texts> =
        Language::ALL.map(|language| (language, read_texts(language))).into();
    let template = text_of(TEMPLATE);
    let mut pages = BTreeMap::new();
    for (page, script) in PAGES {
        let file = format!("{page}.html");
        let html = template.replace("{{main}}", &text_of(&format!("{CONTENTS}{file}")));
        for (language, own) in &texts {
            let mut values = own.clone();
            let mut set = |name: &str, value: String| drop(values.insert(name.to_owned(), value));
            set("lang", language.to_string());
            set("third_parties", third_parties.to_owned());
            set("alternates", alternates(&file, *language));
            set("languages", language_links(&file, *language, &texts));
            set("script", script.map_or_else(String::new, script_tag));
            for (other, _) in PAGES {
                let current = if other == page { r#" aria-current="page""# } else { "" };
                set(&format!("current.{other}"), current.to_owned());
            }
            for name in ["title", "description"] {
                if let Some(text) = own.get(&format!("{page}.{name}")) {
                    set(&format!("page.{name}"), text.clone());
                }
            }
            pages.insert(format!("{language}/{file}"), fill(&html, &values));
        }
    }
    pages
}

/// The script of a page, on a line after the links.
fn script_tag(file: &str) -> String {
    format!("\n<script defer src=\"../{file}\"></script>")
}

fn text_of(name: &str) -> String {
    let file = Embedded::get(name).map(|file| file.data.into_owned()).unwrap_or_default();
    String::from_utf8_lossy(&file).into_owned()
}

fn read_texts(language: Language) -> Texts {
    let tables: BTreeMap<String, Texts> =
        toml::from_str(&text_of(&format!("{TEXTS}{language}.toml"))).unwrap_or_default();
    let texts = tables.into_iter().flat_map(|(table, texts)| {
        texts.into_iter().map(move |(key, text)| (format!("{table}.{key}"), text))
    });
    texts.collect()
}

/// Puts the values in the places of a template that name them: `{{index.title}}`. A place without a
/// value stays as it is; a test names it.
fn fill(template: &str, values: &Texts) -> String {
    let mut parts = template.split("{{");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once("}}").and_then(|(name, rest)| Some((values.get(name)?, rest))) {
            Some((value, rest)) => page.extend([value.as_str(), rest]),
            None => page.extend(["{{", part]),
        }
    }
    page
}

/// The links in the head to the page in the other languages.
fn alternates(name: &str, language: Language) -> String {
    let link = |other| format!(r#"<link rel="alternate" hreflang="{other}" href="../{other}/{name}">"#);
    lines(MENU.into_iter().filter(|other| *other != language).map(link))
}

/// The links in the menu to the page in every language.
fn language_links(name: &str, language: Language, texts: &BTreeMap<Language, Texts>) -> String {
    let link = |other: Language| {
        let current = if other == language { r#" aria-current="true""# } else { "" };
        let code = other.as_str().to_uppercase();
        let full = texts.get(&other).and_then(|texts| texts.get("site.language"));
        let full = full.map_or("{{site.language}}", String::as_str);
        format!(
            r#"        <li><a href="../{other}/{name}" hreflang="{other}" lang="{other}"{current}>{code}<span class="visually-hidden"> – {full}</span></a></li>"#
        )
    };
    lines(MENU.into_iter().map(link))
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// Serves the insurer's pages under `/demo/`.
pub fn pages(pages: DemoPages) -> impl HttpServiceFactory {
    let to_main = || async { HttpResponse::Found().insert_header((LOCATION, "/demo/fr/")).finish() };
    web::scope("/demo")
        .app_data(Data::new(pages))
        .route("", web::get().to(to_main))
        .route("/", web::get().to(to_main))
        .route("/{path:.*}", web::get().to(page))
}

async fn page(request: HttpRequest, pages: Data<DemoPages>, path: Path<String>) -> HttpResponse {
    let name = if path.ends_with('/') { format!("{path}index.html") } else { path.into_inner() };
    match pages.0.get(&name) {
        Some(body) => respond(&request, body),
        None => HttpResponse::NotFound().finish(),
    }
}

/// What has reached the third parties: requests by path.
#[derive(Default)]
pub struct ThirdParties(Mutex<BTreeMap<String, u64>>);

/// The third parties: their files, what they collect, and at `/counts` how often each was asked.
pub fn third_parties(config: &mut ServiceConfig) {
    config.route("/counts", web::get().to(counts)).default_service(web::to(third_party));
}

async fn counts(counted: Data<ThirdParties>) -> HttpResponse {
    let counts = counted.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    HttpResponse::Ok().insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*")).json(counts)
}

async fn third_party(request: HttpRequest, counted: Data<ThirdParties>) -> HttpResponse {
    let path = request.path().to_owned();
    let file = Embedded::get(&format!("third-parties{path}"));
    let mut counts = counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    if counts.len() < COUNTED_MAX || counts.contains_key(&path) {
        *counts.entry(path.clone()).or_default() += 1;
    }
    let mut response = if file.is_some() { HttpResponse::Ok() } else { HttpResponse::NoContent() };
    response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*")).insert_header((CACHE_CONTROL, "no-store"));
    match file {
        Some(file) => response.content_type(mime(&path)).body(file.data.into_owned()),
        None => response.finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The names of the places in a text.
    fn places(text: &str) -> BTreeSet<&str> {
        text.split("{{").skip(1).filter_map(|part| Some(part.split_once("}}")?.0)).collect()
    }

    #[test]
    fn every_page_has_every_text_in_every_language() {
        let pages = render("http://localhost:1");
        assert_eq!(pages.len(), 12);
        for (path, html) in pages {
            assert!(places(&html).is_empty(), "{path} lacks {:?}", places(&html));
        }
    }

    #[test]
    fn every_text_is_used_by_a_page() {
        let contents = PAGES.map(|(page, _)| text_of(&format!("{CONTENTS}{page}.html")));
        let template = text_of(TEMPLATE);
        let used: BTreeSet<&str> = contents.iter().chain([&template]).flat_map(|html| places(html)).collect();
        // The template takes these by the name of the page, and the menu takes the name of a language.
        let by_page = |key: &str| {
            PAGES.iter().any(|(page, _)| {
                ["title", "description"].map(|name| format!("{page}.{name}")).contains(&key.to_owned())
            })
        };
        for language in Language::ALL {
            let texts = read_texts(language);
            for key in texts.keys().filter(|key| *key != "site.language" && !by_page(key)) {
                assert!(used.contains(key.as_str()), "{language}: no page uses {key}");
            }
        }
    }

    #[test]
    fn a_page_is_in_its_language_and_links_to_the_others() {
        let pages = render("http://localhost:1");
        let page = &pages["nl/claim.html"];
        assert!(page.contains(r#"<html lang="nl">"#) && page.contains("http://localhost:1/robot.html#nl"));
        assert!(page.contains(r#"hreflang="nl" lang="nl" aria-current="true">NL<"#), "{page}");
        assert_eq!(page.matches(r#"rel="alternate""#).count(), 3);
        assert!(!page.contains(r#"rel="alternate" hreflang="nl""#), "{page}");
    }

    #[test]
    fn templates_and_texts_are_not_served() {
        let served = DemoPages::new("http://localhost:1").0;
        assert!(served.contains_key("fr/index.html") && served.contains_key("style.css"));
        assert!(
            served
                .keys()
                .all(|path| !path.ends_with(".toml") && !path.starts_with("pages/") && path != TEMPLATE)
        );
    }

    #[test]
    fn a_missing_text_leaves_its_place_standing() {
        let values = Texts::from([("a.b".to_owned(), "{{x}}".to_owned())]);
        assert_eq!(fill("1 {{a.b}} 2 {{c}} 3", &values), "1 {{x}} 2 {{c}} 3");
    }
}
