/*
 * Styles that a script makes. In a style every forbidden address gets a word before it that makes it one of an unknown
 * kind, which no browser fetches; what the page reads is without that word.
 */

let VEIL = "constat-held:";
// Addresses of other hosts. What is written in the style itself (`data:`) may have some in it that nobody fetches.
let ADDRESSES = /(["'])\s*data:[^]*?\1|\(\s*data:[^)]*\)|(https?:)?\/\/[^\s"'()]+/gi;
// The properties that may fetch.
let IMAGES = ["background", "background-image", "border-image", "border-image-source", "list-style", "list-style-image", "content", "cursor", "mask", "mask-image", "-webkit-mask", "-webkit-mask-image", "filter", "clip-path", "shape-outside"];
let { getPropertyValue, setProperty } = window.CSSStyleDeclaration.prototype, cssText = describe(window.CSSStyleDeclaration.prototype, "cssText");

function unveiled(text) {
  return typeof text === "string" && text.indexOf(VEIL) >= 0 ? text.split(VEIL).join("") : text;
}

let lastFound; // What the style forbids that was looked at last.

/* A style without what is forbidden now. */
function veiled(text) {
  lastFound = 0;
  text = unveiled("" + text);
  if (!/\/\//.test(text)) return text;
  return text.replace(ADDRESSES, address => {
    let found = /^["'(]/.test(address) ? 0 : forbidden("style", address);
    if (found) lastFound = found;
    return found ? VEIL + address : address;
  });
}

/* Gives a style to `use`, and gives it again when more of it is allowed. */
function veilFor(text, use) {
  let now = veiled(text), result = use(now), found = lastFound;
  if (found) hold("style", found, () => veiled(text) !== now, () => { veilFor(text, use); });
  return result;
}

function setStyle(node, value, go) {
  veiled(value);
  if (!lastFound || ignored(node)) return go();
  // The page may have set another one meanwhile.
  let before;
  veilFor(value, now => {
    if (before === undefined || getA(node, "style") === before) setA(node, "style", now);
    before = getA(node, "style");
  });
}

/* The text of a style element, whole. */
function setSheet(node) {
  let text = apply(textOfNode.get, node, []), before;
  if (veiled(text) === text || ignored(node)) return 0;
  veilFor(unveiled(text), now => {
    if (before === undefined || node.firstChild && node.firstChild.data === before) putText(node, before = now);
  });
  return 1;
}

/* The styles that an element came with. */
function checkStyle(node) {
  let text = getA(node, "style"), count = nameOf(node) === "style" ? setSheet(node) : 0;
  if (!text || veiled(text) === text || ignored(node)) return count;
  setStyle(node, text);
  return count + 1;
}

function patchDeclarations(win) {
  let prototype = win.CSSStyleDeclaration.prototype;
  let change = (it, name, text, priority) => {
    let before, own = now => {
      if (before === undefined || apply(getPropertyValue, it, [name]) === before) apply(setProperty, it, [name, now, priority || ""]);
      before = apply(getPropertyValue, it, [name]);
    };
    veilFor(text, own);
  };
  wrap(prototype, "setProperty", (it, given, go) => veiled(given[1]) === "" + given[1] ? go() : change(it, ...given));
  wrap(prototype, "getPropertyValue", (it, given, go) => unveiled(go()));
  wrapProperty(prototype, "cssText", (it, go) => unveiled(go()), (it, go, text) => {
    if (veiled(text) === "" + text) return go();
    let before;
    veilFor(text, now => {
      if (before === undefined || apply(cssText.get, it, []) === before) apply(cssText.set, it, [now]);
      before = apply(cssText.get, it, []);
    });
  });
  let properties = Object.getPrototypeOf(win.document.createElement("i").style);
  for (let name of IMAGES) {
    let camel = name.replace(/^-webkit/, "webkit").replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    for (let property of [name, camel]) Object.defineProperty(properties, property, {
      __proto__: null, configurable: true, enumerable: true,
      get() { return unveiled(apply(getPropertyValue, this, [name])); },
      set(text) { change(this, name, text === null ? "" : text); },
    });
  }
}

function patchSheets(win) {
  let sheet = win.CSSStyleSheet && win.CSSStyleSheet.prototype;
  let newest = new WeakMap(); // What a sheet was made of last.
  for (let name of ["replace", "replaceSync"]) {
    let whole = native(sheet, name);
    wrap(sheet, name, (it, given, go) => {
      newest.set(it, given);
      return veiled(given[0]) === "" + given[0] ? go() : veilFor(given[0], now => newest.get(it) === given ? whole(it, now) : undefined);
    });
  }
  for (let type of ["CSSStyleSheet", "CSSGroupingRule", "CSSMediaRule"]) {
    let prototype = win[type] && win[type].prototype, own = prototype && describe(prototype, "insertRule");
    wrap(prototype, "insertRule", (it, given, go) => {
      if (veiled(given[0]) === "" + given[0]) return go();
      let at = given[1] || 0, rule;
      return veilFor(given[0], now => {
        // The page may have put rules before it, or have taken it away.
        if (rule && (at = [...it.cssRules].indexOf(rule)) < 0) return;
        if (rule) it.deleteRule(at);
        let result = apply(own.value, it, [now, at]);
        rule = it.cssRules[at];
        return result;
      });
    });
  }
  wrapProperty(win.CSSRule && win.CSSRule.prototype, "cssText", (it, go) => unveiled(go()));
}

/* A font waits itself: it is not fetched before it is loaded or used. */
function patchFonts(win) {
  let fonts = new WeakMap(); // The source of a font.
  wrapClass(win, "FontFace", (given, make) => {
    let face = make();
    if (typeof given[1] === "string") fonts.set(face, given[1]);
    return face;
  });
  let waits = (face, go, otherwise) => {
    let text = fonts.get(face), found = text && againstAny("font", text);
    if (!found) return go();
    hold("font", found, () => !againstAny("font", text), go);
    return otherwise;
  };
  wrap(win.FontFace && win.FontFace.prototype, "load", (face, given, go) => waits(face, go, face.loaded));
  wrap(win.FontFaceSet && win.FontFaceSet.prototype, "add", (set, given, go) => waits(given[0], go, set));
}
