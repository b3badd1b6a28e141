//! `/console/api`: the page that shows the API. Its scripts and styles come from this server, as files.

use crate::http::console::answer::{message, screen};
use crate::http::console::shell::{self, Place};
use crate::http::console::view::api::Api;
use crate::http::console::view::message::Happened;
use crate::http::console::who::{Person, Stranger};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

/// What the page shows, and how.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::new(["/openapi.json"]).use_base_layout().deep_linking(false);
    Arc::new(config.validator_url("none").doc_expansion("list").default_models_expand_depth(-1))
});

/// The files of the page that are served: the others would not be asked for.
const FILES: [&str; 4] =
    ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-initializer.js"];

/// What fits the page into the console.
const STYLE: &str = include_str!("../../../../www/console/api.css");

/// Shows the API to somebody who is signed in.
pub async fn page(person: Person, request: HttpRequest) -> HttpResponse {
    screen(&Api { shell: shell::of(&request, &person.0, Place::Other) })
}

/// A file of the page. It is the same in every installation.
pub async fn file(_: Stranger, request: HttpRequest) -> HttpResponse {
    let name = request.match_info().get("file").unwrap_or_default();
    if name == "api.css" {
        return HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE);
    }
    let found = FILES.contains(&name).then(|| utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG)));
    match found {
        Some(Ok(Some(file))) => {
            HttpResponse::Ok().content_type(file.content_type).body(file.bytes.into_owned())
        }
        _ => message(&request, None, StatusCode::NOT_FOUND, Happened::NotFound, 0),
    }
}
