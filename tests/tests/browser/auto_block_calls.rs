//! Blocking without marks: calls, connections and workers that are held are what the browser would have made of them.

use crate::auto_block::{a_moment, opened, site};
use crate::page::Host;
use constat_tests::browser::{Browser, DESKTOP, Outcome, browse};
use constat_tests::page_answer::Answer;
use serde_json::{Value, json};
use std::time::Duration;

/// Runs a function of the page with an address of its own host, which nobody holds, and one of the vendor's: it says
/// the same of both.
async fn says_the_same(browser: &Browser, host: &Host, function: &str) -> Outcome {
    let script = |of: &str| format!("const log = {function}; return log('{of}');");
    let own = browser.run(&script(&host.pages.origin())).await?;
    let held = browser.run(&script(&host.stats())).await?;
    assert_eq!(held, own);
    assert!(own.as_array().is_some_and(|said| said.len() > 1), "{own}");
    Ok(())
}

/// The same in a page of its own, in which the vendor is asked for nothing.
fn says_the_same_and_asks_nothing(function: &'static str) {
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        says_the_same(&browser, &host, function).await?;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn a_request_that_is_held_is_one_that_was_sent() {
    let function = r#"address => {
      const said = [], request = new XMLHttpRequest();
      const say = what => { try { said.push(String(what())); } catch (error) { said.push(error.constructor.name + " " + error.name); } };
      const state = () => request.readyState + " " + request.status;
      for (const type of ["readystatechange", "abort", "error", "load", "loadend"]) request.addEventListener(type, () => said.push(type + " " + state()));
      say(() => request.send());
      request.open("POST", address + "/slow.json");
      say(() => request.setRequestHeader("x-a", "1"));
      request.send("x");
      say(() => request.send("y"));
      say(() => request.setRequestHeader("x-b", "1"));
      say(() => { request.withCredentials = true; });
      say(() => { request.responseType = "json"; });
      say(state);
      request.abort();
      say(state);
      request.open("GET", address + "/again.json");
      say(() => { request.withCredentials = true; });
      say(state);
      request.abort();
      say(state);
      return said;
    }"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.pages.put_answer("/slow.json", Answer { delay: Duration::from_secs(9), ..Answer::of("{}") });
        opened(&browser, &host).await?;
        says_the_same(&browser, &host, function).await?;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new(), "what was taken back is not made");
        Ok(())
    });
}

#[test]
fn a_call_whose_signal_was_given_is_rejected_at_once() {
    let function = r#"async address => {
      const said = [], reason = new Error("no more");
      const say = promise => promise.then(() => said.push("answered"), error => said.push(error === reason || error.name));
      await say(fetch(address + "/a.json", { signal: AbortSignal.abort() }));
      await say(fetch(address + "/b.json", { signal: AbortSignal.abort(reason) }));
      await say(fetch(new Request(address + "/c.json", { signal: AbortSignal.abort(reason) })));
      const control = new AbortController(), later = say(fetch(address + "/d.json", { signal: control.signal }));
      control.abort();
      await later;
      await say(fetch(address + "/e.json", { method: "TRACE" }));
      await say(fetch(address + "/f.json", { method: "GET", body: "x" }));
      return said;
    }"#;
    says_the_same_and_asks_nothing(function);
}

#[test]
fn a_socket_that_is_closed_while_it_is_held_says_so_as_the_browser_does() {
    let function = r#"async address => {
      const said = [], socket = new WebSocket(address.replace("http", "ws") + "/socket");
      const say = what => { try { said.push(String(what())); } catch (error) { said.push(error.constructor.name + " " + error.name); } };
      say(() => socket.readyState + " " + socket.url.startsWith("ws:") + socket.url.endsWith("/socket") + " " + socket.binaryType + socket.bufferedAmount + socket.protocol);
      say(() => Object.keys(socket) + " " + Object.prototype.toString.call(socket) + (socket.constructor === WebSocket) + (socket.onclose === null));
      say(() => socket.send("x"));
      say(() => WebSocket.prototype.send.call(socket, "x"));
      say(() => socket.close(5));
      say(() => socket.close(1000, "x".repeat(124)));
      say(() => socket.close(1000, "done"));
      say(() => socket.readyState);
      const ended = new Promise(done => {
        socket.onerror = event => { said.push("error " + socket.readyState + (event.target === socket)); };
        socket.onclose = event => {
          said.push("close " + event.code + event.wasClean + socket.readyState);
          done();
        };
      });
      say(() => socket.close());
      said.push("nothing yet");
      await ended;
      say(() => socket.close());
      return said;
    }"#;
    says_the_same_and_asks_nothing(function);
}

#[test]
fn a_worker_that_is_held_takes_what_a_worker_takes() {
    let function = r#"address => {
      const said = [], code = "importScripts('" + address + "/worker.js')";
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      const say = what => { try { said.push(String(what())); } catch (error) { said.push(error.constructor.name + " " + error.name); } };
      const bytes = () => new ArrayBuffer(8);
      for (const more of [undefined, null, {}, [], { transfer: [] }, { transfer: undefined }]) say(() => worker.postMessage("x", more));
      for (const listed of [false, true]) {
        const one = bytes();
        say(() => worker.postMessage(one, listed ? [one] : { transfer: [one] }));
        say(() => one.byteLength);
      }
      say(() => worker.postMessage(() => {}));
      say(() => worker.postMessage("x", [{}]));
      say(() => worker.postMessage("x", new Set([bytes()])));
      say(() => Object.keys(worker) + Object.prototype.toString.call(worker) + worker.onmessage);
      worker.terminate();
      say(() => worker.postMessage("x"));
      return said;
    }"#;
    says_the_same_and_asks_nothing(function);
}

#[test]
fn the_page_s_own_classes_extend_what_is_held_as_they_extend_the_browser_s() {
    let before = r#"window.sent = []; WebSocket.prototype.send = function (text) { sent.push(text); };"#;
    let script = r#"
      window.told = [];
      class Socket extends WebSocket {
        #count = 1;
        send(what) { super.send(JSON.stringify({ what, count: this.#count++ })); }
        get binaryType() { return "own " + super.binaryType; }
        set binaryType(to) { super.binaryType = to; }
      }
      class Messages extends EventSource {
        addEventListener(type, listener) { super.addEventListener("x-" + type, listener); }
        close() { told.push("closed " + this.readyState); super.close(); told.push("closed " + this.readyState); }
      }
      class Help extends Worker {
        postMessage(what, ...more) { super.postMessage({ packed: what }, ...more); }
        set onmessage(how) { super.onmessage = event => how(event.data); }
      }
      window.socket = new Socket("STATS/socket".replace("http", "ws"));
      socket.binaryType = "arraybuffer";
      told.push(socket instanceof Socket && socket instanceof WebSocket, socket.binaryType, Object.keys(socket).length);
      window.messages = new Messages("STATS/messages.sse");
      messages.addEventListener("news", event => { told.push("news " + event.data + (event.target === messages)); messages.close(); });
      EventTarget.prototype.addEventListener.call(messages, "open", () => told.push("open " + messages.readyState));
      const help = new Help(URL.createObjectURL(new Blob(["importScripts('STATS/worker.js'); onmessage = ({ data }) => postMessage(data.packed + name)"])));
      help.onmessage = text => told.push(text);
      help.postMessage("a ", {});
      help.postMessage("b ");"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/worker.js", "var name = 'worker'");
        let messages = Answer::of("event: x-news\ndata: 1\n\n").with("Content-Type", "text/event-stream");
        host.third.put_answer("/messages.sse", messages.with("Access-Control-Allow-Origin", "*"));
        browser.prepare(before).await?;
        opened(&browser, &host).await?;
        browser.run(&script.replace("STATS", &host.stats())).await?;
        a_moment().await;
        assert_eq!(browser.run("return told").await?, json!([true, "own arraybuffer", 0]));
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        for said in ["a worker", "b worker", "news 1true", "closed 2"] {
            browser.until(&format!("told.includes({said:?})")).await?;
        }
        browser.until("told.some(one => /^open [12]$/.test(one))").await?;
        let sent = browser.run("socket.send('x'); socket.send([1]); return sent").await?;
        assert_eq!(sent, json!([r#"{"what":"x","count":1}"#, r#"{"what":[1],"count":2}"#]));
        assert_eq!(browser.run("return errors").await?, json!([]));
        Ok(())
    });
}

#[test]
fn a_worker_is_held_however_the_page_has_made_its_text() {
    let script = r#"
      window.told = [];
      const code = name => "importScripts('STATS/" + name + ".js'); postMessage('" + name + "')";
      const bytes = text => new TextEncoder().encode(text), JS = { type: "text/javascript" };
      const halves = (text, at) => [bytes(text).slice(0, at), bytes(text).slice(at)];
      const makers = {
        string: text => new Blob([text]),
        object: text => new Blob([{ toString: () => text }], JS),
        bytes: text => new Blob([bytes(text)], JS),
        buffer: text => new Blob([bytes(text).buffer]),
        view: text => new Blob([new DataView(bytes("//" + text).buffer, 2)]),
        parts: text => new Blob(["/* Zo\u00eb */", ...halves("/* \u00eb */" + text, 4)]),
        file: text => new File([bytes(text)], "worker.js", JS),
        nested: text => new Blob([new File([text], "x"), ""]),
        slice: text => new Blob(["/* \u00eb */" + text + " no code"]).slice(8, -8, "text/javascript"),
        large: text => new Blob([text + "//" + "x".repeat(3e6)]),
        once: text => new Blob((function* () { yield text; })()),
        frame: text => new (document.body.appendChild(document.createElement("iframe")).contentWindow.Blob)([bytes(text)]),
      };
      window.names = Object.keys(makers);
      const run = address => { new Worker(address).onmessage = event => { told.push(event.data); }; };
      for (const name of names) run(URL.createObjectURL(makers[name](code(name))));
      names.push("packed");
      run("data:text/javascript;base64," + btoa(code("packed")));
      for (const name of Object.keys(makers)) run(URL.createObjectURL(makers[name]("postMessage('own " + name + "')")));"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("unknown_hosts = \"block\"");
        opened(&browser, &host).await?;
        browser.run(&script.replace("STATS", &host.stats())).await?;
        let names: Vec<String> = serde_json::from_value(browser.run("return names").await?)?;
        for name in &names {
            host.vendor_answers(&format!("/{name}.js"), "");
        }
        browser.until("told.length === names.length - 1").await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        browser.until("told.length === 2 * names.length - 1").await?;
        let told = browser.run("return names.filter(name => !told.includes(name))").await?;
        assert_eq!(told, json!([]));
        Ok(())
    });
}

#[test]
fn a_request_of_another_window_is_held_by_the_address_that_it_has() {
    let script = r#"
      const frame = document.body.appendChild(document.createElement("iframe")).contentWindow;
      const ask = promise => { promise.catch(error => errors.push(String(error))); };
      ask(frame.fetch(new Request("STATS/1.json")));
      ask(fetch(new frame.Request("STATS/2.json")));
      ask(frame.fetch(new frame.Request("STATS/3.json")));
      ask(fetch(new (class extends Request {})("STATS/4.json")));
      ask(fetch(new URL("STATS/5.json")));
      ask(caches.open("x").then(cache => cache.add("STATS/6.json")));
      ask(caches.open("x").then(cache => cache.add(new frame.Request("STATS/7.json"))));
      ask(caches.open("x").then(cache => cache.addAll(["/", "STATS/8.json"])));
      ask(caches.open("x").then(cache => cache.addAll((function* () { yield new Request("STATS/9.json"); yield "/?own"; })())));"#;
    let kept = "caches.open('x').then(cache => cache.keys()).then(all => { window.kept = all.length; })";
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        let paths: Vec<String> = (1..=9).map(|number| format!("/{number}.json")).collect();
        for path in &paths {
            host.vendor_answers(path, "{}");
        }
        opened(&browser, &host).await?;
        browser.run(&script.replace("STATS", &host.stats())).await?;
        a_moment().await;
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        host.until_each_asked(&paths.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        browser.run(&format!("window.look = setInterval(() => {kept}, 50)")).await?;
        browser.until("window.kept === 6").await?;
        assert_eq!(browser.run("return errors").await?, json!([]));
        Ok(())
    });
}

#[test]
fn what_is_asked_when_the_page_is_left_and_other_transports_do_not_reach_the_vendor_unasked() {
    let script = r#"
      window.said = [];
      const say = what => { try { said.push(String(what())); } catch (error) { said.push(error.name); } };
      const address = "STATS".replace("http", "https");
      if (window.fetchLater) {
        window.late = fetchLater(address + "/late", { method: "POST", body: "x", activateAfter: 0 });
        say(() => late.activated + String(late));
        say(() => fetchLater(address + "/late", { signal: AbortSignal.abort() }));
      } else {
        said.push("false[object FetchLaterResult]", "AbortError");
      }
      if (window.WebTransport) {
        const transport = new WebTransport(address);
        transport.ready.catch(() => { window.failed = 1; });
        transport.closed.catch(() => {});
      } else {
        window.failed = 1;
      }
      return said;"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        opened(&browser, &host).await?;
        let said = browser.run(&script.replace("STATS", &host.stats())).await?;
        assert_eq!(said, json!(["false[object FetchLaterResult]", "AbortError"]));
        browser.until("window.failed").await?;
        a_moment().await;
        assert_eq!(browser.run("return !!window.late && late.activated").await?, json!(false));
        assert_eq!(host.vendor_asked(), Vec::<String>::new());
        browser.press("allow_all").await?;
        browser.until("!window.late || late.activated").await?;
        assert_eq!(browser.run("return errors").await?, json!([]));
        Ok(())
    });
}

#[test]
fn what_is_sent_is_what_it_was_when_the_page_sent_it() {
    let before = r#"
      window.bodies = [];
      const read = body => body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? [...new Uint8Array(body.buffer || body)].join() : body.forEach ? [...body].join(";") : String(body);
      const { send } = XMLHttpRequest.prototype, { sendBeacon } = navigator;
      XMLHttpRequest.prototype.send = function (body) { bodies.push("xhr " + read(body)); return send.call(this, body); };
      Navigator.prototype.sendBeacon = function (address, body) { bodies.push("beacon " + read(body)); return sendBeacon.call(this, address, body); };"#;
    let script = r#"
      const form = new FormData(), bytes = new Uint8Array([1, 2]), search = new URLSearchParams("a=1");
      form.append("a", "1");
      const address = new URL("STATS/body.json");
      for (const body of ["text", form, search, bytes, bytes.buffer]) {
        navigator.sendBeacon(address, body);
        const request = new XMLHttpRequest();
        request.open("POST", address);
        request.send(body);
      }
      address.host = "other.test";
      form.append("b", "2");
      search.append("b", "2");
      bytes[0] = 9;"#;
    browse(DESKTOP, move |browser| async move {
        let host = site("");
        host.vendor_answers("/body.json", "{}");
        browser.prepare(before).await?;
        opened(&browser, &host).await?;
        browser.run("bodies.length = 0").await?;
        browser.run(&script.replace("STATS", &host.stats())).await?;
        a_moment().await;
        assert_eq!(browser.run("return bodies").await?, json!([]));
        browser.press("allow_all").await?;
        let own = "bodies.filter(body => !/[{]/.test(body))";
        browser.until(&format!("{own}.length === 10")).await?;
        let expected: Vec<Value> = ["text", "a,1", "a,1", "1,2", "1,2"]
            .iter()
            .flat_map(|body| ["beacon", "xhr"].map(|way| json!(format!("{way} {body}"))))
            .collect();
        assert_eq!(browser.run(&format!("return {own}")).await?, json!(expected));
        Ok(())
    });
}
