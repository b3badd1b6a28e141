/*
 * Frames of third parties. While one waits, its address lies where no code
 * of the page looks for it, and the frame shows a placeholder in its own box.
 * A frame that is allowed or refused gets a new browsing context, so that
 * neither the Back button nor a restored session brings a third party back.
 */

let FRAME = "iframe[data-category]";
let KEPT = "data-constat-frame"; // `src` or `srcdoc`, a space and its value, from back to front: no library looks for that.
let SANDBOX = "data-constat-sandbox"; // The `sandbox` of a frame while its placeholder is drawn.
let loaded = new WeakMap(); // What a frame shows, in the form of that attribute.

// What the placeholder needs of the loader.
let inside = {
  get language() { return lang; },
  settings: settings,
  speak: speak,
  fetchNotice: fetchNotice,
  style: style,
  make: make,
  renew: renewFrame,
  waits: node => !may(node) && !loaded.has(node),
  allow: (category, vendor) => { answer("save", "configuration", now => adding(now, category, vendor)); },
};

let reversed = text => text.split("").reverse().join("");

function frame(node) {
  let on = may(node), began = node.hasAttribute("src") || node.hasAttribute("srcdoc"), kept = node.getAttribute(KEPT);
  for (let name of ["data-constat-src", "data-src", "src", "srcdoc"]) {
    let value = node.getAttribute(name);
    if (value === null || /^src/.test(name) && (on || kept !== null)) continue;
    node.removeAttribute(name);
    kept = reversed((name === "srcdoc" ? "srcdoc " : "src ") + value);
    node.setAttribute(KEPT, kept);
  }
  if (on) {
    // A copy of a frame that shows it already does so, too.
    if (kept !== null && !node.hasAttribute(SANDBOX) && node.getAttribute("src") === reversed(kept).slice(4)) loaded.set(node, kept);
    if (kept !== null ? loaded.get(node) !== kept : node.hasAttribute(SANDBOX)) renewFrame(node, kept);
    return;
  }
  if (began || loaded.has(node)) renewFrame(node);
  part("placeholder").then(({ draw }) => { if (!may(node)) draw(node, inside); }).catch(() => { /* The frame stays empty. */ });
}

/* Gives a frame a new browsing context: for an address; where `kept` is null, for what the page itself loads
   in it; otherwise for a placeholder. */
function renewFrame(node, kept) {
  let focused = doc.activeElement === node, gap = doc.createTextNode(""), sandbox = node.getAttribute(SANDBOX);
  node.replaceWith(gap);
  loaded.delete(node);
  if (kept !== null) ["src", "srcdoc"].forEach(name => { node.removeAttribute(name); });
  if (kept !== undefined && sandbox !== null) {
    node.setAttribute("sandbox", sandbox);
    node.removeAttribute(SANDBOX);
  }
  if (kept) {
    loaded.set(node, kept);
    let [name] = reversed(kept).split(" ");
    node.setAttribute(name, trusted.createHTML(reversed(kept).slice(name.length + 1)));
  }
  gap.replaceWith(node);
  if (focused) node.focus();
}
