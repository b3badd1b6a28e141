//! Blocking without marks: what goes to a vendor that is not allowed is held, and is made as if nobody had touched it
//! once it is.

use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use serde_json::{Value, json};
use std::time::Duration;

/// Each way in which a script asks.
pub const KINDS: &str = include_str!("auto_block_kinds.js");

/// Two vendors whose hosts are on this machine.
pub const VENDORS: &str = r#"
[[vendors]]
id = "stats"
name = "Stats"
company = "Stats SAS"
category = "audience"
policy_url = "https://stats.example/privacy"
country = "FR"
transfer = "none"
purposes = ["audience-measurement"]
hosts = ["*.stats.test", "matomo.polaire.test"]
[vendors.cookies._stats]
duration_days = 0
purpose = "audience-measurement"
first_party = true

[[vendors]]
id = "video"
name = "Video"
company = "Video SAS"
category = "third_party"
policy_url = "https://video.example/privacy"
country = "FR"
transfer = "none"
purposes = ["audience-measurement"]
hosts = ["video.test"]
[vendors.cookies._video]
duration_days = 0
purpose = "audience-measurement"
first_party = true
"#;

/// The tag of a page whose parser waits for it, and the line that makes Chromium look ahead at nothing.
pub fn tag(host: &Host) -> String {
    format!(
        r#"<script src="{}/v1/sites/polaire/consent.js"></script><meta http-equiv="Content-Security-Policy" content="">"#,
        host.server.url
    )
}

/// A site that blocks; `more` are further keys at the top of its file.
pub fn site(more: &str) -> Host {
    let more = format!("auto_block = true\n{more}\n");
    let host = Host::start_with(move |text| format!("{more}{text}{VENDORS}"), "", "");
    host.put_page("/", "", "");
    host
}

impl Host {
    /// A page of a site that blocks; `STATS` is the host of a vendor.
    pub fn put_page(&self, path: &str, head: &str, body: &str) {
        let page = format!(
            r#"<!doctype html><html lang="fr"><head>{}<meta charset="utf-8"><title>Polaire</title><link rel="icon" href="data:,"><script>{KINDS}</script>{head}</head><body><p>Bonjour</p>{body}</body></html>"#,
            tag(self)
        );
        self.pages.put(path, page.replace("STATS", &self.stats()));
    }

    /// Where the vendor is.
    pub fn stats(&self) -> String {
        self.third.origin_of("www.stats.test")
    }

    /// Has the vendor answer a path, to pages of every origin.
    pub fn vendor_answers(&self, path: &str, text: &str) {
        let kind = match path.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("json") => "application/json",
            Some("png") => "image/svg+xml",
            _ => "text/html",
        };
        let answer = Answer::of(text).with("Content-Type", kind).with("Access-Control-Allow-Origin", "*");
        self.third.put_answer(
            path,
            answer.with("Access-Control-Allow-Headers", "*").with("Cache-Control", "no-store"),
        );
    }

    /// The paths that the vendor was asked for, in their order, without those of preflights.
    pub fn vendor_asked(&self) -> Vec<String> {
        let asked = self.third.asked().into_iter().filter(|asked| asked.method != "OPTIONS");
        asked.map(|asked| asked.path).collect()
    }
}

/// Long enough for a request that nobody holds to arrive.
pub async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

pub async fn opened(browser: &Browser, host: &Host) -> Outcome {
    browser.open(&host.url()).await?;
    browser.find(".banner").await?;
    Ok(())
}

pub async fn no_errors(browser: &Browser) -> Outcome {
    assert_eq!(browser.run("return errors").await?, json!([]));
    Ok(())
}

#[test]
fn whatever_way_a_script_asks_the_vendor_hears_of_it_after_the_answer() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        let kinds = browser.run("return Object.keys(KINDS)").await?;
        let kinds: Vec<String> = serde_json::from_value(kinds)?;
        for kind in &kinds {
            for ending in ["js", "css", "json", "html"] {
                host.vendor_answers(&format!("/{kind}.{ending}"), if ending == "json" { "{}" } else { "" });
            }
            host.vendor_answers(&format!("/{kind}.png"), r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#);
            browser.run(&format!("make({kind:?}, '{}/{kind}')", host.stats())).await?;
        }
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        no_errors(&browser).await?;
        browser.press("allow_all").await?;
        for kind in kinds.iter().filter(|kind| !NOT_FETCHED.contains(&kind.as_str())) {
            let asked =
                || host.vendor_asked().iter().any(|path| path.split('.').next() == Some(&format!("/{kind}")));
            for _ in 0..200 {
                if asked() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            assert!(asked(), "{kind} was never asked for: {:?}", host.vendor_asked());
        }
        no_errors(&browser).await
    });
}

/// What not every engine fetches, or not through the proxy.
const NOT_FETCHED: [&str; 6] =
    ["linkIcon", "worklet", "linkPrefetch", "socket", "linkModulepreload", "sharedWorker"];

#[test]
fn calls_settle_as_if_nobody_had_touched_them() {
    let script = r#"
      window.told = [];
      const tell = name => event => { told.push(name + " " + (event && event.type ? event.type + " " + event.target.readyState : event)); };
      fetch("STATS/a.json", { method: "POST", body: "x" }).then(reply => reply.json()).then(json => told.push("fetch " + json.a));
      const request = new XMLHttpRequest();
      request.open("GET", "STATS/b.json");
      request.responseType = "json";
      for (const type of ["readystatechange", "loadstart", "load", "error", "loadend"]) request.addEventListener(type, tell("xhr"));
      request.send();
      told.push(request.readyState, navigator.sendBeacon("STATS/c.json", "x"));
      return fetch("/").then(reply => reply.status);"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        for path in ["/a.json", "/b.json", "/c.json"] {
            host.vendor_answers(path, r#"{"a":1}"#);
        }
        opened(&browser, &host).await?;
        let own = browser.run(&script.replace("STATS", &host.stats())).await?;
        assert_eq!(own, json!(200), "what is not held does not wait");
        a_moment().await;
        assert_eq!(browser.run("return told").await?, json!([1, true]));
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        browser.until("told.includes('fetch 1') && told.includes('xhr loadend 4')").await?;
        let told: Vec<Value> =
            serde_json::from_value(browser.run("return told.filter(one => /^xhr/.test(one))").await?)?;
        assert_eq!(
            told,
            [
                "loadstart 1",
                "readystatechange 2",
                "readystatechange 3",
                "readystatechange 4",
                "load 4",
                "loadend 4"
            ]
            .map(|event| json!(format!("xhr {event}")))
        );
        host.until_asked("/c.json", 1).await?;
        no_errors(&browser).await
    });
}

#[test]
fn after_a_refusal_calls_fail_as_on_a_broken_network() {
    let script = r#"
      window.told = [];
      const tell = name => { told.push(name); };
      const ask = when => {
        fetch("STATS/a.json").then(() => tell("answered"), error => tell(when + " " + error.name));
        const request = new XMLHttpRequest();
        request.onerror = () => tell(when + " xhr error " + request.status + " " + request.readyState);
        request.onloadend = () => tell(when + " xhr loadend");
        request.onload = () => tell("answered");
        request.open("GET", "STATS/b.json");
        request.send();
        const whole = new XMLHttpRequest();
        whole.open("GET", "STATS/c.json", false);
        whole.send();
        tell(when + " whole " + whole.status);
        tell(when + " beacon " + navigator.sendBeacon("STATS/d.json"));
        const socket = new WebSocket("STATS/e".replace("http", "ws"));
        tell(when + " socket " + socket.readyState + " " + (socket instanceof WebSocket));
        socket.onerror = () => tell(when + " socket error " + socket.readyState);
        socket.addEventListener("close", event => tell(when + " socket close " + event.code));
        const events = new EventSource("STATS/f");
        events.onerror = () => tell(when + " events error " + events.readyState);
      };
      window.ask = ask;
      ask("before");"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        browser.run(&script.replace("STATS", &host.stats())).await?;
        a_moment().await;
        let before = json!(["before whole 0", "before beacon true", "before socket 0 true"]);
        assert_eq!(browser.run("return told").await?, before);
        browser.press("refuse_all").await?;
        for when in ["before", "after"] {
            let fails = [
                "TypeError",
                "xhr error 0 4",
                "xhr loadend",
                "socket error 3",
                "socket close 1006",
                "events error 2",
            ];
            for fails in fails {
                browser.until(&format!("told.includes('{when} {fails}')")).await?;
            }
            browser.run("ask('after')").await?;
        }
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        assert_eq!(browser.run("return told.includes('answered')").await?, json!(false));
        no_errors(&browser).await
    });
}

#[test]
fn an_element_reads_and_fires_as_the_page_has_made_it() {
    let script = r#"
      window.told = [];
      const image = document.createElement("img"), script = document.createElement("script"), frame = document.createElement("iframe");
      image.onload = () => told.push("image " + image.complete);
      image.src = "STATS/image.png";
      image.srcset = "STATS/image.png 1x";
      script.onload = () => told.push("script " + script.type + script.getAttribute("src"));
      script.async = false;
      script.src = "STATS/script.js";
      script.setAttribute("type", "text/javascript");
      frame.onload = () => told.push("frame");
      frame.setAttribute("src", "STATS/frame.html");
      document.body.append(image, script, frame);
      window.read = () => [image.src, image.getAttribute("src"), image.srcset, image.hasAttribute("srcset"), script.src, script.type, script.getAttribute("type"), frame.src, frame.getAttributeNames()];"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers(
            "/image.png",
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#,
        );
        host.vendor_answers("/script.js", "told.push('ran ' + (document.currentScript.type))");
        host.vendor_answers("/frame.html", "");
        opened(&browser, &host).await?;
        let stats = host.stats();
        browser.run(&script.replace("STATS", &stats)).await?;
        let read = json!([
            format!("{stats}/image.png"),
            format!("{stats}/image.png"),
            format!("{stats}/image.png 1x"),
            true,
            format!("{stats}/script.js"),
            "text/javascript",
            "text/javascript",
            format!("{stats}/frame.html"),
            ["src"],
        ]);
        assert_eq!(browser.run("return read()").await?, read);
        assert_eq!(browser.run("return document.querySelector('img').complete").await?, json!(false));
        a_moment().await;
        assert_eq!(browser.run("return told").await?, json!([]));
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        browser.until("told.length === 4").await?;
        let mut told: Vec<String> = serde_json::from_value(browser.run("return told").await?)?;
        told.sort();
        let script = format!("script text/javascript{stats}/script.js");
        assert_eq!(told, ["frame", "image true", "ran text/javascript", &script]);
        assert_eq!(browser.run("return read()").await?, read);
        let left = browser.run("return document.querySelectorAll('[data-constat-held]').length").await?;
        assert_eq!(left, json!(0));
        Ok(())
    });
}

#[test]
fn scripts_of_the_page_s_own_html_run_in_their_order_after_the_answer() {
    let body = r#"
      <script>window.ran = []; document.addEventListener("DOMContentLoaded", () => ran.push("ready"))</script>
      <script src="STATS/1.js"></script>
      <script src="/own.js"></script>
      <script defer src="STATS/last.js"></script>
      <script src="STATS/2.js" type="text/javascript"></script>
      <script type="text/plain" data-category="audience" data-vendor="stats" data-src="STATS/3.js"></script>
      <script>document.write('<script src="STATS/4.js"></scr' + 'ipt><script>ran.push("written: <img src=//www.stats.test/no.png>")</scr' + 'ipt>')</script>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        for name in ["1", "2", "3", "4", "5", "last"] {
            let more = if name == "2" {
                r#"document.write('<b id="written"></b><script src="STATS/5.js"></scr' + 'ipt>');"#
            } else {
                ""
            };
            let more = more.replace("STATS", &host.stats());
            host.vendor_answers(&format!("/{name}.js"), &format!("ran.push('{name}');{more}"));
        }
        host.pages.put("/own.js", "ran.push('own')");
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        browser.until("ran.includes('ready')").await?;
        let before = json!(["own", "written: <img src=//www.stats.test/no.png>", "ready"]);
        assert_eq!(browser.run("return ran").await?, before);
        browser.press("allow_all").await?;
        browser.until("ran.includes('last')").await?;
        assert_eq!(browser.run("return ran.slice(3)").await?, json!(["1", "2", "5", "3", "4", "last"]));
        browser.until("document.getElementById('written')").await?;
        let attributes = browser.run("return [...document.querySelectorAll('script[src*=stats]')].map(one => one.getAttribute('type'))").await?;
        assert_eq!(attributes, json!([null, null, "text/javascript", null, "text/javascript", null]));
        no_errors(&browser).await
    });
}

#[test]
fn a_worker_that_takes_scripts_of_a_vendor_gets_its_messages_once_it_may_run() {
    let script = r#"
      window.told = [];
      const address = URL.createObjectURL(new Blob(["importScripts('STATS/worker.js'); onmessage = event => postMessage(name + event.data.a)"], { type: "text/javascript" }));
      const worker = new Worker(address);
      URL.revokeObjectURL(address);
      worker.onmessage = event => told.push(event.data);
      worker.postMessage({ a: 1 });
      worker.postMessage({ a: 2 });
      const own = new Worker(URL.createObjectURL(new Blob(["onmessage = event => postMessage('own')"])));
      own.onmessage = event => told.push(event.data);
      own.postMessage(0);
      return worker instanceof Worker;"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/worker.js", "var name = 'worker ';");
        opened(&browser, &host).await?;
        assert_eq!(browser.run(&script.replace("STATS", &host.stats())).await?, json!(true));
        browser.until("told.includes('own')").await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        browser.until("told.length === 3").await?;
        assert_eq!(browser.run("return told").await?, json!(["own", "worker 1", "worker 2"]));
        no_errors(&browser).await
    });
}

#[test]
fn a_worker_that_is_held_starts_also_where_the_page_takes_typed_addresses_only() {
    let head = r#"<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'; trusted-types constat mine">"#;
    let body = r#"<script>
      const typed = window.trustedTypes ? trustedTypes.createPolicy("mine", { createScriptURL: address => address }) : { createScriptURL: address => address };
      const text = "const typed = self.trustedTypes ? trustedTypes.createPolicy('mine', { createScriptURL: address => address }) : { createScriptURL: address => address }; importScripts(typed.createScriptURL('STATS/worker.js'))";
      const held = new Worker(typed.createScriptURL(URL.createObjectURL(new Blob([text]))));
      held.onmessage = event => { window.told = event.data; };</script>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/worker.js", "postMessage(1)");
        host.put_page("/", head, body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        browser.until("window.told").await
    });
}

#[test]
fn what_was_refused_comes_when_it_is_allowed_later_and_goes_with_a_withdrawal() {
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/late.js", "window.ran = 1");
        opened(&browser, &host).await?;
        browser.press("refuse_all").await?;
        browser.run(&format!("document.body.append(Object.assign(document.createElement('script'), {{ src: '{}/late.js' }}))", host.stats())).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.run("constat.open()").await?;
        browser.press("allow_all").await?;
        browser.until("window.ran").await?;
        browser.run("window.same_page = true; constat.withdraw()").await?;
        browser.until("!window.same_page && window.constat?.choices()").await?;
        let asked = host.vendor_asked().len();
        browser.run(&format!("make('img', '{}/after')", host.stats())).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked().len(), asked);
        Ok(())
    });
}

#[test]
fn a_held_frame_says_whose_it_is_and_can_be_allowed_alone() {
    let made = "<script>const made = document.createElement('iframe'); made.id = 'made'; made.src = 'STATS/made'; document.body.append(made)</script>";
    let body = format!("<iframe id='still' src='STATS/still'></iframe>{made}");
    browse(DESKTOP, |browser| async move {
        let host = site("");
        host.put_page("/", "", &body);
        browser.open(&host.url()).await?;
        browser.press("refuse_all").await?;
        for frame in ["made", "still"] {
            let inside = format!("document.getElementById('{frame}').contentDocument?.body");
            browser.until(&format!("{inside}?.querySelector('button')")).await?;
            let text = browser.run(&format!("return {inside}.textContent")).await?;
            assert!(text.as_str().unwrap().contains("Stats"), "{text}");
        }
        let before = host.third.count("/made");
        browser.enter_frame("#made").await?;
        browser.run("document.querySelector('button').click()").await.ok();
        browser.leave_frames().await?;
        browser
            .until("constat.allows('audience', 'stats') && !constat.allows('third_party', 'video')")
            .await?;
        for _ in 0..200 {
            if host.third.count("/made") > before && host.third.count("/still") > 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err("the frames were never loaded".into())
    });
}
