/*
 * Styles that a script makes. In a style every forbidden address gets a word before it that makes it one of an unknown
 * kind, which no browser fetches; what the page reads is without that word. The word says itself what waits: what is
 * let go is the style as it is by then, whatever the page has made of it, or of a copy of it, meanwhile.
 */

let VEIL = "constat-held:";
// What a style consists of: comments, texts, names with the bracket of a function behind them, and all between.
let TOKEN = /\/\*[^]*?(?:\*\/|$)|(["'])(?:\\[^]|(?!\1)[^\\\n\f\r])*\1?|@?(?:[-\w\u0080-\uffff]|\\(?:[\da-f]{1,6}\s?|[^]))+\(?|[^-\w@"'\\/()[\]{};\u0080-\uffff]+|[^]/gi;
// An address without quotes, and what a browser skips behind one that is none.
let BARE = /(\s*)((?:\\(?:[\da-f]{1,6}\s?|[^])|[^\\"'()\s])+)(?:\\[^]|[^\\)])*/iy;
let ESCAPE = /\\(?:([\da-f]{1,6})\s?|[\n\f\r]|([^]))/gi;
let TAKES_ADDRESS = /^(url|src|image|(-webkit-)?image-set)\($/;
// The properties that may fetch; some browsers know some of them by an older name alone.
let IMAGES = "background background-image border-image border-image-source list-style list-style-image content cursor mask mask-image mask-border mask-border-source mask-box-image mask-box-image-source filter backdrop-filter clip-path shape-outside offset offset-path box-reflect fill stroke marker marker-start marker-mid marker-end src".split(" ");
let declarations = window.CSSStyleDeclaration.prototype, { getPropertyValue, setProperty, getPropertyPriority } = declarations, cssText = describe(declarations, "cssText"), innerText = describe(window.HTMLElement.prototype, "innerText");
let dataOf = describe(window.CharacterData.prototype, "data"), readData = node => apply(dataOf.get, node, []), isStyle = node => !!node && node.localName === "style", isText = node => node.nodeType === 3 || node.nodeType === 4;

function unveiled(text) {
  // A browser may escape what it reads back.
  return typeof text === "string" && text.indexOf("constat-held") >= 0 ? text.replace(/constat-held\\?:/g, "") : text;
}

let lastFound; // What the style forbids that was looked at last.

let unescaped = text => text.replace(ESCAPE, (_, code, letter) => code ? attempt(() => window.String.fromCodePoint("0x" + code), "") : letter || "");

/* Where the addresses of a style begin that are forbidden. A text is one only where a browser takes it for one. */
function addressesIn(text) {
  let places = [], rule = "", custom, open = [], at = 0, token;
  let look = (start, address) => {
    address = unescaped(address);
    // A sheet that stands in an address may ask for others; a picture may not.
    let found = rule === "@namespace" ? 0 : rule === "@import" ? against("style", address) : forbidden("style", address);
    if (found) {
      lastFound = found;
      places.push(start);
    }
  };
  for (;;) {
    TOKEN.lastIndex = at;
    if (!(token = TOKEN.exec(text))) return places;
    let [word, quote] = token, start = at;
    at += word.length;
    if (quote) {
      if (rule === "@import" || custom || open[0]) look(start + 1, word.slice(1).replace(quote, ""));
    } else if (/^[)\]]/.test(word)) open.shift();
    else if (/^[;{}]/.test(word)) rule = custom = "";
    else if (/[([]$/.test(word)) {
      let name = unescaped(word).toLowerCase();
      BARE.lastIndex = at;
      let bare = name === "url(" && BARE.exec(text);
      if (bare) {
        look(at + bare[1].length, bare[2]);
        at += bare[0].length;
      }
      open.unshift(open[0] || TAKES_ADDRESS.test(name));
    } else if (word[0] === "@") rule = unescaped(word).toLowerCase();
    // A property of the page's own may be used wherever an address stands.
    else if (/^--./.test(word) && /^\s*:/.test(text.slice(at, at + 9))) custom = 1;
  }
}

/* The parts of a style without what is forbidden now; an address may begin in one and end in the next. */
function veiledParts(parts) {
  lastFound = 0;
  parts = parts.map(part => unveiled("" + part));
  let whole = parts.join(""), end = 0;
  if (!/["'(\\]/.test(whole) || !/\/\/|\\|https?:|@import/i.test(whole) && doc.baseURI.startsWith(location.origin)) return parts;
  let places = addressesIn(whole).reverse();
  return parts.map(part => {
    let start = end;
    end += part.length;
    for (let place of places) if (place >= start && place < end) part = part.slice(0, place - start) + VEIL + part.slice(place - start);
    return part;
  });
}

function veiled(text) {
  return veiledParts([text])[0];
}

/* The value of a property: what it may be depends on its name. */
function veiledValue(name, value) {
  return veiled(name + ":" + value).slice(("" + name).length + 1);
}

/* Whether an element that has a forbidden style is exempt. */
function spared(node) {
  if (!lastFound || !ignored(node)) return;
  note("ignored", "style", lastFound, "allowed");
  return 1;
}

let inLine = new WeakSet(); // What has a style that waits for its turn.

/* Has something wait in whose style something was found: `read` says what its style is by then, and `renew` veils what
   is still forbidden of it. */
function waits(it, found, read, renew) {
  if (!found) return;
  if (inLine.has(it)) return note("held", "style", found);
  inLine.add(it);
  hold("style", found, () => { let text = attempt(read, ""); return unveiled(text) !== text && veiled(text) !== text; }, () => {
    inLine.delete(it);
    renew();
    veiled(attempt(read, ""));
    waits(it, lastFound, read, renew);
  });
}

/* An element that is not in the page waits once it comes into it: many copies are never used. */
function elementWaits(node, found) {
  let read = () => getA(node, "style") || "";
  if (node.isConnected) waits(node, found, read, () => { setA(node, "style", veiled(read())); });
}

function setStyle(node, value, go) {
  let now = veiled(value), found = lastFound;
  if (!found || spared(node)) return go();
  setA(node, "style", now);
  elementWaits(node, found);
}

/* Looks at the styles that an element came with, or has got without a call; returns whether there is anything. */
function checkStyle(node) {
  let text = getA(node, "style"), count = isStyle(node) ? checkSheet(node, [node]) : 0, now = text && veiled(text), found = lastFound;
  if (!text || now === text && !found) return count;
  if (spared(node)) {
    now = unveiled(text);
    found = 0;
  }
  if (now !== text) setA(node, "style", now);
  elementWaits(node, found);
  return count + 1;
}

/* Veils what a style element has, or is about to get: its own nodes or new ones, and texts in the place of nodes. */
function checkSheet(node, given) {
  let texts = [], put = [];
  given.forEach((one, at) => {
    if (typeof one === "string") {
      texts.push(one);
      put.push(now => { given[at] = now; });
    } else if (one && one.nodeType) for (let text of isText(one) ? [one] : one.childNodes) if (isText(text)) {
      texts.push(readData(text));
      put.push(now => { apply(dataOf.set, text, [now]); });
    }
  });
  let now = veiledParts(texts), found = lastFound;
  if (spared(node)) {
    now = texts.map(unveiled);
    found = 0;
  }
  now.forEach((text, at) => { if (text !== texts[at]) put[at](text); });
  sheetWaits(node, found);
  return found ? 1 : 0;
}

/* A sheet of which a script holds rules keeps them, and those that it has got besides its text. */
function sheetWaits(node, found) {
  // A browser may not give the rules of a sheet that is on its way.
  let byRules = how => attempt(() => node.sheet && touched.has(node.sheet) && how(node.sheet));
  // The list of its nodes stands for its text, which is not its attribute.
  if (node.isConnected) waits(node.childNodes, found, () => byRules(textOfRules) || apply(textOfNode.get, node, []), () => {
    if (byRules(renewRules)) return;
    let off = node.sheet && node.sheet.disabled;
    checkSheet(node, [node]);
    if (off && node.sheet) node.sheet.disabled = true;
  });
}

/* Gives a style element a whole text by `put`, which a policy of the page may forbid, or does what the page would do. */
function setSheet(node, text, go, put) {
  let now = veiled(text === null ? "" : text), found = lastFound;
  if (!found || spared(node)) return go();
  put(now);
  sheetWaits(node, found);
}

/* Gives a node of text its text: it may be that of a style. */
function setText(node, text, go) {
  return node.nodeType !== 1 && isStyle(node.parentNode) ? setSheet(node.parentNode, text, go, now => { apply(dataOf.set, node, [now]); }) : go();
}

/* The ways to change a text in the middle. The page counts without the words in it. */
function patchTexts(win) {
  // What each of them takes out, from where, and what it puts there.
  let edits = {
    __proto__: null, appendData: ([more], end) => [end, 0, more], insertData: ([at, more]) => [at, 0, more], deleteData: ([at, length]) => [at, length, ""],
    replaceData: given => given,
  };
  let prototype = win.CharacterData.prototype;
  for (let name of Object.keys(edits)) wrap(prototype, name, (node, given, go) => {
    if (!isStyle(node.parentNode)) return go();
    let text = unveiled(readData(node)), [at, length, more] = edits[name](given, text.length);
    // The browser says what is wrong with it.
    if (!(at >= 0 && at <= text.length) || more === undefined) return go();
    let now = text.slice(0, at) + more + text.slice(+at + (length >>> 0));
    setText(node, now, () => { apply(dataOf.set, node, [now]); });
  });
  wrapProperty(win.HTMLElement.prototype, "innerText", (node, go) => isStyle(node) ? unveiled(go()) : go(), (node, go, text) => {
    beforeText(node, text);
    if (isStyle(node)) setSheet(node, text, go, now => apply(innerText.set, node, [now])); else go();
  });
  wrap(win.XMLSerializer.prototype, "serializeToString", (it, given, go) => unveiled(go()));
  wrap(win.Element.prototype, "insertAdjacentText", (node, given, go) => {
    let style = /^(beforebegin|afterend)$/i.test(given[0]) ? node.parentNode : node;
    if (isStyle(style) && given.length > 1) {
      let texts = ["" + given[1]];
      checkSheet(style, texts);
      given[1] = texts[0];
    }
    return go();
  });
}

/* Whether a declaration is that of an exempt element, or of a rule in one: it does not say whose it is. */
function sparedDeclaration(it) {
  let rule = it.parentRule, sheet = rule && rule.parentStyleSheet;
  return spared(sheet ? sheet.ownerNode : lastFound && all(document, "[data-constat=ignore],[data-constat=ignore] *").find(node => node.style === it));
}

function declarationWaits(it, found) {
  waits(it, found, () => apply(cssText.get, it, []), () => { renewDeclaration(it); });
}

/* Renews each property that has an address. What is made of variables is whole in the text only. */
function renewDeclaration(it) {
  for (let name of [...it]) {
    let value = apply(getPropertyValue, it, [name]);
    if (unveiled(value) !== value) apply(setProperty, it, [name, veiledValue(name, value), apply(getPropertyPriority, it, [name])]);
  }
  let text = apply(cssText.get, it, []), now = veiled(text);
  if (now !== text && unveiled(text) !== text) apply(cssText.set, it, [now]);
}

function patchDeclarations(win) {
  let prototype = win.CSSStyleDeclaration.prototype;
  let change = (it, name, value, go) => {
    let now = veiledValue(name, value), found = lastFound;
    if (!found || sparedDeclaration(it)) return go(value);
    go(now);
    declarationWaits(it, found);
  };
  wrap(prototype, "setProperty", (it, given, go) => given.length < 2 || given[1] === null ? go() : change(it, given[0], given[1], now => {
    given[1] = now;
    return go();
  }));
  wrap(prototype, "getPropertyValue", (it, given, go) => unveiled(go()));
  wrapProperty(prototype, "cssText", (it, go) => unveiled(go()), (it, go, text) => {
    let now = veiled(text), found = lastFound;
    if (!found || sparedDeclaration(it)) return go();
    apply(cssText.set, it, [now]);
    declarationWaits(it, found);
  });
  let style = win.document.createElement("i").style, fonts = win.CSSFontFaceDescriptors && win.CSSFontFaceDescriptors.prototype;
  for (let target of [Object.getPrototypeOf(style), fonts]) if (target) for (let image of IMAGES) for (let name of [image, "-webkit-" + image]) {
    let camel = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    for (let property of [name, camel, camel.replace(/^W/, "w")]) if (property in (target === fonts ? fonts : style)) Object.defineProperty(target, property, {
      __proto__: null, configurable: true, enumerable: true,
      get() { return attempt(() => unveiled(apply(getPropertyValue, this, [name]))); },
      set(value) { change(this, name, value === null ? "" : value, now => { apply(setProperty, this, [name, now]); }); },
    });
  }
}
