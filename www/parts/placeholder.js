/*
 * The placeholder of a frame that waits, drawn inside the frame itself: it has
 * the frame's own box, goes where the frame goes, is hidden where the frame is,
 * and adds nothing to the page. Fetched where a frame waits.
 */

const CSS = `
  :root { color-scheme: light dark; height: 100%; font: 100%/1.45 system-ui, sans-serif; }
  body { box-sizing: border-box; display: grid; align-content: safe center; justify-content: safe center; min-height: 100%; margin: 0; padding: .75em; border: 1px solid; overflow-wrap: anywhere; background: var(--background); color: var(--text); }
  div { display: grid; gap: .6em; max-width: 40em; }
  p { margin: 0; }
  a { color: inherit; }
  button { justify-self: start; min-height: 2.75em; padding: .5em 1em; border: 2px solid var(--button); border-radius: .6em; background: var(--button); color: var(--button-text); font: inherit; font-weight: 600; cursor: pointer; }
  :focus-visible { outline: 3px solid; outline-offset: 2px; }
  @media (max-height: 13em) { :root { font-size: 87.5%; } body { padding: .5em; align-content: start; } button { order: -1; min-height: 2em; padding-block: .25em; } }
`;

const watched = new WeakSet();

/* Draws it now, and again whenever the browser has emptied the frame. */
export function draw(node, bridge) {
  if (!watched.has(node)) {
    watched.add(node);
    node.addEventListener("load", () => { paint(node, bridge); });
  }
  paint(node, bridge);
}

function paint(node, bridge) {
  if (!bridge.waits(node)) return;
  if (!node.contentDocument && node.hasAttribute("sandbox")) {
    // Nothing can be drawn in a sandboxed frame: it is empty, and gets its sandbox back before it loads.
    node.setAttribute("data-constat-sandbox", node.getAttribute("sandbox"));
    node.removeAttribute("sandbox");
    bridge.renew(node);
  }
  const inside = node.contentDocument;
  if (!inside || !inside.body || inside.URL !== "about:blank") return;
  bridge.speak(async ({ texts }) => {
    if (inside.body.lang === bridge.language) return;
    inside.body.lang = bridge.language;
    // The frame of the page may have a border of its own.
    if (parseFloat(getComputedStyle(node).borderTopWidth)) inside.body.style.borderWidth = 0;
    inside.body.replaceChildren(await content(node, bridge, texts).catch(() => "")); // The notice cannot be had.
    // The colours of the site stand at the start of its style.
    const { css } = bridge.settings, palette = css.slice(0, css.indexOf("}}") + 2).replace(/:host/g, ":root");
    if (!inside.adoptedStyleSheets.length) bridge.style(inside, palette + CSS, inside.defaultView);
  });
}

async function content(node, bridge, texts) {
  const { make } = bridge, box = make("div"), category = node.getAttribute("data-category"), id = bridge.vendor || node.getAttribute("data-vendor");
  const vendor = bridge.settings.vendors.find(known => known[0] === id);
  const say = (text, label) => {
    const button = make("button", "", label);
    button.onclick = () => { bridge.allow(category, id); };
    box.append(make("p", "", text), ...label ? [button] : []);
  };
  if (vendor) {
    const link = make("a", "", texts[4].replace("{vendor}", vendor[2]));
    link.href = vendor[3];
    link.target = "_blank";
    link.rel = "noreferrer";
    say(texts[2].replace("{vendor}", vendor[2]), texts[3]);
    box.append(link);
  } else {
    const notice = await bridge.fetchNotice(), title = notice.texts["category_" + category + "_title"];
    const used = notice.categories.some(known => known.id === category);
    if (id || !used) console.warn("Constat: a frame is marked with " + (id || category) + ", which the notice does not name: nobody can allow it.");
    if (title) say(texts[7].replace("{category}", title), id || !used ? "" : texts[8]);
  }
  return box;
}
