/*
 * The owner's view of a page, with `?constat=debug` in its address: notes are kept from the start, and the overlay
 * that shows them is fetched. It opens on a local host, and elsewhere for who has the link that `constat check`
 * prints. Nothing is stored, and nothing is sent.
 */

let NOTES_MAX = 500;
let asked = /[?&]constat=debug(?:-(\w+))?(?:&|$)/.exec(location.search);

/* Has the loader, and its other parts, say what they do. */
function keepNotes() {
  let notes = [], seen = new WeakMap(), checkOne = check, forgetOne = forget, cleanAll = clean;
  let stores = () => ["localStorage", "sessionStorage"].flatMap(area => attempt(() => Object.keys(window[area]), []));
  // `why` may change: then it is a function.
  bridge.note = (what, name, why) => {
    // What is exempted is looked at again and again.
    if (what === "ignored" && notes.some(note => note.what === what && note.name === name)) return;
    let note = { what: what, name: name, get why() { return why.call ? why() : why; }, at: performance.now() };
    // What counts no more goes first.
    if (notes.push(note) > NOTES_MAX) notes.splice(Math.max(notes.findIndex(one => one.past), 0), 1);
    if (notes.changed) notes.changed();
    return note;
  };
  check = node => {
    checkOne(node);
    if (!matches(node, "[data-category]")) return;
    let vendor = element(node).getAttribute("data-vendor"), name = vendor || element(node).getAttribute("data-category");
    let known = vendor ? settings.vendors.some(([id]) => id === vendor) : categories.some((id, at) => id === name && settings.used[at] > 0);
    let why = may(node) ? "allowed" : known ? settled() ? "refused" : "undecided" : "unnamed";
    let before = seen.get(node);
    if (before && before.why === why) return;
    // What is still held is shown, and not what was.
    if (before) before.past = 1;
    seen.set(node, bridge.note(may(node) ? "released" : "held", node.localName + " · " + name, why));
  };
  forget = name => {
    forgetOne(name);
    bridge.note("removed", name, "cookie");
  };
  clean = next => {
    let before = stores(), again = cleanAll(next), left = stores();
    before.filter(key => left.indexOf(key) < 0).forEach(key => { bridge.note("removed", key, "storage"); });
    return again;
  };
  // An address of the page is more than the owner has to see.
  doc.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective, disposition }) => {
    bridge.note(disposition === "report" ? "reported" : "forbidden", attempt(() => new URL(blockedURI).host, blockedURI), effectiveDirective);
  });
  return notes;
}

if (asked && site) {
  let notes = keepNotes(), local = /^(localhost|127\..+|\[::1\])$|\.localhost$/.test(location.hostname);
  // The server refuses another key than the owner's.
  import(site + "/debug.js" + (local ? "" : "?key=" + asked[1])).then(({ open }) => {
    ready(() => { open(notes, window.constat, style, holds, node => ours.has(node)); });
  }).catch(error => {
    bridge.note = () => ({}); // The parts go on to tell it.
    console.warn("Constat: open this view with the link that `constat check` prints.", error);
  });
}
