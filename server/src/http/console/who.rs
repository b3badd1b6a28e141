//! Who asks, as a part of a handler's signature: the type of an argument is the permission that the route
//! needs, and the handler never runs without it. It is looked up before the body is read.
//!
//! Screens know a person by the session in the cookie, the API a program by its token: no page of another
//! origin can make a browser send that.

use super::answer;
use super::cookies::{self, Kind};
use super::signed::Session;
use super::state::{console, on_console};
use crate::access::error::{AccessError, Refusal};
use crate::access::permission::Permission;
use crate::access::principal::Principal;
use crate::access::session;
use crate::access::token;
use crate::http::asks::{Asks, Needs};
use crate::http::bearer::bearer;
use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{FromRequest, HttpRequest};
use constat_shared::SiteId;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

/// A permission as a type.
pub trait Right: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! rights {
    ($($name:ident)*) => { $(
        /// The permission of that name.
        pub struct $name;
        impl Right for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )* };
}

rights! { NoticesRead NoticesAcknowledge LogRead LogAudit RecordsRead RecordsExport RecordsErase AuditTrailRead PeopleWrite TokensWrite }

/// Nobody in particular: the route is open.
pub struct Stranger;

/// A person who is signed in, whatever they may.
pub struct Person(pub Session);

/// A person who may do this on the site of the address, or without one on at least one site.
pub struct May<R: Right> {
    /// Who it is.
    pub session: Session,
    right: PhantomData<R>,
}

/// A program whose token is good, whatever it may.
pub struct Program(pub Principal);

/// A program that may do this, as [`May`].
pub struct Can<R: Right> {
    /// Who it is.
    pub principal: Principal,
    right: PhantomData<R>,
}

impl Asks for Stranger {
    const NEEDS: Needs = Needs::Nothing;
}

impl Asks for Person {
    const NEEDS: Needs = Needs::Anybody;
}

impl<R: Right> Asks for May<R> {
    const NEEDS: Needs = Needs::Permission(R::PERMISSION);
}

impl Asks for Program {
    const NEEDS: Needs = Needs::Anybody;
}

impl<R: Right> Asks for Can<R> {
    const NEEDS: Needs = Needs::Permission(R::PERMISSION);
}

type Looking<T> = Pin<Box<dyn Future<Output = actix_web::Result<T>>>>;

impl FromRequest for Stranger {
    type Error = actix_web::Error;
    type Future = std::future::Ready<actix_web::Result<Stranger>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Stranger))
    }
}

impl FromRequest for Person {
    type Error = actix_web::Error;
    type Future = Looking<Person>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Person(session_of(&request).await?)) })
    }
}

impl<R: Right> FromRequest for May<R> {
    type Error = actix_web::Error;
    type Future = Looking<May<R>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let session = session_of(&request).await?;
            match require::<R>(&request, session.principal()) {
                Ok(()) => Ok(May { session, right: PhantomData }),
                Err(refusal) => {
                    let response = answer::refused(&request, Some(&session), &refusal.into());
                    Err(InternalError::from_response("refused", response).into())
                }
            }
        })
    }
}

impl FromRequest for Program {
    type Error = actix_web::Error;
    type Future = Looking<Program>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Program(program_of(&request).await?)) })
    }
}

impl<R: Right> FromRequest for Can<R> {
    type Error = actix_web::Error;
    type Future = Looking<Can<R>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let principal = program_of(&request).await?;
            require::<R>(&request, &principal).map_err(|refusal| answer::problem(&refusal.into()))?;
            Ok(Can { principal, right: PhantomData })
        })
    }
}

/// Whether they may do this on the site of the address; an address without one needs it on any site.
fn require<R: Right>(request: &HttpRequest, principal: &Principal) -> Result<(), Refusal> {
    match request.match_info().get("site") {
        None => principal.require_anywhere(R::PERMISSION),
        Some(site) => {
            principal.require_anywhere(R::PERMISSION)?;
            let site = SiteId::parse(site).map_err(|_| Refusal::SiteUnknown)?;
            principal.require(R::PERMISSION, &site)
        }
    }
}

/// Who is signed in with the session of a request.
///
/// # Errors
/// The sign-in screen, when nobody is.
pub async fn session_of(request: &HttpRequest) -> actix_web::Result<Session> {
    let console = console(request);
    let found = match cookies::read(request, &console.address, Kind::Session) {
        Some(secret) if console.address.lets_in() => {
            let looked_up = secret.clone();
            let signed_in =
                on_console(&console, move |console, now| session::find(&console.access, &looked_up, now));
            let is_known =
                |session: &Session| !session.signed_in.account.is_demo || console.demo_site.is_some();
            let session = signed_in.await.map(|signed_in| Session { secret, signed_in });
            // The account of a demo opens nothing once the demo is over.
            session.and_then(
                |session| if is_known(&session) { Ok(session) } else { Err(Refusal::SessionEnded.into()) },
            )
        }
        _ => Err(Refusal::SessionEnded.into()),
    };
    found.map_err(|error| {
        let response = answer::refused(request, None, &error);
        InternalError::from_response("refused", response).into()
    })
}

/// Which program has sent its token.
async fn program_of(request: &HttpRequest) -> actix_web::Result<Principal> {
    let console = console(request);
    let text = bearer(request);
    let found = match text {
        Some(text) => {
            on_console(&console, move |console, now| {
                token::verify(&console.access, &console.keys, &text, now)
            })
            .await
        }
        None => Err(AccessError::from(Refusal::TokenInvalid)),
    };
    found.map_err(|error| answer::problem(&error).into())
}
