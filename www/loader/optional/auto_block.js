/*
 * Where blocking without marks begins: in this window, and in those of the page's own empty frames, whose functions a
 * script may use.
 */

let patched = new WeakSet(), count = 0; // How many frames there were.

function patch(win) {
  // A window that has loaded something else has new ones.
  if (patched.has(win.Element)) return;
  patched.add(win.Element);
  for (let part of [patchProperties, patchAttributes, patchMarkup, patchInsertion, patchWriting, patchDeclarations, patchSheets, patchFonts, patchRequests, patchXhr, patchConnections, patchBlobs]) attempt(() => { part(win); });
  wrap(win.Worklet && win.Worklet.prototype, "addModule", (it, given, go) => {
    let found = against("worklet", given[0]);
    return found ? new Promise((done, fail) => { hold("worklet", found, () => !against("worklet", given[0]), () => { go().then(done, fail); }); }) : go();
  });
  wrapClass(win, "Audio", (given, make, target, own) => {
    if (!given[0] || !against("audio", given[0])) return make();
    let audio = new own();
    audio.src = given[0];
    return audio;
  });
  attempt(() => { watcher.observe(win.document, { __proto__: null, childList: true, subtree: true }); });
}

/* Looks into the frames of the page that are empty, or have their document in the page. A page of the site in a frame
   has its own tag. */
function frames(always) {
  if (!always && count === window.length) return;
  count = window.length;
  for (let at = 0; at < window.length; at++) attempt(() => {
    if (/^(about:|$)/.test(getA(window[at].frameElement, "src") || "")) patch(window[at]);
  });
}

function seen(changes) {
  let whole = changes.length > 99;
  if (whole) checkTree(document, doc.readyState === "loading");
  else for (let { target, addedNodes } of changes) {
    if (nameOf(target) === "style") checkStyle(target);
    for (let node of addedNodes) if (isElement(node)) checkTree(node, node.ownerDocument === document && doc.readyState === "loading");
  }
  frames();
}

let watcher = new MutationObserver(seen), guardMarked = guard, announce = emit, mayMarked = may, kindOf = kind, sourceOf = source, freshMarked = fresh, executeMarked = execute, insertMarked = insertWritten;

guard = inside => {
  attempt(() => { watcher.observe(inside, { __proto__: null, childList: true, subtree: true }); });
  checkTree(inside);
  guardMarked(inside);
};

emit = name => {
  announce(name);
  letGo();
};

may = node => {
  let state = stateOf(node);
  return state && "type" in state ? isFree(node) : mayMarked(node);
};
kind = script => stateOf(script) ? typeOf(script) : kindOf(script);
source = script => stateOf(script) ? getA(script, "src") : sourceOf(script);
fresh = script => stateOf(script) ? script : freshMarked(script);

/* A script that was held has its own type again as soon as the browser has begun to fetch it. */
execute = script => {
  let state = stateOf(script), mayRun = state && script.isConnected && may(script), ended = executeMarked(script);
  if (mayRun) {
    removeA(script, HELD);
    putBack(script, "type", state.type);
  }
  return ended;
};

/* What a script that was held has written: its scripts are the next to run, unless they are held themselves. */
insertWritten = async (script, parent, next) => {
  if (!parsed.has(script)) return insertMarked(script, parent, next);
  let range = doc.createRange();
  range.selectNodeContents(parent);
  let fragment = range.createContextualFragment(trusted.createHTML(written)), scripts = [];
  written = "";
  for (let one of all(fragment, "script")) {
    if (!RUN.test(typeOf(one))) continue;
    parsed.add(one);
    if (stateOf(one)) continue;
    keepType(one);
    scripts.push(one);
  }
  if (script.isConnected) script.after(fragment); else insertIn(parent, fragment, next && next.parentNode === parent ? next : null);
  released.unshift(...scripts);
};

// A frame that is held has loaded nothing: nobody hears of it, and the browser may have emptied it.
document.addEventListener("load", event => {
  if (kept(event.target, "src") || kept(event.target, "srcdoc")) {
    event.stopImmediatePropagation();
    cover(event.target);
  }
  frames(1);
}, true);
patch(window);
