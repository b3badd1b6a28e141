/*
 * The page may have changed its environment before the loader runs: old libraries
 * replace methods, and forms and images give their names to `document`. This part
 * asks the browser's own prototypes, which no name of the page hides.
 */

/* What the browser may forbid throws, as cookies do in a sandboxed frame. */
function attempt(what, otherwise) {
  try { return what(); } catch (_) { return otherwise; }
}

/* The prototype of a real object that has a property: the page may use the name of its class for something else. */
function owner(object, name) {
  do object = Object.getPrototypeOf(object); while (!Object.prototype.hasOwnProperty.call(object, name));
  return object;
}

let documents = owner(document, "querySelector"), nodes = owner(document, "nodeType"), targets = owner(document, "addEventListener");
// Async functions make promises of the browser's own kind.
let Promise = (async () => {})().constructor;

/* An object as a prototype describes it, without the names that the page has given it. */
function plain(object, prototype) {
  return new Proxy({}, {
    get: (_, name) => {
      let value = Reflect.get(prototype, name, object);
      return typeof value === "function" ? (...given) => Reflect.apply(value, object, given) : value;
    },
    set: (_, name, value) => Reflect.set(prototype, name, value, object),
  });
}

let doc = plain(document, documents), view = plain(window, targets);
let elements = owner(doc.documentElement, "attributes");

/* An element of the page: a form hides its own methods behind the names of its fields. */
function element(node) {
  return plain(node, elements);
}

function isElement(node) {
  return attempt(() => Reflect.get(nodes, "nodeType", node)) === 1;
}

function matches(node, selector) {
  return isElement(node) && element(node).matches(selector);
}

/* Every element below a document, shadow root or element that the selector names. */
function all(node, selector) {
  return [...(isElement(node) ? element(node) : node === document ? doc : node).querySelectorAll(selector)];
}

// The page's own components come after it: gate.js puts a stand-in there.
let attach = elements.attachShadow;

function newEvent(kind, type, detail) {
  let event = doc.createEvent(kind);
  if (kind === "Event") event.initEvent(type); else event.initCustomEvent(type, true, false, detail);
  return event;
}

// Marks the loader's own HTML, and what the page has marked itself, where a policy asks for it (Trusted Types).
let trusted = attempt(() => {
  let same = text => text;
  return window.trustedTypes.createPolicy("constat", { createHTML: same, createScript: same, createScriptURL: same });
}) || { createHTML: text => text, createScript: text => text, createScriptURL: text => text };
