//! `constat serve`: from the command line to a running server, and back down.

use super::console;
use super::print::print_text;
use crate::access::access::Access;
use crate::access::trail::{Action, Command, Note, lost_words};
use crate::cli::ServeArgs;
use crate::clock::Clock;
use crate::consent::writer::{QUEUE_MAX, Writer};
use crate::failure::{Failure, fail, failed};
use crate::http::app::App;
use crate::http::connection::{self, Connections, REQUEST_BYTES_MAX, Service};
use crate::http::demo::{self, ThirdParties};
use crate::http::origin::OwnOrigins;
use crate::http::rate::{self, Rate};
use crate::http::{router, routes};
use crate::jobs::cleaning;
use crate::jobs::publish::publish;
use crate::jobs::retention::{self, Retention};
use crate::jobs::site_settings::published;
use crate::jobs::watched::{Watched, keep_running};
use crate::proof::keys::Keys;
use crate::render::assets::Assets;
use crate::render::earlier::EarlierNotices;
use crate::site::{self, Catalogue, Site, SiteFolder};
use crate::store::{RecordStore, Store, make_store, open_store, prepare_folder};
use crate::telemetry;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as ActixApp, rt};
use constat_shared::SiteId;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Serves until SIGTERM or Ctrl-C. Every record acknowledged until then is on disk.
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    telemetry::start();
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let folder = site_folder(args.sites.as_deref())?;
    check_sites(args, folder.as_ref(), &catalogue)?;
    let data = &args.key.data.data;
    let _lock = prepare_folder(data)?;
    let store: Arc<dyn Store> = Arc::from(make_store(&args.key.data)?);
    let known = store.keys()?;
    let records: Arc<dyn RecordStore> = store.clone();
    let app = Data::new(App {
        sites: Arc::default(),
        earlier: Arc::new(EarlierNotices::new()),
        keys: Arc::new(Keys::open(&args.key, &*store)?),
        writer: Writer::start(records, QUEUE_MAX),
        clock: Arc::new(Clock::of(&store.times()?)),
        store,
        deadline: args.key.data.deadline(),
        assets: Arc::new(Assets::embedded().map_err(failed)?),
    });
    let access = Access::new(Arc::clone(&app.store), Arc::clone(&app.keys));
    for key in app.keys.public().iter().filter(|key| !known.contains(key)) {
        let note = Note::of(Action::KeyAdded).by_command(Command::Serve).to(&key.kid);
        access.note(note, app.clock.best_time()).map_err(failed)?;
    }
    // Visitors are served whatever was done to the trail.
    match access.trail().lost_head() {
        Ok(None) => {}
        Ok(Some(lost)) => tracing::error!("{}", lost_words(lost)),
        Err(error) => tracing::error!(%error, "the newest head of the audit trail cannot be compared"),
    }
    let catalogue = catalogue.with_published(published(&*app.store)?);
    let sites = read_sites(folder.as_ref(), args.demo, &catalogue)?;
    publish(&access, &app.sites, &app.assets, &app.clock, sites, demo_site(args.demo).as_ref())?;
    let served = rt::System::new().block_on(serve(args, app.clone()));
    app.writer.stop();
    telemetry::report();
    tracing::info!("stopped; every acknowledged record is stored");
    served
}

async fn serve(args: &ServeArgs, app: Data<App>) -> Result<(), Failure> {
    let listener = bind(args, args.port)?;
    let address = listener.local_addr().map_err(fail("the address is unknown"))?;
    let mut out = vec![format!("listening http://{address}")];
    let mut jobs = Watched::default();
    let mut service = connection::server()?;
    let mut third_parties = None;
    if args.demo {
        let (origin, listener) = bind_third_parties(args, address.port())?;
        out.push(format!("third parties {origin}"));
        service = serve_third_parties(service, listener)?;
        third_parties = Some(origin);
    }
    let (console, console_listener) = console::open(args, &app, address)?;
    let own = Data::new(OwnOrigins::new(&args.public_host, args.demo.then_some(address.port())));
    let pages = third_parties.as_ref().map(|origin| demo::DemoPages::new(origin));
    let rate = Data::new(Rate::new(args.trusted_proxy.clone()));
    jobs.spawn("the count of refused requests", telemetry::report_each_minute());
    let addresses = rate.clone();
    jobs.spawn("what forgets addresses", async move { addresses.forget().await });
    watch_writing(&mut jobs, &app);
    // Signals are handled before the address is printed, so that an early SIGTERM also stops the server in order.
    let on_signal = |kind| signal(kind).map_err(fail("a signal cannot be received"));
    let (terminate, interrupt) = (on_signal(SignalKind::terminate())?, on_signal(SignalKind::interrupt())?);
    let hangups = on_signal(SignalKind::hangup())?;
    // A file that may not grow any more is then an error of the write, and not the end of the process.
    let _too_large = on_signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;
    jobs.spawn(
        "what reads the site files at SIGHUP",
        reload_on_hangup(hangups, args.sites.clone(), args.demo, app.clone()),
    );
    let rate_of_console = rate.clone();
    let service = service.listen("constat", listener, REQUEST_BYTES_MAX, move || {
        let pages = pages.clone();
        ActixApp::new()
            .app_data(app.clone())
            .app_data(own.clone())
            .app_data(rate.clone())
            .wrap(from_fn(rate::limited))
            .wrap(from_fn(connection::guarded))
            .wrap(router::headers())
            .configure(move |config| {
                if let Some(pages) = pages {
                    config.service(demo::pages(pages));
                }
            })
            .configure(routes::configure)
    });
    let service = console::serve(service?, &console, &rate_of_console, console_listener)?;
    console::watch(&mut jobs, &console);
    let (server, connections) = service.run();
    let stop = stop_when_told(terminate, interrupt, server.handle(), Arc::clone(&connections));
    jobs.spawn("what stops the server at SIGTERM", stop);
    if args.demo {
        out.push(format!("demo http://{address}/demo/fr/"));
        out.push(format!(
            "tag <script async src=\"http://{address}/v1/sites/{}/consent.js\"></script>",
            demo::SITE_ID
        ));
    }
    out.push(console::line(&console)?);
    let data = &args.key.data.data;
    out.push(format!("data {}", data.canonicalize().unwrap_or_else(|_| data.clone()).display()));
    if let Err(error) = print_text(&out.join("\n")) {
        tracing::warn!(%error, %address, "serving all the same");
    }
    let ended = until_the_end(server, &connections, jobs).await;
    console::end(&console);
    ended
}

/// What writes without being asked: the jobs that delete, and the thread that stores records.
fn watch_writing(jobs: &mut Watched, app: &Data<App>) {
    let retention = Arc::new(Retention {
        store: Arc::clone(&app.store),
        keys: Arc::clone(&app.keys),
        sites: Arc::clone(&app.sites),
        clock: Arc::clone(&app.clock),
    });
    let retention = move || retention::run(Arc::clone(&retention));
    jobs.spawn("the retention job", keep_running("retention", retention));
    let store = Arc::clone(&app.store);
    let cleaning = move || cleaning::run(Arc::clone(&store));
    jobs.spawn("the cleaning job", keep_running("cleaning", cleaning));
    let app = app.clone();
    jobs.spawn("the thread that stores records", async move { app.writer.ended().await });
}

/// Serves until the server is stopped, or one of the jobs has ended without being told to.
async fn until_the_end(
    mut server: Server,
    connections: &Connections,
    mut jobs: Watched,
) -> Result<(), Failure> {
    let handle = server.handle();
    let failure = tokio::select! {
        biased;
        stopped = &mut server => return stopped.map_err(fail("the server failed")),
        failure = jobs.first_end() => failure,
    };
    // Requests on their way are answered first.
    connections.end();
    let (_, stopped) = tokio::join!(handle.stop(true), server);
    stopped.map_err(fail("the server failed"))?;
    Err(failure)
}

/// Takes a port for the stand-in for the third parties; returns also its origin.
fn bind_third_parties(args: &ServeArgs, port: u16) -> Result<(String, TcpListener), Failure> {
    let wanted = args.demo_port.unwrap_or(if args.port == 0 { 0 } else { port.saturating_add(1) });
    let listener = bind(args, wanted)?;
    let port = listener.local_addr().map_err(fail("the address is unknown"))?.port();
    // Another name for the same machine: to a browser, another site.
    Ok((format!("http://localhost:{port}"), listener))
}

fn serve_third_parties(service: Service, listener: TcpListener) -> Result<Service, Failure> {
    let counts = Data::new(ThirdParties::default());
    service.listen("third parties", listener, REQUEST_BYTES_MAX, move || {
        let app = ActixApp::new().app_data(counts.clone()).wrap(from_fn(connection::guarded));
        app.configure(demo::third_parties)
    })
}

fn bind(args: &ServeArgs, port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((args.host, port)).map_err(|error| {
        let address = format!("{}:{port}", args.host);
        Failure::new(format!(
            "{address} cannot be listened on ({error}): stop what uses it, or choose another --port"
        ))
    })
}

fn demo_site(demo: bool) -> Option<SiteId> {
    demo.then(|| SiteId::parse(demo::SITE_ID).ok()).flatten()
}

/// Opens the folder of the site files, if there is one, and says in the log what of it is passed over.
fn site_folder(dir: Option<&Path>) -> Result<Option<SiteFolder>, Failure> {
    let folder = dir.map(SiteFolder::open).transpose().map_err(|errors| site::all_mistakes(&errors))?;
    if let Some(words) = folder.as_ref().and_then(SiteFolder::passed_over) {
        tracing::info!("{words}");
    }
    Ok(folder)
}

/// Reads the sites before a store is opened or made: with a mistake nothing is. What was published of a file
/// that is still the same is no mistake, though the catalogue of this version may have other facts.
fn check_sites(args: &ServeArgs, folder: Option<&SiteFolder>, catalogue: &Catalogue) -> Result<(), Failure> {
    let read = |catalogue: &Catalogue| read_sites(folder, args.demo, catalogue).map(drop);
    let Err(mistakes) = read(catalogue) else { return Ok(()) };
    match open_store(&args.key.data) {
        Ok(store) => read(&catalogue.clone().with_published(published(&*store)?)),
        Err(_) => Err(mistakes),
    }
}

fn read_sites(folder: Option<&SiteFolder>, demo: bool, catalogue: &Catalogue) -> Result<Vec<Site>, Failure> {
    let files = folder.map(|folder| folder.read(catalogue)).transpose();
    let files = files.map_err(|errors| site::all_mistakes(&errors))?.unwrap_or_default();
    let mut sites: Vec<_> = files.into_iter().map(|(_, site)| site).collect();
    if demo && !sites.iter().any(|site| site.notice.site.as_str() == demo::SITE_ID) {
        sites.push(demo::site(catalogue).map_err(|errors| site::all_mistakes(&errors))?);
    }
    if sites.is_empty() {
        let words =
            "there is no site to serve: name the folder of your site files with --sites, or try --demo";
        return Err(Failure::new(words));
    }
    Ok(sites)
}

/// Reads the site files again at each SIGHUP; a mistake in any keeps them all as they were.
/// Returns only when no signal can come any more.
async fn reload_on_hangup(mut hangups: Signal, dir: Option<PathBuf>, demo: bool, app: Data<App>) {
    while hangups.recv().await.is_some() {
        let (dir, app) = (dir.clone(), app.clone());
        let reload = move || {
            let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
            let catalogue = catalogue.with_published(published(&*app.store)?);
            let sites = read_sites(site_folder(dir.as_deref())?.as_ref(), demo, &catalogue)?;
            let access = Access::new(Arc::clone(&app.store), Arc::clone(&app.keys));
            publish(&access, &app.sites, &app.assets, &app.clock, sites, None)
        };
        match actix_web::web::block(reload).await {
            Ok(Ok(())) => tracing::info!("the site files were read again"),
            Ok(Err(error)) => {
                let [words, mistakes @ ..] = error.lines() else { continue };
                tracing::error!(
                    error = %words,
                    "the site files were not taken; the earlier ones are still served"
                );
                mistakes.iter().for_each(|mistake| tracing::error!("{mistake}"));
            }
            Err(error) => tracing::error!(%error, "reading the site files was cut off"),
        }
    }
}

/// Stops the server at SIGTERM or Ctrl-C; requests on their way are answered first.
async fn stop_when_told(
    mut terminate: Signal,
    mut interrupt: Signal,
    server: ServerHandle,
    connections: Arc<Connections>,
) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    connections.end();
    server.stop(true).await;
    // The server has ended now, and this job is not to end before it.
    std::future::pending().await
}
