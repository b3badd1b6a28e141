//! What owners of sites have, put as the table of `docs/page.md` says: each row is a page here.

use crate::answers::switch;
use crate::page::{Host, delivered};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use constat_tests::server::binary;
use constat_tests::setups::{SETUPS, Setup};
use std::process::Command;
use std::time::Duration;

/// How long nothing has to happen. What is not held comes with the page.
const QUIET: Duration = Duration::from_millis(400);

/// The second half of the tag of a site that blocks without marks.
const BEFORE: &str = "</script><meta http-equiv='Content-Security-Policy' content=''>";

fn host(setup: &Setup) -> Host {
    let changed = |text: String| {
        let text = setup.changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{}: {from}", setup.have);
            text.replacen(from, to, 1)
        });
        format!("{}{text}{}", setup.keys, setup.tables)
    };
    let host = Host::start_with(changed, "", "");
    for (path, script) in setup.scripts {
        let script = Answer::of(script.replace("THIRD", &host.third.other_origin()));
        host.third.put_answer(path, script.with("Content-Type", "text/javascript"));
    }
    let head = setup.head.replace("SNIPPET", &snippet(&host));
    let html = host.html(&head, setup.body);
    // Blocking without marks has to be there before the page.
    let html = match setup.keys.contains("auto_block") {
        true => html.replacen("<script async src", "<script src", 1).replacen("</script>", BEFORE, 1),
        false => html,
    };
    host.pages.put("/empty", "<!doctype html><title>Polaire</title><link rel='icon' href='data:,'>");
    host.pages.put("/", html);
    host
}

/// What `constat check` prints for the page; nothing for most sites.
fn snippet(host: &Host) -> String {
    let check = Command::new(binary()).arg("check").arg(host.sites.file("polaire")).output().unwrap();
    let printed = String::from_utf8(check.stdout).unwrap();
    printed.lines().find(|line| line.starts_with("<script>")).unwrap_or_default().to_owned()
}

/// The paths that the third party was asked, each once, by name.
fn asked(host: &Host) -> Vec<String> {
    let paths: std::collections::BTreeSet<_> =
        host.third.asked().into_iter().map(|asked| asked.path).collect();
    paths.into_iter().collect()
}

async fn until_asked(host: &Host, wanted: &[String]) -> Outcome {
    for _ in 0..300 {
        if wanted.iter().all(|path| host.third.count(path) > 0) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(format!("{wanted:?} was not asked, but {:?}", asked(host)).into())
}

/// Before an answer and after a refusal only what is always asked, after an allowance all of it, after a
/// withdrawal nothing more.
async fn obeys(browser: &Browser, setup: &Setup) -> Outcome {
    let host = host(setup);
    let always: Vec<String> = setup.always.iter().map(ToString::to_string).collect();
    let mut all: Vec<String> =
        always.iter().cloned().chain(setup.allowed.iter().map(ToString::to_string)).collect();
    all.sort();
    // Cookies know no ports: the choice on the page before this one is still there.
    browser.open(&format!("{}empty", host.url())).await?;
    browser.run("localStorage.clear()").await?;
    browser.forget_choice().await?;
    browser.open(&host.url()).await?;
    browser.find(".banner").await?;
    until_asked(&host, &always).await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(asked(&host), sorted(&always), "{}: before an answer", setup.have);
    browser.press("refuse_all").await?;
    delivered(browser, "polaire").await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(asked(&host), sorted(&always), "{}: after a refusal", setup.have);
    browser.run("localStorage.clear()").await?;
    browser.forget_choice().await?;
    browser.reload().await?;
    browser.press("allow_all").await?;
    until_asked(&host, &all).await?;
    tokio::time::sleep(QUIET).await;
    assert_eq!(asked(&host), all, "{}: after an allowance", setup.have);
    let before = host.third.asked().len();
    browser.run("constat.withdraw()").await?;
    browser.until("window.constat?.choices()?.categories.third_party === false").await?;
    delivered(browser, "polaire").await?;
    tokio::time::sleep(QUIET).await;
    let more = host.third.asked().into_iter().skip(before).map(|asked| asked.path);
    let more: Vec<_> = more.filter(|path| !always.contains(path)).collect();
    assert!(more.is_empty(), "{}: after a withdrawal {more:?}", setup.have);
    Ok(())
}

#[test]
fn a_container_fires_of_its_tags_those_whose_consent_types_are_granted() {
    browse(DESKTOP, |browser| async move {
        let setup = SETUPS.iter().find(|setup| setup.have == "Google Tag Manager").unwrap();
        let host = host(setup);
        let open = async |name: &str| -> Outcome {
            browser.find(".banner, .manage").await?;
            browser.run("constat.open()").await?;
            switch(&browser, name).await?;
            browser.press("save").await?;
            delivered(&browser, "polaire").await
        };
        browser.open(&host.url()).await?;
        open("third_party").await?;
        until_asked(&host, &["/gtm.js".to_owned()]).await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!(asked(&host), ["/gtm.js"], "the container alone");
        open("audience").await?;
        until_asked(&host, &["/hit".to_owned()]).await?;
        browser.reload().await?;
        browser.find(".manage").await?;
        tokio::time::sleep(QUIET).await;
        assert_eq!(asked(&host), ["/gtm.js", "/hit"], "nothing of advertising");
        open("advertising").await?;
        until_asked(&host, &["/advertising".to_owned()]).await?;
        assert_eq!(host.third.count("/hit"), 2, "once in each page");
        Ok(())
    });
}

fn sorted(paths: &[String]) -> Vec<String> {
    let mut paths = paths.to_vec();
    paths.sort();
    paths
}

/// The set-ups of one part of the table, one after the other in one browser.
fn all_obey(part: &'static [Setup]) {
    browse(DESKTOP, |browser| async move {
        for setup in part {
            obeys(&browser, setup).await.map_err(|error| format!("{}: {error}", setup.have))?;
        }
        Ok(())
    });
}

#[test]
fn google_and_the_pixels_of_advertisers_obey_the_choice() {
    all_obey(&SETUPS[..8]);
}

#[test]
fn audience_measurement_obeys_the_choice() {
    all_obey(&SETUPS[8..15]);
}

#[test]
fn what_stands_in_the_page_and_what_nobody_marked_obeys_the_choice() {
    all_obey(&SETUPS[15..]);
}
