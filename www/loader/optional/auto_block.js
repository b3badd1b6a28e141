/*
 * Where blocking without marks begins: in this window, and in those of the page's own empty frames, whose functions a
 * script may use.
 */

let patched = new WeakSet(), counts = new WeakMap(); // How many frames each window had.
let windowIn = describe(window.HTMLIFrameElement.prototype, "contentWindow").get;
let EMPTY = /^\s*((about|javascript|blob):|$)/i; // The addresses of frames whose document is the page's own.
// The parser adds to the text of a style that is on its way.
let WATCHED = { __proto__: null, childList: true, characterData: true, subtree: true };

function patch(win) {
  // A window that has loaded something else has new ones.
  if (patched.has(win.Element)) return;
  patched.add(win.Element);
  for (let part of [patchProperties, patchAttributes, patchMarkup, patchInsertion, patchWriting, patchDeclarations, patchTexts, patchSheets, patchFonts, patchAnimations, patchTyped, patchLinks, patchRequests, patchXhr, patchConnections, patchBlobs]) attempt(() => { part(win); });
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
  // A script may use the window of a frame in a shadow root before anybody has seen the frame.
  for (let name of ["contentWindow", "contentDocument"]) wrapProperty(win.HTMLIFrameElement.prototype, name, (frame, go) => {
    enter(frame);
    return go();
  });
  attempt(() => { watcher.observe(win.document, WATCHED); });
  for (let name of ["load", "error"]) win.document.addEventListener(name, loads, true);
}

/* Looks into a frame whose document is the page's own: empty, or made by the page. A page of the site in a frame has
   its own tag, and others cannot be looked into. */
function enter(frame) {
  if (!EMPTY.test(getA(frame, "src") || "")) return;
  attempt(() => {
    let win = nameOf(frame) === "iframe" ? apply(windowIn, frame, []) : frame.contentWindow;
    patch(win);
    frames(win, 1);
  });
}

/* Looks into the frames of a window, if there are others than before. Those in shadow roots are found as elements. */
function frames(win, always) {
  if (!win || !always && counts.get(win) === win.length) return;
  counts.set(win, win.length);
  for (let at = 0; at < win.length; at++) attempt(() => { enter(win[at].frameElement); });
}

/* What is held has loaded nothing: nobody hears of it from the browser, which may have emptied a frame. */
function loads(event) {
  let frame = event.target;
  if (event.isTrusted && (kept(frame, "src") || kept(frame, "srcdoc"))) {
    event.stopImmediatePropagation();
    cover(frame);
  }
  if (nameOf(frame) === "iframe") enter(frame);
}

function seen(changes) {
  let last;
  if (changes.length > 99) {
    checkTree(document, doc.readyState === "loading");
    frames(window);
  } else for (let { target, addedNodes } of changes) {
    let style = isText(target) ? target.parentNode : target;
    if (isStyle(style) && style !== last) checkStyle(last = style);
    frames((target.ownerDocument || target).defaultView);
    for (let node of addedNodes) if (isElement(node)) checkTree(node, node.ownerDocument === document && doc.readyState === "loading");
  }
}

let watcher = new MutationObserver(seen), guardMarked = guard, announce = emit, mayMarked = may, kindOf = kind, sourceOf = source, freshMarked = fresh, executeMarked = execute, insertMarked = insertWritten;

guard = inside => {
  attempt(() => { watcher.observe(inside, WATCHED); });
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

patch(window);
