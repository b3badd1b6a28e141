//! `/console/records`: the search of the home screen, on the site that is chosen there.

use super::records::{FORM_BYTES_MAX, go_on};
use crate::access::error::Refusal;
use crate::access::permission::Permission;
use crate::http::console::answer::refused;
use crate::http::console::posted;
use crate::http::console::who::{May, RecordsRead};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::SiteId;

/// Goes on at what was looked for.
pub async fn post(may: May<RecordsRead>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let session = may.session;
    let form = match posted::by_person_up_to(&request, &session, payload, FORM_BYTES_MAX).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let site = SiteId::parse(form.get("site")).map_err(|_| Refusal::SiteUnknown);
    let allowed = site.and_then(|site| {
        session.principal().require(Permission::RecordsRead, &site)?;
        Ok(site)
    });
    match allowed {
        Ok(site) => go_on(&request, session, site, &form).await,
        Err(refusal) => refused(&request, Some(&session), &refusal.into()),
    }
}
