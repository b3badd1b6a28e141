//! From the table of addresses to the server's routes.

use super::asks::{Asks, Needs};
use super::cors;
use super::problem;
use actix_web::guard::{self, Guard};
use actix_web::http::header;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, PathConfig, QueryConfig, ServiceConfig, to};
use actix_web::{FromRequest, Handler, Resource, Responder, Route};

/// The name of a log: a month, and the shard when the site has several.
const LOG: &str = "{log:[^/]+(?:/[0-9]+of[0-9]+)?}";

/// What an address is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `GET`, or `HEAD` for the headers alone.
    Get,
    /// `POST`.
    Post,
    /// `DELETE`.
    Delete,
}

/// Which headers an answer carries beside those of [`headers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The pages of the site may read it, and others only why they may not.
    Site,
    /// Every page may read it: it is the same for all, and public.
    Anyone,
    /// Pages of other origins may not read it.
    Plain,
    /// A screen of the console.
    Screen,
    /// The page of the console that shows the API, with scripts of its own.
    Explorer,
    /// The admin API.
    Admin,
}

/// One method of one address.
pub struct Row {
    /// The method.
    pub verb: Verb,
    /// The address; what is in braces differs.
    pub path: &'static str,
    /// What a request needs, from the handler's signature.
    pub needs: Needs,
    /// Which headers its answers carry.
    pub family: Family,
    handler: Route,
}

/// A row of the table of public addresses.
pub fn row(verb: Verb, path: &'static str, family: Family, handler: Route) -> Row {
    Row { verb, path, needs: Needs::Nothing, family, handler }
}

/// A row of the table of the console: the first argument of the handler says what the request needs.
pub fn asking<F, Args>(verb: Verb, path: &'static str, family: Family, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + Asks + 'static,
    F::Output: Responder + 'static,
{
    Row { verb, path, needs: Args::NEEDS, family, handler: to(handler) }
}

/// Adds every row of a table to the server.
pub fn add(config: &mut ServiceConfig, table: Vec<Row>) {
    config.app_data(QueryConfig::default().error_handler(problem::query_malformed));
    config.app_data(PathConfig::default().error_handler(problem::path_malformed));
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
            Family::Anyone => config.service(with_preflight(resource).wrap(from_fn(cors::for_every_page))),
            Family::Plain => config.service(resource),
            Family::Screen => config.service(resource.wrap(closed(SCREEN_POLICY))),
            Family::Explorer => config.service(resource.wrap(closed(EXPLORER_POLICY))),
            Family::Admin => config.service(resource.wrap(closed(ADMIN_POLICY))),
        };
    }
}

/// A screen loads its style and pictures from here, sends its forms here, and runs no script.
const SCREEN_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The page that shows the API runs scripts of this server, and asks this server.
const EXPLORER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// JSON is no page.
const ADMIN_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Headers of answers that are for nobody but who asked, and in no other page.
fn closed(policy: &'static str) -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::CACHE_CONTROL, "no-store"))
        .add((header::CONTENT_SECURITY_POLICY, policy))
        .add((header::REFERRER_POLICY, "no-referrer"))
        .add((header::X_FRAME_OPTIONS, "DENY"))
        .add(("Cross-Origin-Resource-Policy", "same-origin"))
        .add(("Cross-Origin-Opener-Policy", "same-origin"))
}

/// Headers of every answer. Other sites' pages load what is here: that is its purpose.
pub fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"))
}

/// Headers of every answer of the console, also of those that are no route's.
pub fn headers_of_the_console() -> DefaultHeaders {
    closed(SCREEN_POLICY).add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
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
