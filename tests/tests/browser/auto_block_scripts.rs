//! Blocking without marks: scripts that name files of a vendor, that are copies, or that others wait for; and what
//! somebody else has written into the attribute in which the loader keeps what it has taken out.

use crate::auto_block::{a_moment, opened, site};
use crate::page::Host;
use constat_tests::browser::{DESKTOP, browse};
use serde_json::json;

/// Has the vendor answer scripts that say their names.
pub fn put_scripts(host: &Host, names: &[&str]) {
    for name in names {
        host.vendor_answers(&format!("/{name}.js"), &format!("(self.ran = self.ran || []).push('{name}')"));
    }
}

#[test]
fn what_is_asked_behind_a_script_of_the_html_comes_when_that_one_has_run() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        put_scripts(&host, &["first", "second", "plugin"]);
        host.vendor_answers("/before.json", "{}");
        host.vendor_answers("/behind.json", "{}");
        let body = r#"<script>fetch("STATS/before.json")</script>
            <script src="STATS/first.js"></script>
            <script>document.head.append(Object.assign(document.createElement("script"), { src: "STATS/plugin.js" }))</script>
            <script src="STATS/second.js"></script>
            <script>fetch("STATS/behind.json").then(() => ran.push("behind"))</script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(browser.run("return window.ran").await?, json!(null));
        browser.press("allow_all").await?;
        browser.until("window.ran?.length === 4").await?;
        let ran: Vec<String> = serde_json::from_value(browser.run("return ran").await?)?;
        // Some engines have fetched those of the HTML before, and not run them.
        let asked = host.vendor_asked();
        let place = |path: &str| asked.iter().rposition(|asked| asked == path).unwrap();
        assert_eq!(ran[0], "first");
        assert!(place("/first.js") < place("/plugin.js"), "{asked:?}");
        assert!(place("/second.js") < place("/behind.json"), "{asked:?}");
        assert!(place("/before.json") < place("/plugin.js"), "{asked:?}");
        Ok(())
    });
}

#[test]
fn modules_of_the_page_wait_for_the_files_that_they_name_however_they_name_them() {
    let bodies = [
        // As scripts.
        r#"<script>for (const text of ["import 'STATS/a.js'", "export * from 'STATS/b.js'", "import { x as y, /* and */ default as z } from 'STATS/c.js'"]) { const script = document.createElement("script"); script.type = "module"; script.text = text; document.body.append(script) }</script>"#,
        // By names that an import map gives.
        r#"<script type="importmap">{ "imports": { "c": "STATS/c.js", "lib/": "STATS/" } }</script>
        <script>for (const text of ["import 'lib/a.js'", "import 'lib/b.js'", "import 'c'"]) { const script = document.createElement("script"); script.type = "module"; script.append(text); document.body.append(script) }</script>"#,
        // With names of any letters, and without a sign between two statements.
        r#"<script type="module">import * as détail from 'STATS/a.js'</script>
        <script type="module">let own
          export { own }
          import "STATS/b.js"
          import { "x" as named } from "STATS/c.js"</script>"#,
        // Beside texts that look like comments.
        r#"<script type="module">const all = "img/*"; import "STATS/a.js"; const end = "*/";</script>
        <script type="module">const url = "https://own.example/a"; // import "nothing"
          import 'STATS/b.js'</script>
        <script type="module">const own = 1; export { own as "an own name" }; export { x as "another" } from 'STATS/c.js'</script>"#,
    ];
    browse(DESKTOP, move |browser| async move {
        for body in bodies {
            let host = site("");
            for name in ["a", "b"] {
                put_scripts(&host, &[name]);
            }
            host.vendor_answers(
                "/c.js",
                "(self.ran = self.ran || []).push('c'); export let x = 1; export default 2",
            );
            host.put_page("/", "", body);
            opened(&browser, &host).await?;
            a_moment().await;
            assert_eq!(host.vendor_asked(), Vec::<String>::new());
            browser.press("allow_all").await?;
            browser.until("window.ran?.length === 3").await?;
            assert_eq!(browser.run("return errors").await?, json!([]));
            browser.forget_choice().await?;
        }
        Ok(())
    });
}

#[test]
fn modules_that_name_nothing_of_a_vendor_do_not_wait() {
    let body = r#"<script type="module">
        import "/own.js"; // import "STATS/a.js"
        /* import "STATS/a.js" */
        const home = "STATS/";
        window.own = home;
    </script>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        let own = constat_tests::page_answer::Answer::of("").with("Content-Type", "text/javascript");
        host.pages.put_answer("/own.js", own);
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        browser.until("window.own").await?;
        Ok(())
    });
}

/// Frameworks that put the body of the next page in make each of its scripts anew, attribute by attribute.
#[test]
fn scripts_that_a_framework_makes_anew_run_once_after_the_answer() {
    let body = r#"<script>
      const next = new DOMParser().parseFromString("<body><script src='STATS/a.js'></scr" + "ipt><script type='text/javascript' src='STATS/b.js' defer></scr" + "ipt><p>x</p></body>", "text/html").body;
      const adopted = document.adoptNode(next);
      for (const old of adopted.querySelectorAll("script")) {
        const fresh = document.createElement("script");
        for (const { name, value } of old.attributes) fresh.setAttribute(name, value);
        fresh.textContent = old.textContent;
        fresh.async = false;
        old.replaceWith(fresh);
      }
      window.types = [...adopted.querySelectorAll("script")].map(script => [script.type, script.getAttribute("type")]);
      document.querySelector("p").replaceWith(...adopted.childNodes);
    </script>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        put_scripts(&host, &["a", "b"]);
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!((host.vendor_asked(), browser.run("return window.ran").await?), (vec![], json!(null)));
        browser.press("allow_all").await?;
        browser.until("window.ran?.length >= 2").await?;
        a_moment().await;
        assert_eq!(browser.run("return [ran, errors]").await?, json!([["a", "b"], []]));
        assert_eq!(
            browser.run("return types").await?,
            json!([["", null], ["text/javascript", "text/javascript"]])
        );
        Ok(())
    });
}

#[test]
fn what_somebody_else_writes_into_the_attribute_of_the_loader_is_never_put_back() {
    let gadget = |state: &str| format!("<img alt='' data-constat-held='{state}'>");
    let states = [
        r#"{"src":"x","onerror":"window.hurt = 1"}"#,
        r#"{"type":null,"onerror":"window.hurt = 1"}"#,
        r#"{"href":"javascript:window.hurt = 1"}"#,
        "5",
        "null",
        "x",
    ];
    let text: String = states.into_iter().map(gadget).collect();
    let frame = r#"<iframe data-constat-held='{"src":"javascript:parent.hurt = 1"}'></iframe>"#;
    let body = format!(
        r#"<img id="held" alt="" src="STATS/a.png"><div data-constat="ignore">{text}{frame}</div>{text}{frame}
        <script>const held = document.createElement("p"); held.innerHTML = document.querySelector("div").innerHTML; document.body.append(held);
        window.read = [...document.querySelectorAll("img, iframe")].map(one => [one.getAttribute("onerror"), one.getAttribute("src")]);</script>"#
    );
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/a.png", r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#);
        host.put_page("/", "", &body);
        opened(&browser, &host).await?;
        a_moment().await;
        browser.press("allow_all").await?;
        browser.until("constat.allows('audience')").await?;
        a_moment().await;
        assert_eq!(browser.run("return [window.hurt, errors]").await?, json!([null, []]));
        let read = browser.run("return read.slice(1)").await?;
        assert!(read.as_array().unwrap().iter().all(|one| *one == json!([null, null])), "{read}");
        Ok(())
    });
}

#[test]
fn a_frame_with_an_address_and_a_document_of_its_own_keeps_both() {
    let body = r#"<iframe id="theirs" src="/own.html" srcdoc="<img src='STATS/a.png'>"></iframe>
        <iframe id="own" src="STATS/never.html" srcdoc="<p>own</p>"></iframe>"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/a.png", r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#);
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        // What is the page's own in it needs no answer.
        browser.until("document.getElementById('own').contentDocument?.querySelector('p')").await?;
        let read = "return ['theirs', 'own'].map(id => document.getElementById(id)).map(frame => [frame.getAttribute('src').split('/').at(-1), frame.srcdoc.slice(0, 4)])";
        let both = json!([["own.html", "<img"], ["never.html", "<p>o"]]);
        assert_eq!(browser.run(read).await?, both);
        browser.press("allow_all").await?;
        browser.until("document.getElementById('theirs').contentDocument?.querySelector('img')").await?;
        a_moment().await;
        assert_eq!(browser.run(read).await?, both);
        assert_eq!(host.third.count("/never.html"), 0);
        Ok(())
    });
}
