//! From the table of addresses to the server's routes.

use super::app::App;
use super::origin::cors;
use super::problem;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{self, Guard};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::web::{self, Data, QueryConfig, ServiceConfig, to};
use actix_web::{Resource, Route};

/// What is below a site: its pages may read it.
const SITE: &str = "/v1/sites/{site}";

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
    /// The pages of the site may read it ([`cors`]).
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
pub fn configure(table: Vec<Row>, app: Data<App>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(QueryConfig::default().error_handler(problem::query_malformed));
        let mut site = web::scope(SITE).wrap(cors(app));
        let mut rows = table.into_iter().peekable();
        while let Some(first) = rows.next() {
            let (path, family) = (first.path, first.family);
            let mut of_path = vec![first];
            while let Some(next) = rows.next_if(|next| next.path == path) {
                of_path.push(next);
            }
            match family {
                Family::Site => site = site.service(resource(path.trim_start_matches(SITE), of_path)),
                Family::Anyone => drop(config.service(resource(path, of_path).wrap(from_fn(for_anyone)))),
                Family::Plain => drop(config.service(resource(path, of_path))),
            }
        }
        config.service(site).default_service(to(problem::not_found));
    }
}

/// Headers of every answer. Other sites' pages load what is here: that is its purpose.
pub fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"))
}

/// One path with its handlers; any other method is refused with the list of these.
fn resource(path: &str, rows: Vec<Row>) -> Resource {
    let names = rows.iter().map(|row| match row.verb {
        Verb::Get => "GET, HEAD",
        Verb::Post => "POST",
        Verb::Delete => "DELETE",
    });
    let allowed = names.collect::<Vec<_>>().join(", ");
    let refuse = move || std::future::ready(problem::method_not_allowed(&allowed));
    let resource = web::resource(path.replace("{log}", LOG)).default_service(to(refuse));
    rows.into_iter().fold(resource, |resource, row| resource.route(row.handler.guard(by_verb(row.verb))))
}

fn by_verb(verb: Verb) -> impl Guard {
    guard::fn_guard(move |context| match verb {
        Verb::Get => guard::Any(guard::Get()).or(guard::Head()).check(context),
        Verb::Post => guard::Post().check(context),
        Verb::Delete => guard::Delete().check(context),
    })
}

/// Lets every page read an answer that is no error (Fetch, section 3.2).
async fn for_anyone(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let mut response = next.call(request).await?;
    if !response.status().is_client_error() && !response.status().is_server_error() {
        let everyone = HeaderValue::from_static("*");
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everyone);
    }
    Ok(response)
}
