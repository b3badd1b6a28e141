//! Blocking without marks beside what libraries and the page's own components rely on.

use crate::auto_block::{a_moment, no_errors, opened, site};
use crate::auto_block_scripts::put_scripts;
use constat_tests::browser::{DESKTOP, Engine, browse};
use serde_json::json;

#[test]
fn workers_and_documents_that_only_mention_a_host_work_before_any_answer() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        let body = r#"<script>
            window.answers = [];
            const ask = (name, text) => { const made = new Worker(worker(text + "\nself.onmessage = ({ data }) => { postMessage(data * 2); };")); made.onmessage = ({ data }) => { answers.push(name + data); }; made.postMessage(4); };
            ask("line", "// STATS/licence");
            ask("block", "/*! STATS/licence */");
            ask("text", "const help = 'see https://github.com/x/y';");
            const shows = (name, make) => { const frame = document.createElement("iframe"); frame.onload = () => { try { if (frame.contentDocument.querySelector("b")) answers.push(name); } catch (_) {} }; make(frame); document.body.append(frame); };
            const page = '<b>Bonjour</b><a class=x href="STATS/profile">nous</a><form action=STATS/form></form>';
            shows("srcdoc", frame => { frame.srcdoc = page; });
            shows("blob", frame => { frame.src = URL.createObjectURL(new Blob([page], { type: "text/html" })); });
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        browser.until("answers.length === 5").await?;
        let answers = browser.run("return answers.sort()").await?;
        assert_eq!(answers, json!(["blob", "block8", "line8", "srcdoc", "text8"]));
        assert!(host.vendor_asked().is_empty());
        Ok(())
    });
}

#[test]
fn workers_and_documents_that_ask_a_host_beside_what_looks_like_a_comment_are_held() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        let body = r#"<script>
            const texts = ["/* a */ importScripts('STATS/a.js') /* b */", "const p = /[/*]/; importScripts('STATS/b.js'); /* c */", "const q = /\\/*/; importScripts('STATS/c.js'); /* c */",
              "const u = '// x'; importScripts('STATS/d.js')", "const v = \"/*\"; importScripts('STATS/e.js'); const w = \"*/\""];
            for (const text of texts) new Worker(worker(text));
            const frame = document.createElement("iframe");
            frame.srcdoc = "<a href='/x' style='background:url(STATS/f.png)'>x</a><a href=/y><img src=STATS/g.png></a>";
            document.body.append(frame);
        </script>"#;
        host.put_page("/", "", body);
        for name in ["a", "b", "c", "d", "e"] {
            host.vendor_answers(&format!("/{name}.js"), "");
        }
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        for path in ["/a.js", "/b.js", "/c.js", "/d.js", "/e.js", "/f.png", "/g.png"] {
            host.until_asked(path, 1).await?;
        }
        no_errors(&browser).await
    });
}

#[test]
fn a_script_runs_as_often_as_a_browser_would_run_it() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        put_scripts(&host, &["query", "plain", "copied", "static"]);
        let body = r#"<div id="box"><script src="STATS/static.js"></script></div><script>
            const made = name => Object.assign(document.createElement("script"), { src: "STATS/" + name + ".js" });
            // A library inserts the script with a type that is none, and loads its file by another one.
            const inserted = made("query");
            inserted.type = "false/" + inserted.type;
            document.body.append(inserted);
            document.head.appendChild(made("query")).parentNode.removeChild(document.head.lastChild);
            inserted.removeAttribute("type");
            // A browser looks at a script when it comes.
            const late = made("plain");
            late.type = "text/plain";
            document.body.append(late);
            late.type = "text/javascript";
            // Copies of what has been in the page.
            const box = document.body.appendChild(document.createElement("div"));
            box.append(made("copied"));
            document.body.append(box.cloneNode(true));
            document.body.append(document.getElementById("box").cloneNode(true));
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(browser.run("return window.ran || []").await?, json!([]));
        browser.press("allow_all").await?;
        browser.until("window.ran?.length >= 3").await?;
        a_moment().await;
        assert_eq!(browser.run("return ran.sort()").await?, json!(["copied", "query", "static"]));
        no_errors(&browser).await
    });
}

#[test]
fn a_script_whose_type_is_taken_away_before_it_comes_is_held() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        let body = r#"<script>
            const ways = [node => node.removeAttribute("type"), node => node.toggleAttribute("type"), node => node.attributes.removeNamedItem("type"), node => node.removeAttributeNode(node.getAttributeNode("type")), node => { node.type = ""; }];
            ways.forEach((way, at) => {
              for (const name of ["append", "prepend", "insertBefore", "insertAdjacentElement"]) {
                const node = document.createElement("script"), box = document.createElement("div");
                node.type = "text/plain";
                node.src = "STATS/" + at + name + ".js";
                way(node);
                if (name === "insertBefore") document.body.insertBefore(box, null).insertBefore(node, null);
                else if (name === "insertAdjacentElement") document.body.insertAdjacentElement("beforeend", node);
                else { box[name](node); document.body.append(box); }
              }
            });
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        for at in 0..5 {
            for name in ["append", "prepend", "insertBefore", "insertAdjacentElement"] {
                host.until_asked(&format!("/{at}{name}.js"), 1).await?;
            }
        }
        no_errors(&browser).await
    });
}

#[test]
fn elements_of_the_page_s_own_work_beside_what_is_held() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        let body = r#"<script>
            customElements.define("own-part", class extends HTMLElement { set value(now) { this.textContent = now; } say(what) { this.title = what; } });
            const ways = [text => { const div = document.createElement("div"); div.innerHTML = text; return div; },
              text => { const div = document.createElement("div"); div.insertAdjacentHTML("beforeend", text); return div; },
              text => { const template = document.createElement("template"); template.innerHTML = text; return document.importNode(template.content, true); },
              text => document.createRange().createContextualFragment(text)];
            // Some browsers know the part only once it is in the page.
            const known = address => ways.map(way => "say" in way("<own-part></own-part><img alt='' src='" + address + "'>").firstChild);
            window.seen = [known("/own.png"), known("STATS/a.png")];
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        no_errors(&browser).await?;
        let known = browser.run("return seen").await?;
        let known: [[bool; 4]; 2] = serde_json::from_value(known)?;
        // WebKit upgrades what was adopted only once it is in the page.
        let ways = if Engine::chosen() == Engine::WebKit { 2 } else { 4 };
        assert_eq!(known[0][..ways], known[1][..ways]);
        assert!(known[0][0]);
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        no_errors(&browser).await
    });
}

#[test]
fn after_a_refusal_an_element_fails_once_as_where_the_host_cannot_be_reached_and_loads_when_it_is_allowed() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        host.vendor_answers("/s.js", "");
        host.vendor_answers("/l.css", "");
        host.vendor_answers("/i.png", r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#);
        let body = r#"<script>
            window.heard = [];
            const make = (tag, keys) => { const node = Object.assign(document.createElement(tag), keys); node.onload = () => heard.push("load " + tag); node.addEventListener("error", () => heard.push("error " + tag)); (tag === "img" ? document.body : document.head).append(node); };
            make("img", { src: "STATS/i.png" });
            make("script", { src: "STATS/s.js" });
            make("link", { rel: "stylesheet", href: "STATS/l.css" });
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(browser.run("return heard").await?, json!([]));
        browser.press("refuse_all").await?;
        let failed = json!(["error img", "error link", "error script"]);
        browser.until("heard.length >= 3").await?;
        assert_eq!(browser.run("return heard.sort()").await?, failed);
        // A visitor who has refused before.
        browser.reload().await?;
        browser.until("window.heard?.length >= 3").await?;
        a_moment().await;
        assert_eq!(browser.run("return heard.sort()").await?, failed);
        assert!(host.vendor_asked().is_empty());
        browser.run("constat.open()").await?;
        browser.find("dialog[open]").await?;
        browser.press("allow_all").await?;
        browser.until("heard.filter(one => /^load/.test(one)).length === 3").await?;
        Ok(())
    });
}

#[test]
fn what_is_held_says_nothing_of_itself_before_an_answer() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        host.vendor_answers("/i.png", r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#);
        let body = r#"<video muted></video><script>
            window.heard = [];
            const player = document.querySelector("video");
            for (const [tag, keys] of [["source", { src: "STATS/a.mp4" }], ["track", { src: "STATS/t.vtt", default: true }]]) {
              const node = Object.assign(document.createElement(tag), keys);
              node.onerror = () => heard.push("error " + tag);
              player.append(node);
            }
            const picture = new Image();
            picture.srcset = "STATS/i.png 1x";
            window.complete = picture.complete;
            picture.decode().then(() => heard.push("decoded"), () => heard.push("not decoded"));
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        a_moment().await;
        assert_eq!(browser.run("return [complete, heard]").await?, json!([false, []]));
        assert!(host.vendor_asked().is_empty());
        browser.press("allow_all").await?;
        browser.until("heard.includes('decoded')").await?;
        Ok(())
    });
}

#[test]
fn a_worker_at_the_address_of_another_host_fails_as_it_does_without_us() {
    browse(DESKTOP, |browser| async move {
        let host = site("");
        let body = r#"<script>
            window.failed = 0;
            for (const name of ["Worker", "SharedWorker"]) {
              try {
                new window[name]("STATS/w.js").onerror = () => { failed++; };
              } catch (_) {
                failed++;
              }
            }
        </script>"#;
        host.put_page("/", "", body);
        opened(&browser, &host).await?;
        browser.until("failed === 2").await?;
        assert!(host.vendor_asked().is_empty());
        Ok(())
    });
}
