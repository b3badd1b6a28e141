//! Every address of the server, on one page.

use super::app::App;
use super::origin::cors;
use super::problem;
use super::public::{assets, consent_js, consents, health, history, keys, log, notice, vendors, verify};
use Family::{Anyone, Plain, Site};
use Verb::{Delete, Get, Post};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{self, Guard};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::web::{self, Data, QueryConfig, ServiceConfig, to};
use actix_web::{Resource, Route};

/// All addresses: method, path, header family, handler. Rows of one path follow each other.
fn table() -> Vec<Row> {
    vec![
        row(Get, "/v1/sites/{site}/consent.js", Site, to(consent_js::get)),
        row(Get, "/v1/sites/{site}/banner/{language}", Site, to(notice::banner)),
        row(Get, "/v1/sites/{site}/notice/{language}", Site, to(notice::get)),
        row(Get, "/v1/sites/{site}/vendors", Site, to(vendors::get)),
        row(Post, "/v1/sites/{site}/consents", Site, to(consents::post)),
        row(Get, "/v1/sites/{site}/consents/{consent_id}", Site, to(history::get)),
        row(Delete, "/v1/sites/{site}/consents/{consent_id}", Site, to(history::delete)),
        row(Get, "/v1/sites/{site}/log/{log}/checkpoint", Site, to(log::checkpoint)),
        row(Get, "/v1/sites/{site}/log/{log}/proof/{index}", Site, to(log::proof)),
        row(Get, "/v1/sites/{site}/log/{log}/consistency", Site, to(log::consistency)),
        row(Get, "/v1/notices/{notice_hash}", Anyone, to(notice::get_by_hash)),
        row(Get, "/assets/{file}", Anyone, to(assets::get)),
        row(Get, "/.well-known/jwks.json", Plain, to(keys::get)),
        row(Get, "/verify", Plain, to(verify::get)),
        row(Get, "/verify/", Plain, to(verify::get)),
        row(Get, "/healthz", Plain, to(health::healthz)),
        row(Get, "/readyz", Plain, to(health::readyz)),
    ]
}

/// What is below a site: its pages may read it.
const SITE: &str = "/v1/sites/{site}";

/// The name of a log: a month, and the shard when the site has several.
const LOG: &str = "{log:[^/]+(?:/[0-9]+of[0-9]+)?}";

/// What an address is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Verb {
    /// `GET`, or `HEAD` for the headers alone.
    Get,
    Post,
    Delete,
}

/// Which headers an answer carries beside those of [`headers`].
#[derive(Clone, Copy)]
enum Family {
    /// The pages of the site may read it ([`cors`]).
    Site,
    /// Every page may read it: it is the same for all, and public.
    Anyone,
    /// Pages of other origins may not read it.
    Plain,
}

struct Row {
    verb: Verb,
    path: &'static str,
    family: Family,
    handler: Route,
}

fn row(verb: Verb, path: &'static str, family: Family, handler: Route) -> Row {
    Row { verb, path, family, handler }
}

/// Adds every route to the server.
pub fn configure(app: Data<App>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(QueryConfig::default().error_handler(problem::query_malformed));
        let mut site = web::scope(SITE).wrap(cors(app));
        let mut rows = table().into_iter().peekable();
        while let Some(first) = rows.next() {
            let (path, family) = (first.path, first.family);
            let mut of_path = vec![first];
            while let Some(next) = rows.next_if(|next| next.path == path) {
                of_path.push(next);
            }
            match family {
                Site => site = site.service(resource(path.trim_start_matches(SITE), of_path)),
                Anyone => drop(config.service(resource(path, of_path).wrap(from_fn(for_anyone)))),
                Plain => drop(config.service(resource(path, of_path))),
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
        Get => "GET, HEAD",
        Post => "POST",
        Delete => "DELETE",
    });
    let allowed = names.collect::<Vec<_>>().join(", ");
    let refuse = move || std::future::ready(problem::method_not_allowed(&allowed));
    let resource = web::resource(path.replace("{log}", LOG)).default_service(to(refuse));
    rows.into_iter().fold(resource, |resource, row| resource.route(row.handler.guard(by_verb(row.verb))))
}

fn by_verb(verb: Verb) -> impl Guard {
    guard::fn_guard(move |context| match verb {
        Get => guard::Any(guard::Get()).or(guard::Head()).check(context),
        Post => guard::Post().check(context),
        Delete => guard::Delete().check(context),
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
