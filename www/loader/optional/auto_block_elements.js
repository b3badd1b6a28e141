/*
 * Elements that are held. What would be fetched for one is taken out of it and stands in an attribute, from which the
 * page goes on reading it: so copies of an element are held like it. A script keeps its address, and has a type that
 * no browser runs. The attribute begins with a word of this page view: text from elsewhere that has such an attribute
 * would otherwise be put back as handlers.
 */

let HELD = "data-constat-held", XLINK = "http://www.w3.org/1999/xlink";
let TEXT_PLAIN = "text/plain";
// The attributes that are fetched, of each element.
let FETCHED = {
  __proto__: null, script: ["src", "href", "xlink:href"], img: ["srcset", "src"], source: ["srcset", "src"], iframe: ["src", "srcdoc"], frame: ["src"],
  embed: ["src"], object: ["data"], audio: ["src"], video: ["src", "poster"], track: ["src"], input: ["src"], link: ["imagesrcset", "href"],
  image: ["href", "xlink:href"], use: ["href", "xlink:href"], feImage: ["href", "xlink:href"], a: ["ping"], area: ["ping"],
  body: ["background"], table: ["background"], tbody: ["background"], thead: ["background"], tfoot: ["background"], tr: ["background"], td: ["background"], th: ["background"],
};
let LOOKED_AT = "script,img,source,iframe,frame,embed,object,audio,video,track,input[src],link,image,use,feImage,[ping],[background],[style],style";
let FETCHING = /stylesheet|icon|pre|manifest|dns/i; // What a link is that is fetched.
let RUN = /^\s*(|module|importmap|speculationrules|(text|application)\/(x-)?(java|ecma)script|text\/(javascript1\.[0-5]|jscript|livescript))\s*$/i;

let getA = native(elements, "getAttribute"), setA = native(elements, "setAttribute"), setNS = native(elements, "setAttributeNS"), removeA = native(elements, "removeAttribute"), hasA = native(elements, "hasAttribute");
let insertIn = native(window.Node.prototype, "insertBefore");
let parsed = new WeakSet(); // Scripts that the parser of the page has made: they wait for one another.
let dead = new WeakSet(); // Scripts that no browser runs: they came as `innerHTML`.
let shown = new WeakSet(); // Scripts that have been in the page: each would have run, wherever it is by now.
let lookedAt = new WeakSet(); // Scripts that a call has put into the page.
let renewed = new WeakSet(); // Scripts that the page has given the attributes of another one.
let afterwards = new WeakMap(); // What is done for an element when it is let go.
let joined = new WeakSet(); // Elements that wait for their turn.
let some; // Whether any element is held.
let { parse: fromJson, stringify: toJson } = window.JSON;
let SEAL = attempt(() => window.crypto.getRandomValues(new Uint32Array(3)).join("-"), "" + Math.random()) + " ";

let nameOf = node => node.localName;
let stateOf = node => some && attempt(() => { let text = getA(node, HELD); return text.startsWith(SEAL) ? fromJson(text.slice(SEAL.length)) : undefined; });

/* An attribute as the page knows it: undefined where it is not held. */
function kept(node, name) {
  let state = stateOf(node);
  return state && name in state ? state[name] : undefined;
}

function keepState(node, state) {
  if (Object.keys(state).length) setA(node, HELD, SEAL + toJson(state)); else removeA(node, HELD);
}

/* Whether the page exempts an element; a marked script that was released has obeyed its mark, whoever has its host. */
function ignored(node) {
  return ours.has(node) && hasA(node, "data-category") && may(node) || !!attempt(() => apply(elements.closest, node, ["[data-constat=ignore]"]));
}

/* What was found, unless the page exempts the element. */
function unlessIgnored(found, where, kind) {
  if (!found || !ignored(where)) return found;
  note("ignored", kind, found, "allowed");
}

/* What forbids an element to fetch an attribute. */
function forbids(node, name, value, where = node) {
  let tag = nameOf(node);
  if (!FETCHED[tag] || FETCHED[tag].indexOf(name) < 0 || value === null) return;
  if (tag === "iframe" && hasA(node, "data-category") || tag === "link" && !FETCHING.test(getA(node, "rel") || "icon")) return;
  if (tag === "script" && (dead.has(node) || !RUN.test(typeOf(node)))) return;
  if (tag === "iframe" && name === "src" && documentOf(node) !== null) return; // The document of the page's own counts.
  let found;
  if (name === "srcdoc") found = againstAny("frame", value);
  else if (/srcset|ping/.test(name)) value.split(/[\s,]+/).some(one => found = against(tag, one));
  else found = against(tag === "iframe" ? "frame" : tag, value);
  return unlessIgnored(found, where, tag);
}

/* The type of a script, as the page knows it. */
function typeOf(node) {
  let type = kept(node, "type");
  return (type === undefined ? getA(node, "type") : type) || "";
}

/* The document of a frame that stands in the page, as the page knows it. */
function documentOf(node) {
  let text = kept(node, "srcdoc");
  return text === undefined ? getA(node, "srcdoc") : text;
}

function putBack(node, name, value) {
  if (value === null) removeA(node, name);
  else if (/:/.test(name)) setNS(node, XLINK, name, value);
  else setA(node, name, name === "srcdoc" ? trusted.createHTML(value) : /src$|data|href/.test(name) ? trusted.createScriptURL(value) : value);
}

/* Gives a script a type that no browser runs. */
function keepType(node) {
  some = 1;
  keepState(node, { type: getA(node, "type"), ...stateOf(node) });
  setA(node, "type", TEXT_PLAIN);
}

/* Takes out of an element what would be fetched. */
function take(node, name, value, found) {
  if (nameOf(node) === "script" && name === "src") {
    keepType(node);
  } else {
    some = 1;
    let state = { ...stateOf(node), [name]: value }, under = name === "srcdoc" && getA(node, "src");
    removeA(node, name);
    // What the document of the page's own stands before would be loaded in its place.
    if (under) {
      state.src = under;
      removeA(node, "src");
    }
    keepState(node, state);
  }
  join(node, found);
  cover(node);
}

/* Has an element that is held wait for its turn, if somebody sees it: not one that is only text so far. */
function join(node, forbidding) {
  let state = !joined.has(node) && !dead.has(node) && node.ownerDocument !== inert && stateOf(node), name = state && Object.keys(state)[0];
  if (!state) return;
  joined.add(node);
  let found = forbidding || (name === "type" ? scriptFound(node) : forbids(node, name, state[name])) || { host: "", rule: [] };
  if (node.isConnected) shown.add(node);
  let tag = nameOf(node);
  hold(tag, { ...found, linesUp: parsed.has(node), node: tag !== "iframe" && node }, () => isFree(node), () => {
    joined.delete(node);
    restore(node);
  });
  // A copy from before the answer.
  if (!forbidding && isFree(node)) after(0).then(letGo);
}

/* Has a frame that is held say whose it is, with a way to allow that vendor alone. */
function cover(node) {
  let state = nameOf(node) === "iframe" && node.isConnected && stateOf(node), name = state && Object.keys(state)[0];
  let { rule: [at] } = name && forbids(node, name, state[name]) || { rule: [] };
  if (at !== undefined) part("placeholder").then(({ draw }) => {
    let waits = one => !!stateOf(one);
    if (waits(node)) draw(node, { __proto__: inside, vendor: settings.vendors[at][0], waits: waits });
  }).catch(() => { /* The frame stays empty. */ });
}

function isFree(node) {
  let state = stateOf(node) || {};
  if ("type" in state) return !scriptFound(node);
  return !Object.keys(state).some(name => forbids(node, name, state[name]));
}

/* Gives an element that is held, or a copy of it, what was taken out of it. */
function giveBack(node) {
  let state = stateOf(node);
  if (!state) return 0;
  removeA(node, HELD);
  for (let name of Object.keys(state)) putBack(node, name, state[name]);
  return 1;
}

/* Makes an element what it would be without us. */
function restore(node) {
  let state = stateOf(node);
  if (!state) return;
  if ("type" in state && parsed.has(node) && node.isConnected) {
    release(node);
    released.sort((a, b) => a.compareDocumentPosition(b) & 2 ? 1 : -1); // Those that are marked have their places, too.
    return;
  }
  if ("type" in state) return restoreScript(node, state.type);
  giveBack(node);
  // A player looks at a source when it comes.
  if (nameOf(node) === "source" && node.parentNode) insertIn(node.parentNode, node, node.nextSibling);
  (afterwards.get(node) || []).forEach(then => { then(); });
  afterwards.delete(node);
}

/* A script is looked at again by the browser when it gets an address or a text. One that has been in the page only for
   a moment is there for a moment again. */
function restoreScript(node, type) {
  let src = getA(node, "src"), away = shown.has(node) && !node.isConnected && !node.parentNode;
  removeA(node, HELD);
  removeA(node, "src");
  putBack(node, "type", type);
  if (src !== null) putBack(node, "src", src);
  else if (node.isConnected) putText(node, apply(textOfNode.get, node, []));
  if (!away) return;
  insertIn(doc.head || doc.documentElement, node, null);
  apply(elements.remove, node, []);
}

/* Sets an attribute as the page wants it, unless that would fetch what is forbidden. */
function set(node, name, value, go) {
  let tag = nameOf(node);
  if (name === HELD) renewed.add(node);
  if (!FETCHED[tag] && name !== "style" && name !== "data-constat") return go();
  value = value === null ? value : "" + value;
  let state = stateOf(node), result;
  if (tag === "script" && name === "type") {
    if (state && "type" in state) {
      // What it has in place of the type of another one is no type of the page.
      if (value === TEXT_PLAIN && renewed.has(node)) return;
      if (RUN.test(value || "")) return keepState(node, { ...state, type: value });
      removeA(node, HELD);
    }
    return go();
  }
  if (tag === "link" && name === "rel" && FETCHING.test(value)) {
    let href = getA(node, "href"), found = href && against(tag, href);
    if (found && !ignored(node)) take(node, "href", href, found);
  }
  if (name === "style") return setStyle(node, value, go);
  if (tag === "iframe" && name === "src" && state && typeof state.srcdoc === "string") {
    keepState(node, { ...state, src: value });
    return;
  }
  let found = forbids(node, name, value);
  if (found && !(tag === "script" && name === "src")) {
    take(node, name, value, found);
    return;
  }
  // The type goes before the address.
  if (found) take(node, name, value, found);
  else if (state && tag === "script" && name === "src") {
    removeA(node, HELD);
    putBack(node, "type", state.type);
  } else if (state && name in state) unkeep(node, name);
  result = go();
  if (name === "data-constat" && value === "ignore") freed(node);
  return result;
}

function unkeep(node, name) {
  let state = stateOf(node);
  delete state[name];
  keepState(node, state);
}

/* Lets go what stands in an element that is ignored. */
function freed(node) {
  for (let one of [node, ...all(node, "[style],style")]) checkStyle(one);
  for (let one of [node, ...all(node, "[" + HELD + "]")]) {
    if (!stateOf(one) || !ignored(one)) continue;
    parsed.delete(one);
    restore(one);
  }
}

/* Looks at an element that came another way than by a call. */
function checkElement(node, byParser, where) {
  let tag = nameOf(node), count = 0;
  // The observer tells of what a call has put there, too.
  if (byParser !== undefined && lookedAt.has(node) && !stateOf(node)) return 0;
  if (stateOf(node)) {
    if (byParser && tag === "script" && !joined.has(node)) parsed.add(node);
    if (ignored(node)) freed(node); else join(node);
    cover(node);
    return 1 + checkStyle(node);
  }
  // What is exempt where it comes from, or where it goes.
  let place = () => where && !ignored(node) ? where : node;
  for (let name of FETCHED[tag] || []) {
    let value = getA(node, name), found = value !== null && forbids(node, name, value, place());
    if (!found) continue;
    if (byParser && tag === "script") parsed.add(node);
    take(node, name, value, found);
    count++;
  }
  if (tag === "script") count += checkText(node, byParser, place());
  if (count && tag === "script" && byParser && !has(node, "async") && !deferred(node)) blocking = node;
  // It may be on its way already.
  if (count && tag === "iframe" && byParser) renewFrame(node, null);
  if (tag === "iframe") enter(node);
  return count + checkStyle(node);
}

/* Looks at a node and all in it; returns how much is held. */
function checkTree(node, byParser, where) {
  let outer = parsing, count;
  parsing = byParser;
  count = isElement(node) ? checkElement(node, byParser, where) : 0;
  if (node.firstElementChild) for (let inner of all(node, LOOKED_AT)) count += checkElement(inner, byParser, where);
  parsing = outer;
  return count;
}

// Each way in which the elements of the page read and get the attributes that are fetched.
let PROPERTIES = {
  __proto__: null, HTMLScriptElement: "src type", HTMLImageElement: "src srcset", HTMLIFrameElement: "src srcdoc", HTMLFrameElement: "src",
  HTMLEmbedElement: "src", HTMLObjectElement: "data", HTMLMediaElement: "src", HTMLVideoElement: "poster", HTMLTrackElement: "src",
  HTMLSourceElement: "src srcset", HTMLInputElement: "src", HTMLLinkElement: "href imageSrcset rel", HTMLBodyElement: "background",
  HTMLTableElement: "background", HTMLTableCellElement: "background", HTMLAnchorElement: "ping", HTMLAreaElement: "ping",
};

/* What a property says of an attribute that is held. */
function said(name, value) {
  return value === null ? "" : /srcset|type|srcdoc|ping/.test(name) ? value : attempt(() => new Address(value, doc.baseURI).href, value);
}

function patchProperties(win) {
  for (let type of Object.keys(PROPERTIES)) for (let property of PROPERTIES[type].split(" ")) {
    let name = property.toLowerCase();
    wrapProperty(win[type] && win[type].prototype, property,
      (node, go) => { let value = kept(node, name); return value === undefined ? go() : said(name, value); },
      (node, go, value) => { set(node, name, value, go); });
  }
  let image = win.HTMLImageElement.prototype;
  wrapProperty(image, "complete", (node, go) => !stateOf(node) && go());
  wrap(image, "decode", (node, given, go) => !stateOf(node) ? go() : new Promise((done, fail) => {
    afterwards.set(node, [...afterwards.get(node) || [], () => { go().then(done, fail); }]);
  }));
  // An address of SVG is an object of its own.
  let owners = new WeakMap();
  for (let type of ["SVGImageElement", "SVGUseElement", "SVGScriptElement", "SVGFEImageElement"]) wrapProperty(win[type] && win[type].prototype, "href", (node, go) => {
    let href = go();
    owners.set(href, node);
    return href;
  });
  wrapProperty(win.SVGAnimatedString.prototype, "baseVal",
    (href, go) => { let node = owners.get(href), value = node && kept(node, "href"); return value === undefined ? go() : value; },
    (href, go, value) => owners.has(href) ? set(owners.get(href), "href", value, go) : go());
}

function patchAttributes(win) {
  let prototype = win.Element.prototype, lower = (node, name) => node.namespaceURI === "http://www.w3.org/1999/xhtml" ? ("" + name).toLowerCase() : "" + name;
  let local = (space, name) => space === XLINK ? "xlink:" + name : "" + name;
  let reads = (method, map, nameFor) => wrap(prototype, method, (node, given, go) => {
    let value = kept(node, nameFor(node, given));
    return value === undefined ? unveiled(go()) : map(value);
  });
  let first = (node, given) => lower(node, given[0]), second = (node, given) => local(given[0], given[1]);
  reads("getAttribute", value => value, first);
  reads("getAttributeNS", value => value, second);
  reads("hasAttribute", value => value !== null, first);
  reads("hasAttributeNS", value => value !== null, second);
  wrap(prototype, "getAttributeNames", (node, given, go) => {
    let state = stateOf(node);
    return state ? [...go().filter(name => name !== HELD && !(name in state)), ...Object.keys(state).filter(name => state[name] !== null)] : go();
  });
  wrap(prototype, "setAttribute", (node, given, go) => set(node, lower(node, given[0]), given[1], go));
  wrap(prototype, "setAttributeNS", (node, given, go) => set(node, local(given[0], ("" + given[1]).split(":").pop()), given[2], go));
  let removes = (method, nameFor) => wrap(prototype, method, (node, given, go) => {
    let name = nameFor(node, given), value = kept(node, name);
    // Who compares the page with what it is to be finds one attribute too many.
    if (name === HELD && stateOf(node)) return false;
    let bared = name === "srcdoc" && nameOf(node) === "iframe";
    if (value === undefined) {
      let src = bared && hasA(node, name) && getA(node, "src"), found = src && against("frame", src);
      if (found && !ignored(node)) take(node, "src", src, found);
      return go();
    }
    if (name === "type") return set(node, name, null, go);
    unkeep(node, name);
    if (bared && isFree(node)) restore(node);
    return false;
  });
  removes("removeAttribute", first);
  removes("removeAttributeNS", second);
  removes("toggleAttribute", first);
  let byNode = (node, given, go) => set(node, given[0].name, given[0].value, go);
  wrap(prototype, "setAttributeNode", byNode);
  wrap(prototype, "setAttributeNodeNS", byNode);
  // A list of attributes tells by one of them whose it is.
  for (let name of ["setNamedItem", "setNamedItemNS"]) wrap(win.NamedNodeMap.prototype, name, (it, given, go) => {
    let node = it.length && it[0].ownerElement;
    if (node) return byNode(node, given, go);
    let result = go();
    checkElement(given[0].ownerElement);
    return result;
  });
  wrapProperty(win.Attr.prototype, "value", (attribute, go) => unveiled(go()), (attribute, go, value) => attribute.ownerElement ? set(attribute.ownerElement, attribute.name, value, go) : go());
}
