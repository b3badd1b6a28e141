//! The whole document.

use super::operation::Operation;
use super::shape::schema;
use super::{admin, public, records, schemas};
use crate::http::asks::Needs;
use crate::http::console;
use crate::http::router::Row;
use crate::http::routes;
use utoipa::openapi::path::{PathItem, Paths, PathsBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
};

/// The description, for a console that is at `console_url` and its visitors' server at `public_url`.
pub fn document(console_url: &str, public_url: &str) -> OpenApi {
    let server = |url: &str, what: &str| ServerBuilder::new().url(url).description(Some(what)).build();
    let mut paths = PathsBuilder::new().build();
    let table = console::routes::table();
    add(&mut paths, "admin", admin::operations(), &table);
    add(&mut paths, "admin", records::operations(), &table);
    let of_admin: Vec<_> = paths.paths.keys().cloned().collect();
    add(&mut paths, "public", public::operations(), &routes::table());
    for (path, item) in &mut paths.paths {
        if !of_admin.contains(path) {
            item.servers = Some(vec![server(public_url, "The public address.")]);
        }
    }
    let license = LicenseBuilder::new().name("Apache-2.0 OR MIT").identifier(Some("Apache-2.0 OR MIT"));
    let info = InfoBuilder::new()
        .title("Constat")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The API of a consent management platform. `admin` is for programs with an API token, on the \
             console's address; `public` is what the tag in the pages asks, on the public address. Errors are \
             problem documents (RFC 9457), and change nothing.",
        ))
        .license(Some(license.build()));
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([server(console_url, "The console.")]))
        .tags(Some(["admin", "public"].map(|name| TagBuilder::new().name(name).build())))
        .paths(paths)
        .components(Some(components().build()))
        .build()
}

fn components() -> ComponentsBuilder {
    let bearer = |format: &str, description: &str| {
        let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
        SecurityScheme::Http(http.description(Some(description)).build())
    };
    let components = ComponentsBuilder::new()
        .security_scheme(
            "bearer",
            bearer("JWT", "An API token, which carries the permissions that are named."),
        )
        .security_scheme("receipt", bearer("JWT", "A receipt of the records, or the secret of the browser."));
    schemas::all()
        .into_iter()
        .fold(components, |components, (name, json)| components.schema(name, schema(json)))
}

/// Adds operations, each with what its route needs.
fn add(paths: &mut Paths, tag: &str, operations: Vec<Operation>, table: &[Row]) {
    for operation in operations {
        let row = table.iter().find(|row| row.verb == operation.verb && row.path == operation.path);
        let needs = row.map_or(Needs::Nothing, |row| row.needs);
        let (path, method) = (operation.path, operation.method());
        let security = security(needs, operation.is_by_receipt);
        let item = PathItem::new(method, operation.build(tag, security));
        match paths.paths.get_mut(path) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.paths.insert(path.to_owned(), item)),
        }
    }
}

/// What a request needs. OpenAPI 3.1 lets a bearer token name the roles that it has to have.
fn security(needs: Needs, is_by_receipt: bool) -> Vec<SecurityRequirement> {
    let one =
        |name: &str, permissions: &[&str]| vec![SecurityRequirement::new(name, permissions.iter().copied())];
    match needs {
        Needs::Nothing if is_by_receipt => one("receipt", &[]),
        Needs::Nothing => Vec::new(),
        Needs::Anybody => one("bearer", &[]),
        Needs::Permission(permission) => one("bearer", &[permission.as_str()]),
    }
}
