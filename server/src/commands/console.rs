//! The console beside the public address: its listener, and what it needs.

use crate::access::access::Access;
use crate::access::console_key::ConsoleKeys;
use crate::access::error::AccessError;
use crate::access::people;
use crate::access::principal::Principal;
use crate::access::setting;
use crate::access::sign_in::SignIns;
use crate::access::trail::{Action, Command, Note};
use crate::cli::ServeArgs;
use crate::clock;
use crate::failure::{Failure, fail, failed};
use crate::http::app::App;
use crate::http::connection::{self, CONSOLE_REQUEST_BYTES_MAX, Service};
use crate::http::console::address::Address;
use crate::http::console::audits::Audits;
use crate::http::console::routes;
use crate::http::console::state::Console;
use crate::http::demo;
use crate::http::description;
use crate::http::rate::{self, Rate};
use crate::http::router;
use crate::jobs::watched::Watched;
use actix_web::App as ActixApp;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use constat_shared::{SiteId, Timestamp};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

/// The port of the console unless another is given.
const PORT: u16 = 8090;
/// How often failed sign-ins are noted.
const NOTE_INTERVAL: Duration = Duration::from_millis(500);

/// What the console needs, and where it listens.
pub fn open(
    args: &ServeArgs,
    app: &Data<App>,
    public: SocketAddr,
) -> Result<(Data<Console>, TcpListener), Failure> {
    let listener = bind(args)?;
    let listening = listener.local_addr().map_err(fail("the console's address is unknown"))?;
    let now = clock::now();
    let access = Access::new(Arc::clone(&app.store), Arc::clone(&app.keys));
    let key_file = args.console_key.console_key_file.as_deref();
    let keys = ConsoleKeys::open(&args.key.data.data, key_file, &access, Command::Serve, now)?;
    let address = Address::new(listening, args.public_url.as_ref());
    keep_url(&access, address.url(), now).map_err(failed)?;
    let public_url = public_url(args, public);
    let description = description::document(address.url(), &public_url);
    let console = Console {
        access,
        app: app.clone(),
        keys,
        sign_ins: SignIns::default(),
        address,
        public_url,
        description: description.to_json().map_err(fail("the API cannot be described"))?.into(),
        snapshots: args.key.data.data.join("snapshots"),
        audits: Audits::default(),
        demo_site: args.demo.then(|| SiteId::parse(demo::SITE_ID).ok()).flatten(),
        trusted: args.trusted_proxy.clone(),
    };
    Ok((Data::new(console), listener))
}

/// Keeps where the console is reached, for the links that commands make. Another address than before is noted.
fn keep_url(access: &Access, url: &str, now: Timestamp) -> Result<(), AccessError> {
    let last = setting::console_url(access.store())?;
    if last.as_deref().is_some_and(|last| last != url) {
        access.note(Note::of(Action::ConfigurationChanged).by_command(Command::Serve).to(url), now)?;
    }
    setting::set_console_url(access.store(), url)
}

/// Adds the console to the server.
pub fn serve(
    service: Service,
    console: &Data<Console>,
    rate: &Data<Rate>,
    listener: TcpListener,
) -> Result<Service, Failure> {
    let (console, rate) = (console.clone(), rate.clone());
    service.listen("console", listener, CONSOLE_REQUEST_BYTES_MAX, move || {
        ActixApp::new()
            .app_data(console.clone())
            .app_data(rate.clone())
            .wrap(from_fn(rate::limited))
            .wrap(from_fn(connection::guarded))
            .wrap(router::headers_of_the_console())
            .configure(routes::configure)
    })
}

/// The line that says where the console is: in the demo, a link that signs in at once.
pub fn line(console: &Console) -> Result<String, Failure> {
    let Some(site) = &console.demo_site else {
        return Ok(format!("console {}/console/", console.address.url()));
    };
    let by = Principal::command(Command::Serve);
    let invited = people::invite_to_demo(&console.access, &by, site, clock::now()).map_err(failed)?;
    Ok(format!("console {}", console.address.welcome(&invited.secret)))
}

/// Notes failed sign-ins in the audit trail, for as long as the server runs.
pub fn watch(jobs: &mut Watched, console: &Data<Console>) {
    let console = console.clone();
    jobs.spawn("what notes failed sign-ins", async move {
        loop {
            tokio::time::sleep(NOTE_INTERVAL).await;
            let shared = console.clone();
            let noted = tokio::task::spawn_blocking(move || {
                shared.sign_ins.note_failures(&shared.access, clock::now())
            });
            if let Ok(Err(error)) = noted.await {
                tracing::warn!(%error, "failed sign-ins are noted later");
            }
        }
    });
}

/// Notes what is left when the server ends.
pub fn end(console: &Console) {
    if let Err(error) = console.sign_ins.note_last_failures(&console.access, clock::now()) {
        tracing::warn!(%error, "failed sign-ins were not noted");
    }
}

fn bind(args: &ServeArgs) -> Result<TcpListener, Failure> {
    if let Some(address) = args.console_address {
        return TcpListener::bind(address).map_err(|error| {
            Failure::new(format!(
                "{address} cannot be listened on ({error}): stop what uses it, or choose another --console-address"
            ))
        });
    }
    let local = |port| TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    let wanted = if args.port == 0 { 0 } else { PORT };
    local(wanted).or_else(|error| {
        // Another server of this machine has it: that is no reason to answer no visitor.
        tracing::warn!(%error, port = wanted, "the console listens on a free port; choose one with --console-address");
        local(0).map_err(fail("the console cannot listen"))
    })
}

/// How visitors reach the public address.
fn public_url(args: &ServeArgs, listening: SocketAddr) -> String {
    let named = args.public_host.first().map(|host| host.origins[1].ascii_serialization());
    named.unwrap_or_else(|| format!("http://{listening}"))
}
