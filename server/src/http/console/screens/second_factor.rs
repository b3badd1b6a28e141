//! `/console/account/second-factor` and `/console/account/recovery-codes`: the own second factor.

use crate::access::own_account;
use crate::access::session;
use crate::http::console::answer::{add_cookie, refused, screen, screen_as, see, status_of};
use crate::http::console::cookies::{self, Kind};
use crate::http::console::fault::{self, Fault};
use crate::http::console::form::Form;
use crate::http::console::posted;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{console, on_console, on_passwords};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::{Section, Shell};
use crate::http::console::view::second_factor::{RecoveryCodes, RecoveryCodesMade, SecondFactor};
use crate::http::console::view::sentence::Text;
use crate::http::console::who::Person;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;

/// Shows the second factor that is offered.
pub async fn get(Person(session): Person, request: HttpRequest) -> HttpResponse {
    show(&request, &session, Errors::default())
}

/// Sets it, instead of the present one if there is one.
pub async fn post(Person(session): Person, request: HttpRequest, payload: Payload) -> HttpResponse {
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let session = Arc::new(session);
    match set(&request, &session, &form).await {
        Ok((session, codes)) => {
            let shell = shell_of(&request, &session);
            let mut response = screen(&RecoveryCodesMade { shell, has_new_factor: true, codes });
            let cookie = cookies::keep(&console(&request).address, Kind::Session, session.secret);
            add_cookie(&mut response, Some(cookie));
            response
        }
        Err(Fault::Fields(errors)) => show(&request, &session, errors),
        Err(Fault::Other(error)) => refused(&request, Some(&session), &error),
    }
}

/// Sets it; returns the new session, and the recovery codes.
async fn set(
    request: &HttpRequest,
    session: &Arc<Session>,
    form: &Form,
) -> Result<(Session, Vec<String>), Fault> {
    let t = Texts::of(shell::language(request, session));
    let own = match session.signed_in.account.second_factor {
        Some(_) => ("current", &t.errors.code_required),
        None => ("current_password", &t.errors.password_required),
    };
    check_filled(form, &[("code", &t.errors.code_required), own])?;
    let [current, code] = [own.0, "code"].map(|field| form.get(field).to_owned());
    let console = console(request);
    let own = Arc::clone(session);
    let set = on_passwords(&console, move |console, now| {
        let (access, who) = (&console.access, &own.signed_in);
        let codes = (&*current, &*code);
        let set = own_account::set_second_factor(access, &console.keys, &console.sign_ins, who, codes, now)?;
        let signed_in = session::find(access, &set.session, now)?;
        Ok((Session { secret: set.session, signed_in }, set.recovery_codes))
    });
    set.await.map_err(|error| fault::sorted(t, error, &[]))
}

/// Asks for a code before new recovery codes are made.
pub async fn ask_codes(Person(session): Person, request: HttpRequest) -> HttpResponse {
    show_codes(&request, &session, Errors::default())
}

/// Makes new recovery codes, and shows them once.
pub async fn make_codes(Person(session): Person, request: HttpRequest, payload: Payload) -> HttpResponse {
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let session = Arc::new(session);
    match make(&request, &session, &form).await {
        Ok(codes) => {
            let shell = shell_of(&request, &session);
            screen(&RecoveryCodesMade { shell, has_new_factor: false, codes })
        }
        Err(Fault::Fields(errors)) => show_codes(&request, &session, errors),
        Err(Fault::Other(error)) => refused(&request, Some(&session), &error),
    }
}

async fn make(request: &HttpRequest, session: &Arc<Session>, form: &Form) -> Result<Vec<String>, Fault> {
    let t = Texts::of(shell::language(request, session));
    check_filled(form, &[("code", &t.errors.code_required)])?;
    let code = form.get("code").trim().to_owned();
    let console = console(request);
    let own = Arc::clone(session);
    let made = on_console(&console, move |console, now| {
        let (access, who) = (&console.access, &own.signed_in);
        own_account::make_recovery_codes(access, &console.keys, &console.sign_ins, who, &code, now)
    });
    made.await.map_err(|error| fault::sorted(t, error, &[]))
}

/// Every field that was left empty.
fn check_filled(form: &Form, fields: &[(&'static str, &Text)]) -> Result<(), Fault> {
    let mut errors = Errors::default();
    for (field, text) in fields.iter().filter(|(field, _)| form.get(field).trim().is_empty()) {
        errors.add(field, text);
    }
    if errors.any() { Err(Fault::Fields(errors)) } else { Ok(()) }
}

fn show(request: &HttpRequest, session: &Session, errors: Errors) -> HttpResponse {
    let offer = match own_account::offer_second_factor(&console(request).keys, &session.signed_in) {
        Ok(offer) => offer,
        Err(error) => return refused(request, Some(session), &error),
    };
    let view = SecondFactor {
        // It says so itself.
        shell: Shell { waiting_roles: Vec::new(), ..shell_of(request, session) },
        has_one: session.signed_in.account.second_factor.is_some(),
        address: offer.address,
        secret: offer.secret,
        qr_svg: offer.qr_code,
        errors,
    };
    screen_as(status_of(&view.errors), &view)
}

fn show_codes(request: &HttpRequest, session: &Session, errors: Errors) -> HttpResponse {
    if session.signed_in.account.second_factor.is_none() {
        return see("/console/account/second-factor");
    }
    let view = RecoveryCodes { shell: shell_of(request, session), errors };
    screen_as(status_of(&view.errors), &view)
}

fn shell_of(request: &HttpRequest, session: &Session) -> Shell {
    shell::of(request, session, Place::Of(Section::Account))
}
