/*
 * Elements that come as text, as copies, or from documents that fetch nothing, and what a script writes into the page.
 */

let inert = doc.implementation.createHTMLDocument("");
let html = describe(elements, "innerHTML"), wholeHtml = describe(elements, "outerHTML"), adopt = native(owner(document, "querySelector"), "adoptNode"), copyOf = native(window.Node.prototype, "cloneNode");
let parseIn = native(window.Range.prototype, "createContextualFragment"), textOfNode = describe(window.Node.prototype, "textContent");
let parsers = { __proto__: null, setHTMLUnsafe: native(elements, "setHTMLUnsafe"), setHTML: native(elements, "setHTML") };
// Elements whose content is text.
let RAW = /^(script|style|textarea|title|xmp|noembed|noframes|noscript|plaintext)$/;

function putText(node, text) {
  apply(textOfNode.set, node, [trusted.createScript(text)]);
}

/* What HTML makes in a place, with what is forbidden held: a document fragment, or nothing where nothing has to be. */
function fragmentOf(text, place, method = "innerHTML", options) {
  if (!mayAsk(text) || ignored(place)) return;
  let root = inert.createElementNS(place.namespaceURI || "http://www.w3.org/1999/xhtml", place.localName || "div");
  // A policy of the page for such text (Trusted Types) holds here as well.
  if (method === "innerHTML") apply(html.set, root, [text]); else parsers[method](root, text, options);
  for (let script of all(root, "script")) dead.add(script);
  if (!checkDeep(root, place)) return;
  let fragment = inert.createDocumentFragment();
  fragment.append(...root.childNodes);
  return fragment;
}

/* HTML that the page reads out, as it would be without us: it may be kept, and come back in another page view. */
function unsealed(text) {
  text = unveiled(text);
  return some && text.indexOf(HELD) >= 0 ? text.replace(TAGS, tag => tag.indexOf(HELD) < 0 ? tag : remade(tag, giveBack)) : text;
}

/* Looks at what comes from a document that fetches nothing, and into the shadow roots that it came with. */
function checkDeep(node, place) {
  let count = checkTree(node, 0, place);
  for (let inner of all(node, "*")) if (inner.shadowRoot) count += checkDeep(inner.shadowRoot, place);
  return count;
}

/* Puts what HTML has made into its place, as `way` does it: an image is fetched even where nobody sees it. */
function put(fragment, way) {
  let nodes = [...fragment.childNodes];
  way(fragment);
  nodes.forEach(alive);
}

/* What comes from a document that fetches nothing also knows no elements of the page's own. */
function alive(node) {
  attempt(() => { window.customElements.upgrade(node); });
  return copied(node);
}

function patchMarkup(win) {
  let parent = node => node.parentNode && isElement(node.parentNode) ? node.parentNode : doc.body || doc.documentElement;
  let replace = (node, fragment) => { put(fragment, whole => { node.replaceChildren(whole); }); };
  let raw = node => nameOf(node) === "template" || RAW.test(nameOf(node));
  let inner = (node, go, text) => {
    if (isStyle(node)) return setSheet(node, text, go, now => {
      apply(html.set, inert.createElement("template"), [text]); // A policy of the page forbids it here.
      putText(node, now);
    });
    beforeText(node, text);
    let fragment = !raw(node) && fragmentOf(text, node.host || node);
    if (fragment) replace(node, fragment); else go();
    frames(node.ownerDocument.defaultView);
  };
  for (let type of ["Element", "ShadowRoot"]) {
    let prototype = win[type] && win[type].prototype;
    wrapProperty(prototype, "innerHTML", (node, go) => unsealed(go()), inner);
    for (let name of ["setHTMLUnsafe", "setHTML"]) wrap(prototype, name, (node, given, go) => {
      if (isStyle(node)) return setSheet(node, given[0], go, now => { putText(node, now); });
      let fragment = !raw(node) && fragmentOf(given[0], node.host || node, name, given[1]);
      if (fragment) replace(node, fragment); else go();
    });
  }
  wrapProperty(win.Element.prototype, "outerHTML", (node, go) => unsealed(go()), (node, go, text) => {
    let fragment = node.parentNode && fragmentOf(text, parent(node));
    if (fragment) put(fragment, whole => { node.replaceWith(whole); }); else go();
  });
  wrap(win.Element.prototype, "insertAdjacentHTML", (node, given, go) => {
    let where = ("" + given[0]).toLowerCase(), beside = /^before.?begin|after.?end/.test(where), fragment = !raw(node) && fragmentOf(given[1], beside ? parent(node) : node);
    if (isStyle(node) && !beside && given.length > 1) return setSheet(node, given[1], go, now => {
      apply(html.set, inert.createElement("template"), [given[1]]);
      given[1] = trusted.createHTML(now);
      go();
    });
    if (!fragment) return go();
    put(fragment, whole => { node[{ __proto__: null, beforebegin: "before", afterbegin: "prepend", beforeend: "append", afterend: "after" }[where]](whole); });
  });
  wrap(win.Range.prototype, "createContextualFragment", (range, given, go) => {
    if (!mayAsk(given[0])) return go();
    let other = inert.createRange(), start = range.startContainer, place = isElement(start) ? start : start.parentElement || doc.body || doc.documentElement;
    let root = inert.createElementNS(place.namespaceURI, place.localName === "html" ? "body" : place.localName);
    other.selectNodeContents(root);
    let fragment = parseIn(other, given[0]);
    return checkTree(fragment, 0, place) ? alive(adopt(start.ownerDocument || start, fragment)) : go();
  });
}

/* Looks at what is put into the page from a document that fetches nothing, and at the text of styles and scripts. */
function incoming(place, given) {
  let text = "";
  if (isStyle(place)) checkSheet(place, given);
  for (let node of given) {
    if (typeof node === "string" || node && isText(node)) text += node.data || node;
    if (isStyle(node)) checkStyle(node);
    if (!node || !node.nodeType) continue;
    if (node.ownerDocument && !node.ownerDocument.defaultView && (place.ownerDocument || place).defaultView) checkDeep(node, isElement(place) ? place : undefined);
    else if (!isText(node)) checkScripts(node);
  }
  if (text && nameOf(place) === "script") beforeText(place, apply(textOfNode.get, place, []) + text);
}

function patchInsertion(win) {
  let ways = { __proto__: null, Node: "appendChild insertBefore replaceChild", Element: "append prepend replaceChildren before after replaceWith insertAdjacentElement moveBefore", CharacterData: "before after replaceWith", Document: "append prepend replaceChildren", DocumentFragment: "append prepend replaceChildren", Range: "insertNode surroundContents" };
  for (let type of Object.keys(ways)) for (let name of ways[type].split(" ")) wrap(win[type].prototype, name, (place, given, go) => {
    let node = place.startContainer || place;
    // The second one is in the page already.
    let coming = /^(insertBefore|replaceChild)$/.test(name) ? [given[0]] : given;
    incoming((isText(node) || /before|after|replaceWith/.test(name)) && node.parentNode || node, coming);
    let result = go();
    for (let one of coming) {
      if (some && one && one.nodeType === 1) copied(one);
      if (one && one.localName === "iframe") enter(one);
    }
    frames((node.ownerDocument || node).defaultView);
    return result;
  });
  wrapProperty(win.Document.prototype, "body", null, (it, go, body) => {
    incoming(it, [body]);
    go();
    copied(body);
    frames(it.defaultView);
  });
  wrap(win.Document.prototype, "adoptNode", (it, given, go) => {
    incoming(it, given);
    return copied(go());
  });
  wrap(win.Document.prototype, "importNode", (it, given, go) => {
    let node = given[0], from = node && node.ownerDocument;
    if (!from || from.defaultView) return copied(go());
    let copy = copyOf(node, given[1] === true || !!given[1] && !given[1].selfOnly);
    return checkTree(copy, 0) ? alive(adopt(it, copy)) : go();
  });
  wrap(win.Node.prototype, "cloneNode", (it, given, go) => {
    let copy = go(), scripts = node => some && node.querySelectorAll ? [node, ...all(node, "script")] : [], originals = scripts(it);
    // A copy of a script that a browser has looked at is never run.
    scripts(copy).forEach((one, at) => { if (nameOf(one) === "script" && shown.has(originals[at])) dead.add(one); });
    return copied(copy);
  });
  wrapProperty(win.Node.prototype, "textContent", (node, go) => unveiled(go()), (node, go, text) => {
    if (node.nodeType === 2 && node.ownerElement) return set(node.ownerElement, node.name, text, go);
    beforeText(node, text);
    if (isStyle(node)) setSheet(node, text, go, now => { putText(node, now); }); else setText(node, text, go);
  });
  wrapProperty(win.HTMLScriptElement.prototype, "text", null, (node, go, text) => {
    beforeText(node, text);
    go();
  });
  wrapProperty(win.CharacterData.prototype, "data", (node, go) => unveiled(go()), (node, go, text) => setText(node, text, go));
  wrapProperty(win.Node.prototype, "nodeValue", (node, go) => unveiled(go()), (node, go, text) => node.nodeType === 2 && node.ownerElement ? set(node.ownerElement, node.name, text, go) : setText(node, text, go));
}

/* Copies of what is held are held, too. */
function copied(node) {
  if (some && node.querySelectorAll) for (let one of [node, ...all(node, "[" + HELD + "]")]) if (isElement(one)) {
    join(one);
    if (one.isConnected) shown.add(one);
  }
  return node;
}

let writing = new WeakMap(); // Of each document that is written: the element with text in it, and a start tag that is not whole yet.
// A quote begins a value only behind `=`.
let TAGS = /<!--[^]*?(?:-->|$)|<\/?([a-z][^\s/>]*)(?:=\s*"[^"]*"|=\s*'[^']*'|=(?!\s*["'])|[^>=])*>/gi;

/* What is written into the page, with what is forbidden held: the parser runs a script before anybody looks at it. */
function rewritten(text, state) {
  text = state.rest + text;
  state.rest = "";
  let done = "", at = 0, { open } = state;
  for (;;) {
    if (open) {
      let end = text.slice(at).search(new RegExp("</" + open + "[\\s/>]", "i"));
      // What may become the end of it is kept.
      if (end < 0) state.rest = /(<(\/[a-z]*)?)?$/i.exec(text)[0];
      let inner = end < 0 ? text.slice(at, text.length - state.rest.length) : text.slice(at, at + end);
      done += open === "style" ? veiled(inner) : inner;
      if (end < 0) return done;
      at += end;
      open = state.open = "";
    }
    TAGS.lastIndex = at;
    let tag = TAGS.exec(text);
    if (!tag) break;
    done += text.slice(at, tag.index) + (tag[1] && tag[0][1] !== "/" && mayAsk(tag[0]) ? remade(tag[0], checkElement) : tag[0]);
    at = tag.index + tag[0].length;
    if (tag[1] && tag[0][1] !== "/" && RAW.test(tag[1].toLowerCase())) open = state.open = tag[1].toLowerCase();
  }
  let last = text.slice(at), cut = last.search(/<([a-z]|$)/i); // A tag that is not whole yet.
  if (cut >= 0) state.rest = last.slice(cut);
  return done + (cut < 0 ? last : last.slice(0, cut));
}

/* A start tag, after a change of the element that it begins. */
function remade(tag, change) {
  let root = inert.createElement("template"), ofSvg = /^<(image|use|feimage)\b/i.test(tag);
  apply(html.set, root, [trusted.createHTML((ofSvg ? "<svg>" : "") + tag)]);
  let node = root.content.firstElementChild;
  if (ofSvg) node = node.firstElementChild;
  // Parts of tables stand for themselves in a template; `body` and `html` do not.
  return node && change(node) ? apply(wholeHtml.get, copyOf(node, false), []).replace(/<\/[^>]*>$/, "") : tag;
}

function patchWriting(win) {
  for (let name of ["write", "writeln"]) {
    let own = native(win.Document.prototype, name);
    wrap(win.Document.prototype, name, (it, given, go) => {
      let state = writing.get(it) || { open: "", rest: "" }, text = given.join("") + (name === "write" ? "" : "\n"), now = state.rest + text, changed = rewritten(text, state);
      writing.set(it, state);
      if (changed === now && now === text) return go();
      for (let one of given) apply(html.set, inert.createElement("template"), [one]); // A policy of the page forbids it here.
      return own(it, trusted.createHTML(changed));
    });
  }
}
