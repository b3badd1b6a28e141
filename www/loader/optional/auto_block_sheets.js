/*
 * Styles that are no text of an element: rules of sheets, fonts, what scripts animate, and values with a type. Links
 * say here that they have become style sheets.
 */

let touched = new WeakSet(); // The sheets of which the page has seen rules.
let ruleText = describe(window.CSSRule.prototype, "cssText"), textOf = rule => apply(ruleText.get, rule, []);
let textOfRules = sheet => [...sheet.cssRules].map(textOf).join("");

function ruleWaits(rule, found) {
  if (rule) waits(rule, found, () => textOf(rule), () => { renewRule(rule); });
}

function renewRules(sheet) {
  for (let rule of [...sheet.cssRules]) if (unveiled(textOf(rule)) !== textOf(rule)) renewRule(rule);
  return 1;
}

/* Renews the declarations of a rule, so that it stays the one that the page knows; what is fetched by a rule itself is
   fetched by a new one. */
function renewRule(rule) {
  // By their numbers: imports and fonts.
  let whole = rule.type === 3 || rule.type === 5 || !rule.style && !rule.cssRules, parent = rule.parentRule || rule.parentStyleSheet;
  if (!whole) {
    if (rule.cssRules) renewRules(rule);
    if (rule.style) renewDeclaration(rule.style);
    return;
  }
  let text = textOf(rule), at = parent ? [...parent.cssRules].indexOf(rule) : -1;
  if (at < 0 || veiled(text) === text) return;
  parent.deleteRule(at);
  parent.insertRule(unveiled(text), at);
}

function patchSheets(win) {
  let sheet = win.CSSStyleSheet.prototype, changes = (it, given, at, go, then) => {
    if (it.ownerNode !== undefined) touched.add(it);
    if (given.length <= at) return go();
    let now = veiled(given[at]), found = lastFound;
    if (!found || spared((it.parentStyleSheet || it).ownerNode)) return go();
    given[at] = now;
    let result = go();
    attempt(() => { then(found, result); }); // A sheet that is on its way may not show its rules.
    return result;
  };
  for (let name of ["replace", "replaceSync"]) wrap(sheet, name, (it, given, go) => changes(it, given, 0, go, found => { waits(it, found, () => textOfRules(it), () => { renewRules(it); }); }));
  for (let type of ["CSSStyleSheet", "CSSGroupingRule", "CSSMediaRule", "CSSStyleRule"]) wrap(win[type] && win[type].prototype, "insertRule", (it, given, go) => changes(it, given, 0, go, (found, at) => { ruleWaits(it.cssRules[at], found); }));
  let last = (it, found) => { ruleWaits(it.cssRules[it.cssRules.length - 1], found); };
  wrap(win.CSSKeyframesRule.prototype, "appendRule", (it, given, go) => changes(it, given, 0, go, found => { last(it, found); }));
  wrap(sheet, "addRule", (it, given, go) => changes(it, given, 1, go, found => { if (given[2] === undefined) last(it, found); else ruleWaits(it.cssRules[given[2]], found); }));
  for (let name of ["deleteRule", "removeRule"]) wrap(sheet, name, (it, given, go) => {
    touched.add(it);
    return go();
  });
  for (let name of ["cssRules", "rules"]) wrapProperty(sheet, name, (it, go) => {
    touched.add(it);
    return go();
  });
  wrapProperty(win.CSSRule.prototype, "cssText", (it, go) => unveiled(go()));
  wrapProperty(win.CSSImportRule.prototype, "href", (it, go) => unveiled(go()));
}

/* A font waits itself: it is not fetched before it is loaded or used. */
function patchFonts(win) {
  let fonts = new WeakMap(); // The source of a font.
  let against = text => {
    veiledValue("src", text);
    return lastFound;
  };
  wrapClass(win, "FontFace", (given, make) => {
    let face = make();
    if (typeof given[1] === "string") fonts.set(face, given[1]);
    return face;
  });
  let waits = (face, go, otherwise) => {
    let text = fonts.get(face), found = text && against(text);
    if (!found) return go();
    hold("font", found, () => !against(text), go);
    return otherwise;
  };
  wrap(win.FontFace && win.FontFace.prototype, "load", (face, given, go) => waits(face, go, face.loaded));
  wrap(win.FontFaceSet && win.FontFaceSet.prototype, "add", (set, given, go) => waits(given[0], go, set));
}

/* Frames of an animation, with each text of them made by `each`. */
function framesWith(frames, each, name) {
  if (typeof frames === "string") return each(name, frames);
  if (!frames || typeof frames !== "object") return frames;
  if (frames[window.Symbol.iterator]) return [...frames].map(one => framesWith(one, each, name));
  let copy = { ...frames };
  for (let name of Object.keys(copy)) copy[name] = framesWith(copy[name], each, name);
  return copy;
}

function patchAnimations(win) {
  let effects = win.KeyframeEffect && win.KeyframeEffect.prototype, setFrames = native(effects, "setKeyframes"), newest = new WeakMap();
  /* Gives frames to `use`, which returns the effect that has them. */
  let animate = (target, given, at, use) => {
    let found, hide = frames => framesWith(frames, (name, text) => {
      let now = veiledValue(name, text);
      found = lastFound || found;
      return now;
    });
    // What can be read once only has been read.
    if (given[at] && typeof given[at] === "object" && given[at][window.Symbol.iterator]) given[at] = [...given[at]];
    let frames = given[at], now = attempt(() => hide(frames));
    lastFound = found;
    if (!found || !now || spared(target)) return use(frames);
    let result = use(now), effect = result && result.effect || result, shown = now;
    newest.set(effect, frames);
    let wait = () => {
      hold("style", found, () => newest.get(effect) !== frames || toJson(hide(frames)) !== toJson(shown), () => {
        if (newest.get(effect) !== frames) return;
        found = 0;
        shown = hide(frames);
        setFrames(effect, shown);
        if (found) wait();
      });
    };
    wait();
    return result;
  };
  let givesTo = (given, at, go) => frames => {
    given[at] = frames;
    return go();
  };
  wrap(win.Element.prototype, "animate", (node, given, go) => animate(node, given, 0, givesTo(given, 0, go)));
  wrap(effects, "setKeyframes", (effect, given, go) => {
    newest.delete(effect);
    animate(effect.target, given, 0, frames => {
      given[0] = frames;
      go();
      return effect;
    });
  });
  wrap(effects, "getKeyframes", (effect, given, go) => framesWith(go(), (_, text) => unveiled(text)));
  wrapClass(win, "KeyframeEffect", (given, make) => {
    if (given.length > 1) return animate(given[0], given, 1, givesTo(given, 1, make));
    let effect = make(), frames = newest.get(given[0]);
    if (frames) effect.setKeyframes(frames);
    return effect;
  });
}

/* Values with a type (`attributeStyleMap`). */
function patchTyped(win) {
  let maps = win.StylePropertyMap && win.StylePropertyMap.prototype, put = native(maps, "set"), shown = native(win.CSSStyleValue && win.CSSStyleValue.prototype, "toString");
  let textOfValue = value => typeof value === "string" ? value : attempt(() => shown(value), "");
  let each = map => [...map].map(([name, values]) => [name, values.map(textOfValue)]);
  for (let name of ["set", "append"]) wrap(maps, name, (map, given, go) => {
    let found;
    given.forEach((value, at) => {
      let now = at && veiledValue(given[0], textOfValue(value));
      if (!at || !lastFound) return;
      found = lastFound;
      given[at] = now;
    });
    let result = go();
    waits(map, found, () => each(map).map(([name, values]) => name + ":" + values + ";").join(""), () => {
      for (let [name, values] of each(map)) if (values.some(text => unveiled(text) !== text)) put(map, name, ...values.map(text => veiledValue(name, text)));
    });
    return result;
  });
  wrap(win.CSSStyleValue && win.CSSStyleValue.prototype, "toString", (it, given, go) => unveiled(go()));
}

/* The list of what a link is has ways of its own to make it a style sheet. */
function patchLinks(win) {
  let lists = win.DOMTokenList.prototype, seen = new WeakSet();
  wrapProperty(win.HTMLLinkElement.prototype, "relList", (node, go) => {
    let list = go();
    if (seen.has(list)) return list;
    seen.add(list);
    for (let name of ["add", "toggle", "replace"]) {
      let own = lists[name];
      Object.defineProperty(list, name, { __proto__: null, configurable: true, writable: true, value: (...given) => set(node, "rel", given.join(" "), () => apply(own, list, given)) });
    }
    let value = describe(lists, "value");
    Object.defineProperty(list, "value", { __proto__: null, configurable: true, get: () => apply(value.get, list, []), set: text => set(node, "rel", text, () => apply(value.set, list, [text])) });
    return list;
  });
}
