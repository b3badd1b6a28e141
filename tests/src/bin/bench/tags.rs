//! A page with 60 tags in Chromium: how long the press on “Allow all” takes to show, and how long the page is
//! blocked, with Constat and with two other consent tools that release the same tags.

use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use constat_tests::pages::Pages;
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many tags the page has: every second one is a file, the others stand in the page.
const TAGS: usize = 60;
/// How long one tag computes on the machine as it is, in milliseconds.
const TAG_MS: u32 = 2;
/// How many times slower than the machine the page runs: about a phone of the middle class.
const SLOWER: u32 = 4;
/// How long a visitor reads before the press.
const READING: Duration = Duration::from_secs(1);
/// How often each page is loaded, in turns.
const TURNS: usize = 15;

/// One page.
struct Tool {
    name: &'static str,
    path: &'static str,
    /// The button that allows all, in the page; none for that of Constat.
    allow: Option<&'static str>,
}

const TOOLS: [Tool; 3] = [
    Tool { name: "Constat", path: "/constat", allow: None },
    Tool { name: "vanilla-cookieconsent", path: "/vanilla", allow: Some("#cc-main .cm__btn[data-role=all]") },
    Tool { name: "tarteaucitron", path: "/tarteaucitron", allow: Some("#tarteaucitronPersonalize2") },
];

/// What one load has shown, in milliseconds.
#[derive(Clone, Copy)]
struct Load {
    /// From the press to the next picture.
    press: f64,
    /// What tasks took beyond 50 ms each, until the press.
    blocked_before: f64,
    /// The same from the press until every tag had run.
    blocked_after: f64,
    /// From the press until every tag had run.
    all_ran: f64,
}

/// Measures and prints it.
///
/// # Errors
/// When a page cannot be made.
pub fn measure(packages: &Path) -> io::Result<()> {
    let pages = Arc::new(Pages::start());
    let sites = Sites::with("helvia", &site_file(&pages.origin()));
    let data = tempfile::tempdir()?;
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    put_pages(&pages, &server.url, packages)?;
    let loads = Arc::new(Mutex::new(TOOLS.map(|_| Vec::new())));
    let (origin, seen) = (pages.origin(), Arc::clone(&loads));
    browse(DESKTOP, |browser| async move {
        browser.slow_down(SLOWER).await?;
        for _ in 0..TURNS {
            for (at, tool) in TOOLS.iter().enumerate() {
                let load = load(&browser, &origin, tool).await?;
                seen.lock().unwrap_or_else(PoisonError::into_inner)[at].push(load);
            }
        }
        Ok(())
    });
    print(&loads.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(())
}

fn site_file(origin: &str) -> String {
    format!(
        "id = \"helvia\"\norigins = [{origin:?}]\nlanguages = [\"fr\"]\nauthority = \"cnil\"\n[controller]\nname = \"Helvia\"\naddress = \"Marseille\"\ndpo_email = \"dpo@helvia.example\"\npolicy_url = \"https://www.helvia.example/\"\n[lifetimes]\nchoice_months = 6\nproof_months = 13\n[categories.audience]\n"
    )
}

/// What one tag does.
fn tag() -> String {
    format!(
        "{{ const end = performance.now() + {TAG_MS} * {SLOWER}; while (performance.now() < end); window.ran = (window.ran || 0) + 1; if (window.ran === {TAGS}) window.last = performance.now(); }}"
    )
}

/// Keeps long tasks (Long Tasks API), and how long each press took until a picture showed what it did. It listens
/// before every tool does.
const WATCH: &str = "<script>window.long = []; window.presses = [];
  new PerformanceObserver(list => { for (const { startTime, duration } of list.getEntries()) long.push([startTime, duration]); }).observe({ type: 'longtask', buffered: true });
  addEventListener('click', ({ timeStamp }) => { requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => presses.push([timeStamp, performance.now() - timeStamp]); channel.port2.postMessage(0); }); }, true);</script>";

fn put_pages(pages: &Pages, server: &str, packages: &Path) -> io::Result<()> {
    let file = |path: &str| -> io::Result<String> { std::fs::read_to_string(packages.join(path)) };
    for number in 0..TAGS {
        pages.put(&format!("/tag-{number}.js"), tag());
    }
    pages.put("/vanilla.js", file("cookieconsent.umd.js")?);
    pages.put_answer("/vanilla.css", style(&file("cookieconsent.css")?));
    for name in ["tarteaucitron.min.js", "tarteaucitron.services.min.js"] {
        pages.put(&format!("/tac/{name}"), file(name)?);
    }
    pages.put("/tac/lang/tarteaucitron.fr.min.js", file("tarteaucitron.fr.min.js")?);
    pages.put_answer("/tac/css/tarteaucitron.min.css", style(&file("tarteaucitron.min.css")?));
    let constat = format!("<script async src='{server}/v1/sites/helvia/consent.js'></script>");
    pages.put("/empty", page("", ""));
    pages.put("/constat", page(&constat, &marked("audience")));
    pages.put("/vanilla", page(VANILLA, &marked("analytics")));
    pages.put("/tarteaucitron", page(TARTEAUCITRON, &jobs()));
    Ok(())
}

fn style(text: &str) -> Answer {
    Answer::of(text).with("Content-Type", "text/css; charset=utf-8")
}

fn page(head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=fr><head><meta charset=utf-8><title>Helvia</title><link rel=icon href='data:,'>{WATCH}{head}</head><body><h1>Helvia</h1>{body}</body></html>"
    )
}

/// The tags as scripts that wait for a category.
fn marked(category: &str) -> String {
    let mark = format!("type=text/plain data-category={category}");
    let one = |number: usize| match number % 2 {
        0 => format!("<script {mark} data-src=/tag-{number}.js></script>"),
        _ => format!("<script {mark}>{}</script>", tag()),
    };
    (0..TAGS).map(one).collect()
}

/// The tags as services of tarteaucitron.
fn jobs() -> String {
    let one = |number: usize| {
        let does = match number % 2 {
            0 => format!("tarteaucitron.addScript('/tag-{number}.js');"),
            _ => tag(),
        };
        format!(
            "tarteaucitron.services.tag{number} = {{ key: 'tag{number}', type: 'analytic', name: 'Tag {number}', uri: '', needConsent: true, cookies: [], js() {{ {does} }} }}; (tarteaucitron.job = tarteaucitron.job || []).push('tag{number}');"
        )
    };
    format!(
        "<script>tarteaucitron.services = tarteaucitron.services || {{}}; {}</script>",
        (0..TAGS).map(one).collect::<String>()
    )
}

const VANILLA: &str = "<link rel=stylesheet href=/vanilla.css><script defer src=/vanilla.js></script><script>addEventListener('DOMContentLoaded', () => { CookieConsent.run({ hideFromBots: false, categories: { necessary: { enabled: true, readOnly: true }, analytics: {} }, language: { default: 'fr', translations: { fr: { consentModal: { title: 'Cookies', description: 'Votre choix', acceptAllBtn: 'Tout accepter', acceptNecessaryBtn: 'Tout refuser', showPreferencesBtn: 'Choisir' }, preferencesModal: { title: 'Choix', acceptAllBtn: 'Tout accepter', acceptNecessaryBtn: 'Tout refuser', savePreferencesBtn: 'Enregistrer', closeIconLabel: 'Fermer', sections: [{ title: 'Audience', description: 'Mesure', linkedCategory: 'analytics' }] } } } } }); });</script>";

const TARTEAUCITRON: &str = "<script src=/tac/tarteaucitron.min.js></script><script>tarteaucitron.init({ privacyUrl: '', hashtag: '#tarteaucitron', cookieName: 'tarteaucitron', orientation: 'bottom', groupServices: false, showAlertSmall: false, cookieslist: false, showIcon: false, adblocker: false, DenyAllCta: true, AcceptAllCta: true, highPrivacy: true, handleBrowserDNTRequest: false, removeCredit: true, moreInfoLink: false, useExternalCss: false, mandatory: false });</script>";

async fn load(
    browser: &Browser,
    origin: &str,
    tool: &Tool,
) -> Result<Load, Box<dyn std::error::Error + Send + Sync>> {
    browser.open(&format!("{origin}/empty")).await?;
    browser.run("localStorage.clear(); for (const cookie of document.cookie.split('; ')) document.cookie = cookie.split('=')[0] + '=;max-age=0;path=/'").await?;
    browser.open(&format!("{origin}{}", tool.path)).await?;
    press(browser, tool).await?;
    browser.until("window.last").await.map_err(|error| format!("{}: {error}", tool.name))?;
    // Entries come with the next picture.
    browser.run("return new Promise(done => setTimeout(done, 300))").await.ok();
    browser.until("presses.length").await.map_err(|error| format!("{}: {error}", tool.name))?;
    let seen = browser.run("return { long, presses, last }").await?;
    let pairs = |key: &str| -> Vec<(f64, f64)> {
        let pairs = seen[key].as_array().into_iter().flatten();
        pairs.filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?))).collect()
    };
    let (presses, long) = (pairs("presses"), pairs("long"));
    let pressed = presses.iter().map(|(start, _)| *start).fold(f64::INFINITY, f64::min);
    let blocked = |after: bool| {
        let tasks = long.iter().filter(|(start, duration)| (start + duration > pressed) == after);
        tasks.map(|(_, duration)| duration - 50.0).sum::<f64>()
    };
    Ok(Load {
        press: presses.iter().map(|(_, duration)| *duration).fold(0.0, f64::max),
        blocked_before: blocked(false),
        blocked_after: blocked(true),
        all_ran: seen["last"].as_f64().unwrap_or_default() - pressed,
    })
}

async fn press(browser: &Browser, tool: &Tool) -> Outcome {
    match tool.allow {
        Some(button) => {
            browser.until(&format!("document.querySelector('{button}')?.checkVisibility()")).await?
        }
        None => browser.find(".banner").await.map(drop)?,
    }
    // Nobody presses at once, and not every tool listens as soon as its button is seen.
    tokio::time::sleep(READING).await;
    match tool.allow {
        Some(button) => browser.click(button).await,
        None => browser.press("allow_all").await,
    }
}

fn print(loads: &[Vec<Load>; 3]) {
    println!(
        "\nA page with {TAGS} tags of {TAG_MS} ms, {SLOWER} times slower, {TURNS} loads each, in turns; Chromium, ms"
    );
    println!("                          press to picture   blocked before   blocked after     until all ran");
    println!("                             p50     p90       p50     p90      p50     p90      p50     p90");
    for (tool, loads) in TOOLS.iter().zip(loads) {
        let mut line = format!("  {:<24}", tool.name);
        for value in [
            |l: &Load| l.press,
            |l: &Load| l.blocked_before,
            |l: &Load| l.blocked_after,
            |l: &Load| l.all_ran,
        ] {
            let mut values: Vec<f64> = loads.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            let at =
                |share: f64| values.get(((values.len() - 1) as f64 * share) as usize).copied().unwrap_or(0.0);
            line.push_str(&format!(" {:>7.0} {:>7.0} ", at(0.5), at(0.9)));
        }
        println!("{line}");
    }
}
