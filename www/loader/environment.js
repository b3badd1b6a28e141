/*
 * The page may have changed its environment before the loader runs: old libraries
 * replace methods, and forms and images give their names to `document`. This part
 * asks the browser's own prototypes, which no name of the page hides.
 */

/* What the browser may forbid throws, as cookies do in a sandboxed frame. */
function attempt(what, otherwise) {
  try { return what(); } catch (_) { return otherwise; }
}

let Object = {}.constructor, describe = Object.getOwnPropertyDescriptor;

/* The prototype of a real object that has a property: the page may use the name of its class for something else. */
function owner(object, name) {
  do object = Object.getPrototypeOf(object); while (!describe(object, name));
  return object;
}

// Async functions make promises of the browser's own kind.
let Promise = (async () => {})().constructor;

/* What a prototype, and those above it, describe now, for the object that stands in `it`: the page
   gives names to the object itself, and may put its own methods on the prototypes later. */
function mirror(prototype) {
  let view = { __proto__: null };
  for (; prototype.constructor !== Object; prototype = Object.getPrototypeOf(prototype)) {
    for (let name of Object.getOwnPropertyNames(prototype)) {
      let { get, set, value } = describe(prototype, name);
      if (!(name in view)) Object.defineProperty(view, name, {
        __proto__: null,
        get() { return get ? get.call(this.it) : typeof value === "function" ? (...given) => value.apply(this.it, given) : value; },
        set(given) { set.call(this.it, given); },
      });
    }
  }
  return view;
}

let elements = owner(document.documentElement, "attributes"), ofElements = mirror(elements);
let doc = { __proto__: mirror(owner(document, "querySelector")), it: document };
let view = { __proto__: mirror(owner(document, "addEventListener")), it: window };

/* An element of the page: a form hides its own methods behind the names of its fields. What all nodes have
   can be asked of any node. */
function element(node) {
  return { __proto__: ofElements, it: node };
}

function isElement(node) {
  return attempt(() => element(node).nodeType) === 1;
}

/* By the older name of `matches`, which no library replaces. */
function matches(node, selector) {
  return isElement(node) && element(node).webkitMatchesSelector(selector);
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
