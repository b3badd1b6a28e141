//! `GET /v1/sites/{site}/vendors`: the third parties, by category, as JSON, JSON-LD or CSV.

use super::lookup::find_site;
use crate::failure::Failure;
use crate::http::app::App;
use crate::http::negotiation::{preferred, respond};
use crate::http::problem::ApiError;
use crate::render::body::Body;
use crate::render::pages;
use actix_web::http::header::{HeaderValue, VARY};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::notice::CategoryView;
use constat_shared::{Category, Code, Language, NoticeView, Problem, dpv};
use serde::Deserialize;

const JSON: &str = "application/json";
const CSV: &str = "text/csv";

/// Which vendors, and in which language.
#[derive(Deserialize)]
pub struct Wanted {
    /// The code of the language; without it the site's main language.
    lang: Option<String>,
    /// The category; without it all.
    category: Option<String>,
}

/// The site's vendors with everything declared about them, categories in their order and vendors by id.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    site: Path<String>,
    query: Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let served = find_site(&app, &site)?;
    let language = match &query.lang {
        None => served.notice().main_language(),
        Some(code) => Language::parse(code).ok_or_else(ApiError::language_unknown)?,
    };
    let of_language = served.pages.get(&language).ok_or_else(ApiError::language_unknown)?;
    let category = query.category.as_deref().map(|name| {
        let category = Category::parse(name).filter(|id| served.notice().category(*id).is_some());
        category.ok_or_else(|| unknown(&served.notice().categories.iter().map(|c| c.id).collect::<Vec<_>>()))
    });
    let category = category.transpose()?;
    let notice = served.notice();
    let view = || {
        let mut view = pages::view(notice, language).ok_or_else(ApiError::language_unknown)?;
        view.categories.retain(|one| category.is_none_or(|category| one.id == category));
        Ok::<_, ApiError>(view)
    };
    let made;
    let body = match (preferred(&request, &[JSON, dpv::MEDIA_TYPE, CSV]), category) {
        (JSON, None) => &of_language.vendors,
        (media, _) => {
            made = match media {
                JSON => Body::uncompressed(JSON, pages::vendors_json(&view()?).to_string().into_bytes()),
                dpv::MEDIA_TYPE => {
                    let document = dpv::vendors_json_ld(notice, language, category);
                    Body::uncompressed(dpv::MEDIA_TYPE, document.to_string().into_bytes())
                }
                _ => Body::uncompressed(
                    "text/csv; charset=utf-8",
                    csv(&view()?).map_err(|error| failed(&error))?,
                ),
            };
            &made
        }
    };
    let mut response = respond(&request, body);
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    Ok(response)
}

fn unknown(used: &[Category]) -> ApiError {
    let names = used.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
    let detail = format!("Ask for a category that the site uses: {names}.");
    Problem::of_field(Code::CategoryUnknown, "category", detail).into()
}

fn failed(error: &Failure) -> ApiError {
    tracing::error!(%error, "vendors could not be written as CSV");
    ApiError::new(Code::Internal, "Send the same request again later.")
}

/// A row for each cookie, or one for a vendor without (RFC 4180).
fn csv(view: &NoticeView) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::new(error.to_string());
    writer
        .write_record([
            "category",
            "id",
            "name",
            "company",
            "country",
            "transfer",
            "policy_url",
            "purposes",
            "cookie",
            "duration_days",
            "storage",
            "cookie_purpose",
        ])
        .map_err(failed)?;
    for row in view.categories.iter().flat_map(rows) {
        writer.write_record(row).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| Failure::new(error.to_string()))
}

fn rows(category: &CategoryView) -> impl Iterator<Item = [String; 12]> + '_ {
    category.vendors.iter().flat_map(move |vendor| {
        let purposes = vendor.purposes.iter().map(|purpose| purpose.title.as_str()).collect::<Vec<_>>();
        let row = move |cookie: [String; 4]| {
            let [name, days, storage, purpose] = cookie;
            [
                category.id.to_string(),
                vendor.id.to_string(),
                vendor.name.clone(),
                vendor.company.clone(),
                vendor.country.clone(),
                vendor.transfer.as_str().to_owned(),
                vendor.policy_url.clone(),
                purposes.join("; "),
                name,
                days,
                storage,
                purpose,
            ]
        };
        let mut cookies: Vec<_> = vendor
            .cookies
            .iter()
            .map(|cookie| {
                let (days, storage) = (cookie.duration_days.to_string(), cookie.storage.as_str().to_owned());
                [cookie.name.clone(), days, storage, cookie.purpose.clone()]
            })
            .collect();
        if cookies.is_empty() {
            cookies.push(Default::default());
        }
        cookies.into_iter().map(row).collect::<Vec<_>>()
    })
}
