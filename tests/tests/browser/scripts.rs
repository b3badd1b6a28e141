//! A released script behaves like the same script without marks.

use crate::page::{Host, delivered};
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use serde_json::{Value, json};
use std::time::Duration;

/// A page that notes what runs.
const NOTE: &str = "<script>window.ran = []; function note(what) { ran.push(what) }</script>";

/// The marks of a script that waits.
const MARKS: &str = r#"type="text/plain" data-category="audience""#;

/// Marked scripts: `MARKS` stands for the marks.
fn marked(html: &str) -> String {
    html.replace("MARKS", MARKS)
}

async fn allow(host: &Host, browser: &Browser) -> Outcome {
    browser.open(&host.url()).await?;
    browser.press("allow_all").await
}

/// Waits until everything has run, and for what should not come any more.
async fn ran(browser: &Browser, last: &str) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
    browser.until(&format!("ran.includes('{last}')")).await?;
    Ok(browser.run("return new Promise((done) => setTimeout(done, 100)).then(() => ran)").await?)
}

#[test]
fn what_the_browser_does_not_run_or_cannot_fetch_holds_up_nobody() {
    let body = r#"
      <script MARKS nomodule data-src="THIRD/old.js"></script>
      <script MARKS nomodule>note("old")</script>
      <script MARKS data-type="application/json" data-src="THIRD/data.json"></script>
      <script MARKS data-type="text/template" data-src="THIRD/template"></script>
      <script MARKS data-type="speculationrules">{}</script>
      <script MARKS data-src="THIRD/missing.js"></script>
      <script MARKS data-src="THIRD/broken.js"></script>
      <script MARKS data-src=""></script>
      <script MARKS data-src="http://"></script>
      <script MARKS>throw new Error("of the page")</script>
      <script MARKS data-type="module" data-src="THIRD/missing.js"></script>
      <script MARKS data-src="THIRD/next.js"></script>
      <script MARKS data-type=" Text/JavaScript ">note("last")</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        host.third.put_answer("/missing.js", Answer { status: 404, ..Answer::of("") });
        host.third.put("/broken.js", "this is no script");
        host.third.put("/next.js", "note('next')");
        allow(&host, &browser).await?;
        assert_eq!(ran(&browser, "last").await?, json!(["next", "last"]));
        assert_eq!((host.third.count("/old.js"), host.third.count("/data.json")), (0, 0));
        Ok(())
    });
}

#[test]
fn the_handlers_of_a_script_are_called_once() {
    let body = r#"
      <script MARKS data-src="THIRD/a.js" onload="note('onload')" onerror="note('wrong')"></script>
      <script MARKS data-src="THIRD/missing.js" onerror="note('onerror')" onload="note('wrong')"></script>
      <script MARKS data-type="module" data-src="THIRD/module.js" onload="note('module')"></script>
      <script>
        const listening = document.createElement("script");
        Object.assign(listening, { type: "text/plain", onload: () => note("property") });
        Object.assign(listening.dataset, { category: "audience", src: "THIRD/b.js" });
        listening.addEventListener("load", (event) => note(event.currentTarget === listening ? "listener" : "wrong"));
        document.body.append(listening);
      </script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        host.third.put_answer("/missing.js", Answer { status: 404, ..Answer::of("") });
        host.third.put("/a.js", "note('a')");
        host.third.put("/b.js", "note('b')");
        host.third.put_answer("/module.js", Answer::of("note('c')").with("Access-Control-Allow-Origin", "*"));
        allow(&host, &browser).await?;
        ran(&browser, "module").await?;
        let ran = ran(&browser, "listener").await?;
        assert_eq!(ran, json!(["a", "onload", "onerror", "b", "property", "listener", "c", "module"]));
        Ok(())
    });
}

#[test]
fn what_a_script_writes_stands_where_the_script_stands() {
    let body = r#"<h1>Quote</h1>
      <script MARKS>document.write("<di"); document.write("v id='one'>"); document.writeln("written</div>"); note("one")</script>
      <hr>
      <script MARKS data-src="THIRD/writes.js"></script>
      <p id="end">End</p>
      <script MARKS>note("last")</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        // As tags of advertisers do: a script that writes a script that writes.
        host.third.put("/writes.js", "note('writes'); document.write('<b>two</b><script src=\"THIRD/nested.js\"></scr' + 'ipt><script>note(\"inline\"); document.write(\"<i>four</i>\")</scr' + 'ipt>'); note('written')".replace("THIRD", &host.third.other_origin()));
        host.third.put("/nested.js", "note('nested'); document.write('<em>three</em>')");
        allow(&host, &browser).await?;
        let order = ran(&browser, "last").await?;
        assert_eq!(order, json!(["one", "writes", "written", "nested", "inline", "last"]));
        let elements = "return [...document.body.querySelectorAll('h1, hr, #one, b, em, i, #end')].map((node) => node.id || node.localName)";
        let expected = json!(["h1", "one", "hr", "b", "em", "i", "end"]);
        assert_eq!(browser.run(elements).await?, expected);
        let own =
            "return ['write', 'writeln', 'addEventListener'].filter((name) => Object.hasOwn(document, name))";
        assert_eq!(browser.run(own).await?, json!([]), "nothing stands in once all have run");
        // The next page view has the same, also where it runs while the page is parsed.
        browser.reload().await?;
        assert_eq!(ran(&browser, "last").await?, order);
        assert_eq!(browser.run(elements).await?, expected);
        Ok(())
    });
}

#[test]
fn between_many_scripts_the_page_can_do_other_things() {
    const SCRIPTS: usize = 60;
    let head = r#"<script>
      window.done = window.most = 0;
      function work() { const end = performance.now() + 15; while (performance.now() < end); done += 1; }
      let before = 0;
      setInterval(() => { most = Math.max(most, done - before); before = done; });
    </script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(head, &marked("<script MARKS>work()</script>").repeat(SCRIPTS));
        allow(&host, &browser).await?;
        browser.until(&format!("done === {SCRIPTS}")).await?;
        let most = browser.run("return most").await?;
        assert!(most.as_u64() <= Some(10), "{most} scripts ran in a row");
        Ok(())
    });
}

#[test]
fn a_script_that_kept_its_src_runs_in_its_place_once() {
    let body = r#"
      <script MARKS src="THIRD/library.js"></script>
      <script MARKS>note(window.library)</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        let slow =
            Answer { delay: Duration::from_millis(300), ..Answer::of("window.library = 'the library'") };
        host.third.put_answer("/library.js", slow);
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        assert_eq!(host.third.count("/library.js"), 0);
        browser.press("allow_all").await?;
        assert_eq!(ran(&browser, "the library").await?, json!(["the library"]));
        assert_eq!(host.third.count("/library.js"), 1);
        Ok(())
    });
}

/// Name, kind and attribute of scripts of every kind, in a random order.
const KINDS: [(&str, &str, &str); 11] = [
    ("i1", "inline", ""),
    ("a", "src", ""),
    ("d1", "src", "defer"),
    ("i2", "inline", ""),
    ("b", "src", ""),
    ("m1", "module", ""),
    ("i3", "inline", ""),
    ("d2", "src", "defer"),
    ("m2", "module-src", ""),
    ("i4", "inline", "defer"),
    ("c", "src", ""),
];

fn in_every_kind(marks: &str, src: &str, kind: &str) -> String {
    let one = |(name, is, more): (&str, &str, &str)| match is {
        "src" => format!("<script {marks} {more} {src}='/s/{name}.js'></script>"),
        "inline" => format!("<script {marks} {more}>note('{name}')</script>"),
        "module" => format!("<script {marks} {kind}='module'>note('{name}')</script>"),
        _ => format!("<script {marks} {kind}='module' {src}='/s/{name}.js'></script>"),
    };
    KINDS.map(one).concat()
}

#[test]
fn marked_scripts_run_in_the_order_of_the_same_scripts_without_marks() {
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &in_every_kind(MARKS, "data-src", "data-type"));
        host.put("/unmarked", NOTE, &in_every_kind("", "src", "type"));
        for (at, (name, ..)) in KINDS.iter().enumerate() {
            let delay = Duration::from_millis(100 - 9 * at as u64);
            host.pages.put_answer(
                &format!("/s/{name}.js"),
                Answer { delay, ..Answer::of(format!("note('{name}')")) },
            );
        }
        let all = format!("ran.length === {}", KINDS.len());
        browser.open(&format!("{}unmarked", host.url())).await?;
        browser.until(&all).await?;
        let order = browser.run("return ran").await?;
        allow(&host, &browser).await?;
        browser.until(&all).await?;
        assert_eq!(browser.run("return ran").await?, order, "after the answer");
        browser.reload().await?;
        browser.until(&all).await?;
        assert_eq!(browser.run("return ran").await?, order, "on the next page view");
        Ok(())
    });
}

#[test]
fn a_script_with_async_holds_up_nobody() {
    let body = r#"
      <script MARKS async data-src="THIRD/slow.js"></script>
      <script MARKS data-src="THIRD/next.js"></script>
      <script MARKS>note("inline")</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        let slow = Answer { delay: Duration::from_millis(500), ..Answer::of("note('slow')") };
        host.third.put_answer("/slow.js", slow);
        host.third.put("/next.js", "note('next')");
        allow(&host, &browser).await?;
        assert_eq!(ran(&browser, "slow").await?, json!(["next", "inline", "slow"]));
        Ok(())
    });
}

/// Every way to wait for the page; `X` begins the names.
const WAITS: &str = r#"
  document.addEventListener("DOMContentLoaded", (event) => note("X document " + event.type + (event.target === document)));
  window.addEventListener("DOMContentLoaded", () => note("X window"));
  window.addEventListener("load", () => note("X load"));
  addEventListener("load", { handleEvent() { note("X object") } });
  self.addEventListener("pageshow", () => note("X pageshow"), { once: true });
  document.addEventListener("DOMContentLoaded", () => { window.addEventListener("load", () => note("X nested")) });
  document.addEventListener("DOMContentLoaded", () => { throw new Error("of the page") });
  document.addEventListener("click", () => note("X click"));"#;

#[test]
fn a_script_that_waits_for_the_page_is_called_although_the_page_is_there() {
    let inline = WAITS.replace('X', "inline");
    let body = marked(&format!(
        "<script MARKS data-src='THIRD/waits.js'></script><script MARKS>{inline}; note('last')</script><button>Host</button>"
    ));
    browse(DESKTOP, move |browser| async move {
        let host = Host::start(NOTE, &body);
        host.third.put("/waits.js", WAITS.replace('X', "file"));
        allow(&host, &browser).await?;
        browser.until("ran.includes('file nested') && ran.includes('inline nested')").await?;
        let ran = browser.run("return ran").await?;
        let mut names: Vec<_> = ran.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        names.sort_unstable();
        let waits = ["document DOMContentLoadedtrue", "load", "nested", "object", "pageshow", "window"];
        let mut expected: Vec<_> =
            ["file", "inline"].iter().flat_map(|from| waits.map(|it| format!("{from} {it}"))).collect();
        expected.push("last".to_owned());
        assert_eq!(names, expected, "each once");
        assert_eq!(names.len(), ran.as_array().unwrap().len());
        browser.click("button").await?;
        browser.until("ran.includes('file click') && ran.includes('inline click')").await?;
        Ok(())
    });
}

#[test]
fn a_handler_that_a_script_gives_to_the_window_is_called() {
    for set in ["window.onload = () => note('onload')", "onload = () => note('onload')"] {
        let body = marked(&format!("<script MARKS>{set}</script>"));
        browse(DESKTOP, move |browser| async move {
            let host = Host::start(NOTE, &body);
            allow(&host, &browser).await?;
            assert_eq!(ran(&browser, "onload").await?, json!(["onload"]));
            Ok(())
        });
    }
}

#[test]
fn a_script_knows_itself() {
    let body = r#"
      <script MARKS id="inline" data-key="1">note([document.currentScript.id, document.currentScript.dataset.key].join())</script>
      <script MARKS id="file" data-key="2" data-src="THIRD/self.js"></script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        host.third.put("/self.js", "note([document.currentScript.id, document.currentScript.dataset.key, new URL(document.currentScript.src).pathname].join())");
        allow(&host, &browser).await?;
        assert_eq!(ran(&browser, "file,2,/self.js").await?, json!(["inline,1", "file,2,/self.js"]));
        Ok(())
    });
}

#[test]
fn no_script_runs_twice() {
    let body = r#"
      <div id="here"><script MARKS>note("moved")</script></div><div id="there"></div>
      <script MARKS data-src="THIRD/once.js"></script><script MARKS>note("last")</script>"#;
    browse(DESKTOP, |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        host.third.put("/once.js", "note('once')");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser
            .run("there.append(here.firstChild); document.body.append(document.querySelector('[data-src]'))")
            .await?;
        browser.press("allow_all").await?;
        ran(&browser, "once").await?;
        // Moved, copied, changed, and answered for again.
        browser.run("for (const script of document.querySelectorAll('script[data-category]')) { here.append(script.cloneNode(true)); there.append(script); script.dataset.vendor = 'youtube'; script.dataset.category = 'third_party' }").await?;
        browser.find(".manage").await?.click().await?;
        browser.press("allow_all").await?;
        delivered(&browser, "polaire").await?;
        assert_eq!(ran(&browser, "once").await?, json!(["moved", "last", "once"]));
        assert_eq!(host.third.count("/once.js"), 1);
        Ok(())
    });
}

#[test]
fn marks_in_shadow_roots_of_every_kind_wait_and_are_released() {
    let body = r#"
      <div><template shadowrootmode="open"><script MARKS data-src="THIRD/declared.js"></script>
        <div><template shadowrootmode="open"><script MARKS data-src="THIRD/nested.js"></script></template></div>
      </template></div><div id="closed"></div><div id="late"></div>"#;
    let add = |id: &str, mode: &str, html: &str| {
        let html = json!(marked(html));
        format!(
            "document.getElementById('{id}').attachShadow({{ mode: '{mode}' }}).append(document.createRange().createContextualFragment({html}))"
        )
    };
    browse(DESKTOP, move |browser| async move {
        let host = Host::start(NOTE, &marked(body));
        let third = host.third.other_origin();
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        let closed = r#"<script MARKS data-src="THIRD/closed.js"></script><iframe data-category="third_party" data-vendor="youtube" data-constat-src="THIRD/film"></iframe>"#;
        browser.run(&add("closed", "closed", &closed.replace("THIRD", &third))).await?;
        browser.run("return new Promise((done) => setTimeout(done, 100))").await?;
        assert!(host.third.asked().is_empty(), "{:?}", host.third.asked());
        browser.press("allow_all").await?;
        for path in ["/declared.js", "/nested.js", "/closed.js", "/film"] {
            host.until_asked(path, 1).await?;
        }
        let late = "<script MARKS data-src='THIRD/late.js'></script>".replace("THIRD", &third);
        browser.run(&add("late", "open", &late)).await?;
        host.until_asked("/late.js", 1).await?;
        browser.reload().await?;
        host.until_asked("/declared.js", 2).await?;
        host.until_asked("/nested.js", 2).await?;
        Ok(())
    });
}
