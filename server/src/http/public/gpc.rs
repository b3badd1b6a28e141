//! `GET /.well-known/gpc.json`: that the site of this host honours Global Privacy Control
//! (<https://www.w3.org/TR/gpc/>).

use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::problem::ApiError;
use crate::http::request_head::host;
use crate::site::Site;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, RefusalSignal};
use serde_json::json;
use url::Url;

/// The statement of the sites whose pages are at the host that the browser named, and the day since which the
/// newest of their notices says so.
pub async fn get(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, ApiError> {
    let host = host(request.headers()).map(|asked| asked.host().to_ascii_lowercase());
    let sites = app.sites.all().into_iter().filter(|served| {
        let honours = served.notice().refusal_signals.contains(&RefusalSignal::Gpc);
        honours && host.as_deref().is_some_and(|host| is_at(&served.site, host))
    });
    let notices: Vec<_> = sites.map(|served| served.notice().notice_hash()).collect();
    if notices.is_empty() {
        return Err(ApiError::new(
            Code::GpcNotHonoured,
            "Write gpc = \"refuse\" at the top of the site's file, and pass the host of its pages on as `Host`.",
        ));
    }
    let published = on_store(&app, move |store| {
        notices.iter().map(|hash| store.published_at(hash)).collect::<Result<Vec<_>, _>>()
    });
    let newest = published.await?.into_iter().flatten().max();
    let mut body = json!({ "gpc": true });
    if let Some(day) = newest.map(|at| at.to_string()) {
        body["lastUpdate"] = day.split('T').next().into();
    }
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

fn is_at(site: &Site, host: &str) -> bool {
    let origins = site.origins.iter().filter_map(|origin| Url::parse(origin).ok());
    origins.into_iter().any(|origin| origin.host_str() == Some(host))
}
