//! Every address of the console, on one page: method, path, header family, handler. What a request needs
//! stands in the handler's signature.

use super::missing;
use super::screens::{
    account, audit_trail, exports, files, find, home, layer, log, notice, notices, notices_compare, people,
    person, purge, records, second_factor, sign_in, site, timeline, tokens, welcome,
};
use crate::http::description::{self, explorer};
use crate::http::router::Family::{Admin, Explorer, Screen};
use crate::http::router::Verb::{Delete, Get, Post};
use crate::http::router::{self, Row, asking};
use actix_web::web::{ServiceConfig, to};

/// Adds every address of the console to its server.
pub fn configure(config: &mut ServiceConfig) {
    router::add(config, table());
    config.default_service(to(missing::not_found));
}

/// All addresses. Rows of one path follow each other.
pub fn table() -> Vec<Row> {
    [of_the_installation(), of_a_site(), for_programs()].into_iter().flatten().collect()
}

/// The screens that are no single site's, and the description of the API.
fn of_the_installation() -> Vec<Row> {
    vec![
        asking(Get, "/openapi.json", Admin, description::serve::json),
        asking(Get, "/console/api", Explorer, explorer::page),
        asking(Get, "/console/api/{file}", Explorer, explorer::file),
        asking(Get, "/", Screen, files::root),
        asking(Get, "/console", Screen, files::root),
        asking(Get, "/console/console.css", Screen, files::style),
        asking(Get, "/console/layer.css", Screen, files::layer_style),
        asking(Get, "/console/configuration.css", Screen, files::configuration_style),
        asking(Get, "/console/icon.svg", Screen, files::icon),
        asking(Get, "/console/", Screen, home::get),
        asking(Get, "/console/sign-in", Screen, sign_in::get),
        asking(Post, "/console/sign-in", Screen, sign_in::post),
        asking(Post, "/console/sign-out", Screen, sign_in::sign_out),
        asking(Get, "/console/welcome/{link}", Screen, welcome::get),
        asking(Post, "/console/welcome/{link}", Screen, welcome::post),
        asking(Get, "/console/account", Screen, account::get),
        asking(Post, "/console/account/language", Screen, account::set_language),
        asking(Post, "/console/account/password", Screen, account::set_password),
        asking(Get, "/console/account/second-factor", Screen, second_factor::get),
        asking(Post, "/console/account/second-factor", Screen, second_factor::post),
        asking(Get, "/console/account/recovery-codes", Screen, second_factor::ask_codes),
        asking(Post, "/console/account/recovery-codes", Screen, second_factor::make_codes),
        asking(Post, "/console/account/sessions/end", Screen, account::end_others),
        asking(Post, "/console/account/sessions/{session}/end", Screen, account::end_session),
        asking(Get, "/console/people", Screen, people::get),
        asking(Post, "/console/people", Screen, people::post),
        asking(Get, "/console/people/{account}/link", Screen, person::ask_link),
        asking(Post, "/console/people/{account}/link", Screen, person::make_link),
        asking(Get, "/console/people/{account}/remove", Screen, person::ask_remove),
        asking(Post, "/console/people/{account}/remove", Screen, person::remove),
        asking(Get, "/console/people/{account}/roles/{role}/{scope}/take", Screen, person::ask_take),
        asking(Post, "/console/people/{account}/roles/{role}/{scope}/take", Screen, person::take),
        asking(Get, "/console/tokens", Screen, tokens::get),
        asking(Post, "/console/tokens", Screen, tokens::post),
        asking(Get, "/console/tokens/{jti}/revoke", Screen, tokens::ask_revoke),
        asking(Post, "/console/tokens/{jti}/revoke", Screen, tokens::revoke),
        asking(Get, "/console/audit-trail", Screen, audit_trail::get),
        asking(Post, "/console/audit-trail/verify", Screen, audit_trail::verify),
    ]
}

/// The screens of a site, and the search that leads to them.
fn of_a_site() -> Vec<Row> {
    vec![
        asking(Get, "/console/sites/{site}", Screen, site::get),
        asking(Get, "/console/sites/{site}/notices", Screen, notices::get),
        asking(Get, "/console/sites/{site}/notices/compare", Screen, notices_compare::get),
        asking(Get, "/console/sites/{site}/notices/{hash}", Screen, notice::get),
        asking(Get, "/console/sites/{site}/notices/{hash}/first_layer.css", Screen, layer::style),
        asking(Post, "/console/sites/{site}/notices/{hash}/acknowledgement", Screen, notice::acknowledge),
        asking(Get, "/console/sites/{site}/notices/{hash}/pictures/{file}", Screen, notice::picture),
        asking(Get, "/console/sites/{site}/log", Screen, log::get),
        asking(Post, "/console/sites/{site}/audit", Screen, log::start_audit),
        asking(Post, "/console/records", Screen, find::post),
        asking(Get, "/console/sites/{site}/records", Screen, records::get),
        asking(Post, "/console/sites/{site}/records", Screen, records::post),
        asking(Get, "/console/sites/{site}/records/{consent_id}", Screen, timeline::get),
        asking(Post, "/console/sites/{site}/records/{consent_id}/erase", Screen, timeline::erase),
        asking(
            Post,
            "/console/sites/{site}/records/{consent_id}/{event_id}/certificate",
            Screen,
            exports::certificate,
        ),
        asking(Post, "/console/sites/{site}/records/{consent_id}/{event_id}/bundle", Screen, exports::bundle),
        asking(
            Post,
            "/console/sites/{site}/records/{consent_id}/{event_id}/consent-record",
            Screen,
            exports::consent_record,
        ),
        asking(Get, "/console/sites/{site}/purges/{log}/{index}", Screen, purge::get),
        asking(Get, "/console/sites/{site}/purges/{log}/{index}/file", Screen, purge::file),
    ]
}

/// The admin API.
fn for_programs() -> Vec<Row> {
    use crate::http::admin::{
        acknowledgement, audit_trail, exports, log, notices, purges, records, sites, tokens, users,
    };
    vec![
        asking(Get, "/v1/admin/sites", Admin, sites::list),
        asking(Get, "/v1/admin/sites/{site}/notices", Admin, notices::list),
        asking(Post, "/v1/admin/sites/{site}/notices/{hash}/acknowledgement", Admin, acknowledgement::post),
        asking(Get, "/v1/admin/sites/{site}/log", Admin, log::list),
        asking(Post, "/v1/admin/sites/{site}/records/search", Admin, records::search),
        asking(Get, "/v1/admin/sites/{site}/records/{consent_id}", Admin, records::get),
        asking(Delete, "/v1/admin/sites/{site}/records/{consent_id}", Admin, records::delete),
        asking(Post, "/v1/admin/sites/{site}/records/{consent_id}/{event_id}/bundle", Admin, exports::bundle),
        asking(
            Post,
            "/v1/admin/sites/{site}/records/{consent_id}/{event_id}/certificate",
            Admin,
            exports::certificate,
        ),
        asking(
            Post,
            "/v1/admin/sites/{site}/records/{consent_id}/{event_id}/consent-record",
            Admin,
            exports::consent_record,
        ),
        asking(Get, "/v1/admin/sites/{site}/purges/{month}/{index}", Admin, purges::get),
        asking(Get, "/v1/admin/sites/{site}/purges/{month}/{shard}/{index}", Admin, purges::get_of_shard),
        asking(Get, "/v1/admin/audit-trail", Admin, audit_trail::list),
        asking(Get, "/v1/admin/users", Admin, users::list),
        asking(Post, "/v1/admin/users", Admin, users::post),
        asking(Delete, "/v1/admin/users/{email}", Admin, users::delete),
        asking(Get, "/v1/admin/tokens", Admin, tokens::list),
        asking(Post, "/v1/admin/tokens", Admin, tokens::post),
        asking(Delete, "/v1/admin/tokens/{jti}", Admin, tokens::delete),
    ]
}
