//! Scripts and pages that are written in unusual ways hold up nobody and lose nothing.

use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, browse};
use constat_tests::page_answer::Answer;
use serde_json::{Value, json};
use std::time::Duration;

/// A page that notes what runs.
const NOTE: &str = "<script>window.ran = []; function note(what) { ran.push(what) }</script>";

const MARKS: &str = r#"type="text/plain" data-category="audience""#;

/// Opens a page, runs something in it, allows everything, and waits until the last script has run.
async fn ran_in(
    browser: &Browser,
    (head, body): (&str, &str),
    before: &str,
) -> Result<(Value, Host), Box<dyn std::error::Error + Send + Sync>> {
    let host = Host::start(&format!("{NOTE}{head}"), &body.replace("MARKS", MARKS));
    host.third.put("/file.js", "note('file')");
    browser.open(&host.url()).await?;
    browser.find(".banner").await?;
    browser.run(&before.replace("MARKS", MARKS)).await?;
    browser.press("allow_all").await?;
    browser.until("ran.includes('last')").await?;
    let ran = browser.run("return new Promise((done) => setTimeout(done, 150)).then(() => ran)").await?;
    Ok((ran, host))
}

fn count(ran: &Value, name: &str) -> usize {
    ran.as_array().map_or(0, |all| all.iter().filter(|one| **one == name).count())
}

#[test]
fn scripts_that_came_by_inner_html_hold_up_nobody() {
    let before = "here.innerHTML = '<script MARKS data-src=\"' + third + '/file.js\"></scr' + 'ipt><script MARKS>note(\"inner\")</scr' + 'ipt>';
      const parsed = new DOMParser().parseFromString('<script MARKS data-src=\"' + third + '/file.js\"></scr' + 'ipt>', 'text/html');
      here.append(document.adoptNode(parsed.querySelector('script')))";
    browse(DESKTOP, |browser| async move {
        let head = "<script>window.third = 'THIRD'</script>";
        let (ran, _host) =
            ran_in(&browser, (head, "<div id='here'></div><script MARKS>note('last')</script>"), before)
                .await?;
        assert!(count(&ran, "file") <= 2 && count(&ran, "inner") <= 1, "{ran}");
        Ok(())
    });
}

#[test]
fn attributes_by_which_the_browser_runs_nothing_hold_up_nobody() {
    let body = r#"
      <script MARKS for="document" event="onclick" data-src="THIRD/not.js"></script>
      <svg><script MARKS data-src="THIRD/not.js"></script></svg>
      <script MARKS data-type="text/javascript;version=1.8" data-src="THIRD/not.js"></script>
      <script MARKS data-src="THIRD/file.js"></script><script MARKS>note('last')</script>"#;
    browse(DESKTOP, |browser| async move {
        let (ran, host) = ran_in(&browser, ("", body), "").await?;
        assert_eq!((ran, host.third.count("/not.js")), (json!(["file", "last"]), 0));
        Ok(())
    });
}

#[test]
fn a_language_that_is_javascript_is_run() {
    let body = r#"<script MARKS language="javascript">note('one')</script>
      <script MARKS language="text/javascript" data-src="THIRD/file.js"></script><script MARKS>note('last')</script>"#;
    browse(DESKTOP, |browser| async move {
        let (ran, _host) = ran_in(&browser, ("", body), "").await?;
        assert_eq!(count(&ran, "one"), 1, "{ran}");
        Ok(())
    });
}

#[test]
fn a_page_that_hides_errors_holds_up_nobody() {
    let head = "<script>for (const type of ['error', 'load']) window.addEventListener(type, (event) => event.stopImmediatePropagation(), true)</script>";
    let body = "<script MARKS data-src='http://127.0.0.1:1/missing.js'></script><script MARKS data-src='THIRD/file.js'></script><script MARKS>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        let (ran, _host) = ran_in(&browser, (head, body), "").await?;
        assert_eq!(ran, json!(["file", "last"]));
        Ok(())
    });
}

#[test]
fn a_script_that_opens_and_closes_the_document_leaves_the_page() {
    let body = "<h1>Quote</h1><script MARKS>document.open(); document.write('<p id=w>written</p>'); document.close(); note('opened')</script><hr><script MARKS>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        ran_in(&browser, ("", body), "").await?;
        let order = "return [...document.body.querySelectorAll('h1, #w, hr')].map((node) => node.localName)";
        assert_eq!(browser.run(order).await?, json!(["h1", "p", "hr"]));
        Ok(())
    });
}

#[test]
fn a_script_that_removes_itself_loses_nothing_that_it_wrote() {
    let body = "<h1>Quote</h1><script MARKS>document.write('<p id=w>written</p>'); document.currentScript.remove(); note('gone')</script><hr><script MARKS>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        ran_in(&browser, ("", body), "").await?;
        let order = "return [...document.body.querySelectorAll('h1, #w, hr')].map((node) => node.localName)";
        assert_eq!(browser.run(order).await?, json!(["h1", "p", "hr"]));
        Ok(())
    });
}

#[test]
fn methods_that_the_page_has_frozen_hold_up_nobody() {
    let head = "<script>
      for (const name of ['write', 'writeln', 'open', 'close', 'addEventListener']) Object.defineProperty(document, name, { value: document[name], writable: false, configurable: false });
      Object.defineProperty(window, 'addEventListener', { value: window.addEventListener, writable: false, configurable: false });</script>";
    browse(DESKTOP, |browser| async move {
        let body = "<script MARKS data-src='THIRD/file.js'></script><script MARKS>note('last')</script>";
        let (ran, _host) = ran_in(&browser, (head, body), "").await?;
        assert_eq!(ran, json!(["file", "last"]));
        Ok(())
    });
}

#[test]
fn async_scripts_and_their_listeners_hear_of_the_page_too() {
    let listens = |name: &str| {
        format!(
            "addEventListener('load', () => note('{name} load')); document.addEventListener('DOMContentLoaded', () => note('{name} ready'))"
        )
    };
    let body = "<script MARKS async data-src='THIRD/async.js'></script><script MARKS async data-type='module' data-src='THIRD/module.js'></script><script MARKS>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &body.replace("MARKS", MARKS));
        let slow = Answer { delay: Duration::from_millis(300), ..Answer::of(listens("async")) };
        host.third.put_answer("/async.js", slow);
        let module = Answer::of(listens("module")).with("Access-Control-Allow-Origin", "*");
        host.third.put_answer("/module.js", module);
        browser.open(&host.url()).await?;
        browser.press("allow_all").await?;
        for name in ["async", "module"] {
            browser.until(&format!("ran.includes('{name} load') && ran.includes('{name} ready')")).await?;
        }
        let ran = browser.run("return new Promise((done) => setTimeout(done, 150)).then(() => ran)").await?;
        assert_eq!(ran.as_array().map(Vec::len), Some(5), "each once: {ran}");
        Ok(())
    });
}

#[test]
fn ready_state_changes_are_told_to_those_who_come_late() {
    let body = "<script MARKS>document.addEventListener('readystatechange', () => note('event ' + document.readyState)); document.onreadystatechange = () => note('handler ' + document.readyState); note('last')</script>";
    browse(DESKTOP, |browser| async move {
        ran_in(&browser, ("", body), "").await?;
        browser.until("ran.includes('event complete') && ran.includes('handler complete')").await?;
        Ok(())
    });
}

#[test]
fn a_listener_for_the_page_being_shown_hears_how_it_came() {
    let body = "<script MARKS>addEventListener('pageshow', (event) => note('pageshow ' + event.persisted)); note('last')</script>";
    browse(DESKTOP, |browser| async move {
        ran_in(&browser, ("", body), "").await?;
        browser.until("ran.includes('pageshow false')").await?;
        Ok(())
    });
}

#[test]
fn a_script_that_is_out_of_the_page_at_its_turn_runs_when_it_is_back() {
    let body = "<script MARKS>window.out = document.getElementById('two'); out.remove(); note('one')</script><script MARKS id='two'>note('two')</script><script MARKS>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        let (ran, _host) = ran_in(&browser, ("", body), "").await?;
        assert_eq!(ran, json!(["one", "last"]));
        browser.run("document.body.append(out); document.body.prepend(out)").await?;
        browser.until("ran.includes('two')").await?;
        browser.run("document.body.append(out)").await?;
        assert_eq!(browser.run("return ran").await?, json!(["one", "last", "two"]));
        Ok(())
    });
}

#[test]
fn marks_that_come_or_change_later_count() {
    let body = "<script type='text/plain' id='unmarked'>note('marked later')</script><script MARKS data-vendor='nobody' id='unknown'>note('named later')</script><script MARKS>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        let (ran, _host) = ran_in(&browser, ("", body), "").await?;
        assert_eq!(ran, json!(["last"]));
        browser
            .run("unmarked.dataset.category = 'audience'; unknown.dataset.vendor = 'google-analytics'")
            .await?;
        browser.until("ran.length === 3").await?;
        assert_eq!(browser.run("return ran").await?, json!(["last", "marked later", "named later"]));
        Ok(())
    });
}

#[test]
fn a_policy_with_nonces_lets_through_what_has_one() {
    let head = "<meta name='referrer' content='no-referrer'>";
    let body = "<script MARKS nonce='a1'>note('inline')</script><script MARKS nonce='a1' data-src='THIRD/file.js'></script><script MARKS>note('no nonce')</script><script MARKS nonce='a1'>note('last')</script>";
    browse(DESKTOP, |browser| async move {
        let host = Host::start("", "");
        host.third.put("/file.js", "note('file')");
        let page = host.html(
            &format!("{head}{}", NOTE.replace("<script", "<script nonce='a1'")),
            &body.replace("MARKS", MARKS),
        );
        let policy = format!("script-src 'nonce-a1' {}; object-src 'none'", host.server.url);
        host.pages.put_answer("/strict", Answer::of(page).with("Content-Security-Policy", &policy));
        browser.open(&format!("{}strict", host.url())).await?;
        browser.press("allow_all").await?;
        browser.until("ran.includes('last')").await?;
        assert_eq!(browser.run("return ran").await?, json!(["inline", "file", "last"]));
        Ok(())
    });
}
