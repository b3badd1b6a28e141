//! From the table of addresses to the server's routes.

use super::cors;
use super::problem;
use actix_web::guard::{self, Guard};
use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, QueryConfig, ServiceConfig, to};
use actix_web::{Resource, Route};

/// The name of a log: a month, and the shard when the site has several.
const LOG: &str = "{log:[^/]+(?:/[0-9]+of[0-9]+)?}";

/// What an address is asked for.
#[derive(Clone, Copy)]
pub enum Verb {
    /// `GET`, or `HEAD` for the headers alone.
    Get,
    /// `POST`.
    Post,
    /// `DELETE`.
    Delete,
}

/// Which headers an answer carries beside those of [`headers`].
#[derive(Clone, Copy)]
pub enum Family {
    /// The pages of the site may read it, and others only why they may not.
    Site,
    /// Every page may read it: it is the same for all, and public.
    Anyone,
    /// Pages of other origins may not read it.
    Plain,
}

/// One method of one address.
pub struct Row {
    verb: Verb,
    path: &'static str,
    family: Family,
    handler: Route,
}

/// A row of the table.
pub fn row(verb: Verb, path: &'static str, family: Family, handler: Route) -> Row {
    Row { verb, path, family, handler }
}

/// Adds every row of a table to the server.
pub fn configure(table: Vec<Row>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(QueryConfig::default().error_handler(problem::query_malformed));
        let mut rows = table.into_iter().peekable();
        while let Some(first) = rows.next() {
            let (path, family) = (first.path, first.family);
            let mut of_path = vec![first];
            while let Some(next) = rows.next_if(|next| next.path == path) {
                of_path.push(next);
            }
            let (resource, methods) = resource(path, of_path);
            let with_preflight = |resource: Resource| resource.route(cors::preflight(&methods));
            match family {
                Family::Site => {
                    config.service(with_preflight(resource).wrap(from_fn(cors::for_pages_of_the_site)))
                }
                Family::Anyone => {
                    config.service(with_preflight(resource).wrap(from_fn(cors::for_every_page)))
                }
                Family::Plain => config.service(resource),
            };
        }
        config.default_service(to(problem::not_found));
    }
}

/// Headers of every answer. Other sites' pages load what is here: that is its purpose.
pub fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"))
}

/// One path with its handlers, and its methods; any other one is refused with the list of these.
fn resource(path: &str, rows: Vec<Row>) -> (Resource, String) {
    let names = rows.iter().map(|row| match row.verb {
        Verb::Get => "GET, HEAD",
        Verb::Post => "POST",
        Verb::Delete => "DELETE",
    });
    let methods = names.collect::<Vec<_>>().join(", ");
    let allowed = methods.clone();
    let refuse = move || std::future::ready(problem::method_not_allowed(&allowed));
    let resource = web::resource(path.replace("{log}", LOG)).default_service(to(refuse));
    let add = |resource: Resource, row: Row| resource.route(row.handler.guard(by_verb(row.verb)));
    (rows.into_iter().fold(resource, add), methods)
}

fn by_verb(verb: Verb) -> impl Guard {
    guard::fn_guard(move |context| match verb {
        Verb::Get => guard::Any(guard::Get()).or(guard::Head()).check(context),
        Verb::Post => guard::Post().check(context),
        Verb::Delete => guard::Delete().check(context),
    })
}
