//! The stylesheet and the icon of every page for people: those of the console, and those of the catalogue.

use actix_web::HttpResponse;

const STYLE: &str = include_str!("../../../www/console/console.css");
const ICON: &str = include_str!("../../../www/console/icon.svg");

/// The stylesheet.
pub fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE)
}

/// The icon.
pub fn icon() -> HttpResponse {
    HttpResponse::Ok().content_type("image/svg+xml").body(ICON)
}
