/*
 * The gate: the page's scripts and frames wait here until they are allowed. It
 * looks at whatever the page adds or changes, also in its shadow roots.
 */

let closed = new WeakMap(); // Shadow roots that cannot be read from their hosts.
let MARKS = ["type", "src", "data-src", "data-constat-src", "data-category", "data-vendor", "srcdoc", "data-constat", "lang", "inert", "aria-hidden"];

attempt(() => {
  elements.attachShadow = function (options) {
    let made = attach.call(this, options);
    closed.set(this, made);
    guard(made);
    return made;
  };
});

let guarded = new Set(); // The shadow roots of the page.

/* A form may hide its name; it is neither of the two. */
function check(node) {
  if (node.localName === "script" && matches(node, SCRIPT)) release(node);
  if (node.localName === "iframe" && matches(node, FRAME)) frame(node);
}

function checkIn(node) {
  for (let found of all(node, SCRIPT + "," + FRAME)) check(found);
}

/* Finds the shadow roots of a node and of everything inside it. */
function find(node) {
  let below = all(node, "*");
  for (let at = isElement(node) ? -1 : 0; at < below.length; at++) {
    let inner = below[at] || node, inside = inner !== host && (element(inner).shadowRoot || closed.get(inner));
    if (inside) guard(inside);
  }
}

/* Checks everything in the page. */
function checkAll() {
  checkIn(document);
  guarded.forEach(inside => {
    if (inside.host.isConnected) checkIn(inside); else guarded.delete(inside); // It is seen again when it comes back.
  });
}

/* Checks a node and everything inside it, where there may be shadow roots that are not guarded yet. */
function gate(node) {
  check(node);
  if (node.firstChild !== null) checkIn(node);
  find(node);
}

function look(changes) {
  let added = [];
  for (let change of changes) {
    if (change.type === "attributes") check(change.target);
    else for (let node of change.addedNodes) if (isElement(node)) added.push(node);
  }
  if (running) added.forEach(adds);
  // One look at the whole page is cheaper than one at each of many nodes.
  if (added.length > EACH_MAX) gate(document); else added.forEach(gate);
  tidy();
}

// Where the page has spoilt it, what waits is found at the start, once the page has been read, and at every answer.
let observer = attempt(() => new MutationObserver(look));

/* Checks what is in a document or shadow root, and whatever changes in it. One that is known already may
   have been out of the page meanwhile, where nothing is released. */
function guard(inside) {
  if (inside !== document) guarded.add(inside);
  attempt(() => { observer.observe(inside, { __proto__: null, childList: true, subtree: true, attributeFilter: MARKS }); });
  gate(inside);
}
