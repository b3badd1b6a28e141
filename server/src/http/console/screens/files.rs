//! The stylesheet and the icon, and the way to the first screen.

use crate::http::console::answer::see;
use crate::http::console::who::Stranger;
use crate::http::screen_files;
use actix_web::HttpResponse;

const LAYER_STYLE: &str = include_str!("../../../../../www/console/layer.css");

/// The bare address leads to the first screen.
pub async fn root(_: Stranger) -> HttpResponse {
    see("/console/")
}

/// The stylesheet of every screen.
pub async fn style(_: Stranger) -> HttpResponse {
    screen_files::style()
}

/// The style of the configuration layer, byte for byte as the log has its SHA-256 (`configuration.css`) if
/// this program is the one that served it.
pub async fn configuration_style(_: Stranger) -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(constat_widget::CONFIGURATION_CSS)
}

/// How a layer stands in a screen.
pub async fn layer_style(_: Stranger) -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(LAYER_STYLE)
}

/// The icon.
pub async fn icon(_: Stranger) -> HttpResponse {
    screen_files::icon()
}
