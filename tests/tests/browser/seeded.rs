//! A page of three hundred marked elements in random nesting, added and moved at random.

use crate::page::Host;
use constat_tests::browser::{DESKTOP, browse};
use constat_tests::moments::seed;
use serde_json::{Value, json};

/// Builds the page from a seed; half of it before the answer and half after it.
const BUILDER: &str = r#"<script>
window.runs = {};
window.marked = [];
function build(seed, third) {
  // mulberry32, by Tommy Ettinger (public domain)
  const random = (below) => {
    seed = (seed + 0x6D2B79F5) | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) % below;
  };
  const pick = (list) => list[random(list.length)], make = (name) => document.createElement(name);
  const places = [document.body], boxes = [], templates = [];
  const into = (place, node) => {
    try { random(2) ? place.append(node) : place.prepend(node); } catch (_) { /* A node is not put into itself. */ }
  };
  const table = () => { const node = make("table"); node.innerHTML = "<tbody><tr><td></td></tr></tbody>"; return [node, node.querySelector("td")]; };
  const form = () => { const node = make("form"); for (const name of ["querySelectorAll", "getAttribute", "matches", "nodeType"]) { const field = make("input"); field.name = name; node.append(field); } return [node, node]; };
  const shadow = (mode) => { const node = make("div"); return [node, node.attachShadow({ mode })]; };
  const template = () => { const node = make("template"); templates.push(node); return [node, node.content]; };
  const plain = (name) => { const node = make(name); return [node, node]; };
  const box = () => {
    const [node, place] = pick([table, form, template, () => shadow("open"), () => shadow("closed"), () => plain("div"), () => plain("details")])();
    into(pick(places), node);
    boxes.push(node);
    places.push(place);
  };
  const mark = () => {
    const at = marked.length, frame = random(6) === 0, node = make(frame ? "iframe" : "script"), unknown = random(10) === 0;
    marked.push({ at, node, frame, unknown });
    node.dataset.category = frame ? "third_party" : "audience";
    if (unknown) node.dataset.vendor = "nobody"; else if (random(2)) node.dataset.vendor = frame ? "youtube" : "google-analytics";
    if (frame) node.setAttribute("data-constat-src", third + "/frame/" + at);
    else { node.type = "text/plain"; node.textContent = "runs[" + at + "] = (runs[" + at + "] || 0) + 1"; }
    const fragment = document.createDocumentFragment();
    fragment.append(node);
    into(pick(places), random(2) ? fragment : node);
  };
  const move = (nodes) => { if (nodes.length) into(pick(places), pick(nodes)); };
  const breathe = () => new Promise((done) => { random(2) ? setTimeout(done) : requestAnimationFrame(() => done()); });
  const scripts = () => marked.filter((one) => !one.frame).map((one) => one.node);
  const add = async (moves) => {
    for (let at = 0; at < 150; at++) {
      if (random(4) === 0) box();
      mark();
      if (random(2)) move(moves());
      if (random(20) === 0) await breathe();
    }
  };
  // A frame that is moved once it is allowed is loaded again by the browser: from then on scripts alone move.
  document.addEventListener("constat:change", async () => {
    await add(scripts);
    while (templates.length) { await breathe(); document.body.append(templates.pop().content); }
    window.finished = true;
  }, { once: true });
  add(() => random(3) ? marked.map((one) => one.node) : boxes).then(() => { window.built = true; });
}
/* What has not run as often as it must: once where it is in the page and known. */
function wrong() {
  return marked.filter((one) => !one.frame && (runs[one.at] || 0) !== (one.unknown || !one.node.isConnected ? 0 : 1)).map((one) => [one.at, runs[one.at] || 0, one.unknown, one.node.isConnected, one.node.outerHTML]);
}
</script>"#;

#[test]
fn no_marked_element_of_a_random_page_is_missed_or_run_twice() {
    let seed = seed();
    browse(DESKTOP, move |browser| async move {
        let host = Host::start(BUILDER, "");
        browser.open(&host.url()).await?;
        browser.find(".banner").await?;
        browser.run(&format!("build({seed}, {})", json!(host.third.other_origin()))).await?;
        browser.until("window.built").await?;
        assert_eq!(browser.run("return Object.keys(runs)").await?, json!([]), "seed {seed}");
        assert!(host.third.asked().is_empty(), "seed {seed}: {:?}", host.third.asked());
        browser.press("allow_all").await?;
        browser.until("window.finished").await?;
        let all_ran = browser.until("!wrong().length").await.is_ok();
        assert!(all_ran, "seed {seed}: {}", browser.run("return wrong()").await?);
        let frames = "return marked.filter((one) => one.frame).map((one) => [one.at, one.unknown, one.node.isConnected])";
        let frames: Vec<(usize, bool, bool)> = serde_json::from_value(browser.run(frames).await?)?;
        for (at, unknown, connected) in frames {
            let count = usize::from(!unknown && connected);
            let asked = host.until_asked(&format!("/frame/{at}"), count).await;
            assert!(asked.is_ok(), "seed {seed}: {asked:?}");
        }
        let settled = browser.run("return new Promise((done) => setTimeout(done, 200)).then(wrong)").await?;
        assert_eq!(settled, Value::Array(Vec::new()), "seed {seed}");
        Ok(())
    });
}
