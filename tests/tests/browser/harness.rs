//! What the other tests rely on, in every engine.

use constat_tests::browser::{Browser, DESKTOP, Outcome, PHONE, browse};
use constat_tests::page_answer::Answer;
use constat_tests::pages::{Asked, Pages};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use thirtyfour::Key;

/// A page with this in its body.
fn page(body: &str) -> String {
    format!(
        "<!doctype html><html><head><meta name='viewport' content='width=device-width'><title>Polaire</title></head><body style='margin:0'>{body}</body></html>"
    )
}

#[test]
fn a_page_has_the_size_that_was_asked_for() {
    browse(PHONE, |browser| async move {
        let pages = Pages::start();
        pages.put("/", page(""));
        browser.open(&pages.origin()).await?;
        for (width, height) in [PHONE, (320, 256), DESKTOP, (568, 320)] {
            browser.resize((width, height)).await?;
            browser.until(&format!("innerWidth === {width} && innerHeight === {height}")).await?;
        }
        Ok(())
    });
}

#[test]
fn presses_keys_and_the_wheel_are_those_of_a_person() {
    browse(DESKTOP, |browser| async move {
        let pages = Pages::start();
        pages.put("/", page("<button>A</button><button>B</button><p style='height:9000px'>"));
        browser.open(&pages.origin()).await?;
        browser.run("window.seen = {}; for (const name of ['pointerdown', 'click', 'keydown', 'wheel']) addEventListener(name, (event) => { seen[name] = [event.isTrusted, event.clientX, event.clientY] })").await?;
        browser.hold_at(200, 300).await?;
        browser.until("seen.pointerdown").await?;
        assert!(browser.run("return seen.click ?? null").await?.is_null());
        browser.release().await?;
        browser.until("seen.click").await?;
        browser.press_at(300, 300).await?;
        browser.until("seen.click[1] === 300").await?;
        browser.keys(&[Key::Tab, Key::Tab]).await?;
        browser.until("document.activeElement.textContent === 'B'").await?;
        browser.wheel_at(300, 300, 400).await?;
        browser.until("scrollY > 0").await?;
        let seen = browser.run("return seen").await?;
        assert_eq!((&seen["pointerdown"], &seen["click"]), (&json!([true, 300, 300]), &seen["pointerdown"]));
        assert_eq!((&seen["keydown"][0], &seen["wheel"]), (&json!(true), &seen["click"]));
        Ok(())
    });
}

#[test]
fn frames_a_second_tab_and_the_history_are_driven_like_the_page() {
    browse(DESKTOP, |browser| async move {
        let pages = Pages::start();
        pages.put("/", page("<iframe src='/frame' id='frame'></iframe>"));
        pages.put("/frame", page("<button onclick='window.pressed = true'>A</button>"));
        pages.put("/next", page("<button onclick='window.pressed = true'>A</button>"));
        browser.open(&format!("{}/", pages.origin())).await?;
        browser.enter_frame("#frame").await?;
        browser.click("button").await?;
        assert_eq!(browser.run("return [location.pathname, pressed]").await?, json!(["/frame", true]));
        browser.leave_frames().await?;
        assert_eq!(browser.run("return [location.pathname, window.pressed]").await?, json!(["/", null]));

        browser.open(&format!("{}/next", pages.origin())).await?;
        browser.back().await?;
        browser.until("location.pathname === '/'").await?;
        browser.forward().await?;
        browser.until("location.pathname === '/next'").await?;

        let first = browser.window().await?;
        browser.new_tab(&format!("{}/next", pages.other_origin())).await?;
        browser.click("button").await?;
        let second = browser.run("return [location.hostname, pressed, innerWidth]").await?;
        assert_eq!(second, json!(["localhost", true, DESKTOP.0]));
        browser.switch_to(first).await?;
        assert_eq!(
            browser.run("return [location.hostname, window.pressed]").await?,
            json!(["127.0.0.1", null])
        );
        Ok(())
    });
}

#[test]
fn a_prepared_script_runs_before_those_of_the_page_also_under_a_policy() {
    browse(DESKTOP, |browser| async move {
        let pages = Pages::start();
        let own = "<script nonce='a1B2'>window.order = [window.prepared]</script>";
        let strict = Answer::of(page(own)).with("Content-Security-Policy", "script-src 'nonce-a1B2'");
        pages.put_answer("/", strict);
        pages.put("/headless", own);
        browser.prepare("window.prepared = 'first'").await?;
        for path in ["", "headless"] {
            browser.open(&format!("{}/{path}", pages.origin())).await?;
            assert_eq!(browser.run("return order").await?, json!(["first"]), "/{path}");
        }
        browser.forget_prepared().await?;
        browser.reload().await?;
        assert_eq!(browser.run("return order").await?, json!([null]));
        Ok(())
    });
}

#[test]
fn a_blocked_request_fails_a_delayed_one_waits_and_a_cleared_cache_asks_again() {
    browse(DESKTOP, |browser| async move {
        let pages = Pages::start();
        pages.put("/", page("<script src='/kept.js'></script>"));
        pages.put_answer("/kept.js", Answer::of("").with("Cache-Control", "max-age=600, immutable"));
        browser.open(&pages.origin()).await?;
        browser.block(&["*/blocked*"]).await?;
        let ask = "return fetch('/blocked/a', { method: 'POST' }).then(() => 'answered', () => 'failed')";
        assert_eq!(browser.run(ask).await?, "failed");
        assert_eq!(pages.count("/blocked/a"), 0);
        browser.block(&[]).await?;
        assert_eq!(browser.run(ask).await?, "answered");

        browser.delay(300).await?;
        let took =
            "const start = performance.now(); return fetch('/slow').then(() => performance.now() - start)";
        assert!(browser.run(took).await?.as_f64() >= Some(300.0));
        browser.delay(0).await?;

        browser.open(&format!("{}/", pages.origin())).await?;
        assert_eq!(pages.count("/kept.js"), 1, "it was kept");
        browser.clear_cache().await?;
        let before = pages.count("/kept.js");
        browser.open(&pages.origin()).await?;
        assert_eq!(pages.count("/kept.js"), before + 1);
        Ok(())
    });
}

#[test]
fn pages_answer_as_they_are_told_under_every_name_and_count_what_came() {
    browse(DESKTOP, |browser| async move {
        let pages = Pages::start();
        pages.put("/", page(""));
        let told = Answer { status: 503, delay: Duration::from_millis(200), ..Answer::of("busy") };
        pages.put_answer("/told", told.with("Set-Cookie", "a=1").with("Set-Cookie", "b=2"));
        browser.open(&format!("{}/", pages.origin_of("www.polaire.test"))).await?;
        let ask = "const start = performance.now(); return fetch('/told', { method: 'POST' }).then(async (reply) => [reply.status, await reply.text(), document.cookie, performance.now() - start > 199])";
        assert_eq!(browser.run(ask).await?, json!([503, "busy", "a=1; b=2", true]));
        assert_eq!(browser.run("return location.hostname").await?, "www.polaire.test");
        let asked = |method: &str, path: &str| Asked { method: method.to_owned(), path: path.to_owned() };
        let came: Vec<_> = pages.asked().into_iter().filter(|it| it.path != "/favicon.ico").collect();
        assert_eq!(came, [asked("GET", "/"), asked("POST", "/told")]);
        Ok(())
    });
}

#[test]
fn a_browser_whose_test_fails_leaves_nothing_behind() {
    let folder: Arc<Mutex<PathBuf>> = Arc::default();
    let seen = Arc::clone(&folder);
    let failing = |browser: Browser| async move {
        *seen.lock().unwrap() = browser.folder().to_owned();
        assert!(!processes_with(browser.folder().to_str().unwrap()).is_empty());
        Outcome::Err("the test has failed".into())
    };
    let result = catch_unwind(AssertUnwindSafe(|| browse(DESKTOP, failing)));
    let message = result.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*message, "the test has failed");
    let folder = folder.lock().unwrap();
    assert!(!folder.exists());
    assert_eq!(processes_with(folder.to_str().unwrap()), Vec::<String>::new());
}

/// The processes that were started with something in their environment.
fn processes_with(name: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(name)
        })
        .map(|process| process.path().display().to_string())
        .collect()
}
