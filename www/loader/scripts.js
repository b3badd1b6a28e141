/*
 * Scripts that are released run in their own place, one after the other, in the
 * order of the page, as they would have run without marks: what they write into
 * the document stands where they stand, and they hear of events that have passed.
 */

let SCRIPT = 'script[type="text/plain"][data-category]';
let released = []; // Allowed scripts that have not run yet, in the order of the page.
let running; // The one that runs now.
let busy; // Whether released scripts are running, one after the other.
let ours = new WeakSet(); // The scripts that were released, and those that they have added.
let modules = 0; // How many modules are on their way: a module does not say that it is the one that runs.
let standing = 0; // How many reasons there are for the stand-ins.
let catching; // Whether late listeners are being called.
let late = []; // Listeners for events that have passed: target, type, listener.
let written = ""; // What the running script has written into the document.

// What a browser runs as a classic script (HTML Standard, "JavaScript MIME type").
let CLASSIC = /^\s*((text|application)\/(x-)?(java|ecma)script|text\/(javascript1\.[0-5]|jscript|livescript))?\s*$/i;
// The events that a page has once, in their order, with the mark of their time.
let ONCE = { __proto__: null, DOMContentLoaded: "domContentLoadedEventStart", readystatechange: "domComplete", load: "loadEventStart", pageshow: "loadEventStart" };

let get = (script, name) => element(script).getAttribute(name);
let has = (script, name) => element(script).hasAttribute(name);
let kind = script => get(script, "data-type") || "";
let source = script => get(script, "data-constat-src") || get(script, "data-src") || get(script, "src");

/* Whether the parser of the page would run it after all others. */
function deferred(script) {
  return !has(script, "async") && (kind(script) === "module" || source(script) && has(script, "defer"));
}

function release(script) {
  if (released.indexOf(script) >= 0 || script === running || !may(script)) return;
  released.push(script);
  if (!busy) run();
}

async function run() {
  busy = 1;
  let leave = standIn(), start = Date.now();
  await 0; // All that one look at the page has found is in its order before the first one runs.
  while (released[0]) {
    if (released.every(deferred)) await new Promise(ready);
    running = released.splice(Math.max(released.findIndex(script => !deferred(script)), 0), 1)[0];
    // One that is the last node so far may still be arriving.
    if (!running.nextSibling) await new Promise(ready);
    let next = running;
    if (next.isConnected && may(next)) await execute(await fresh(next)).catch(console.error);
    running = 0;
    // The page may have taken it out and put it back meanwhile.
    if (next.isConnected && matches(next, SCRIPT)) release(next);
    if (Date.now() - start > SLICE_MS) {
      await after(); // The visitor's presses come in between.
      start = Date.now();
    }
  }
  running = busy = 0;
  leave();
}

/* The script, or a copy of it where the browser would never run it: it came as `innerHTML`, or is a copy
   of one that has run. Nothing else tells those: without an address, they are silent where others fail. */
function fresh(script) {
  if (script.src === undefined) return script; // One of SVG.
  return new Promise(done => {
    let probe = script.cloneNode(), other = make("script"), alive;
    ["type", "onload", "onerror"].forEach(name => { element(probe).removeAttribute(name); });
    [probe, other].forEach(node => { element(node).setAttribute("src", trusted.createScriptURL("")); });
    probe.onerror = () => { alive = 1; };
    other.onerror = () => {
      probe.remove();
      other.remove();
      if (alive || !script.isConnected) return done(script);
      let copy = make("script");
      for (let { name, value } of script.attributes) element(copy).setAttribute(name, /^on/.test(name) ? trusted.createScript(value) : value);
      copy.nonce = script.nonce;
      copy.text = trusted.createScript(script.textContent);
      // It stays where it is, for a framework to take away, and is no longer marked.
      element(script).setAttribute("type", "text/javascript");
      element(script).after(copy);
      done(running = copy);
    };
    surface();
    shadow.append(probe, other); // Where no listener of the page hears them.
  });
}

async function execute(script) {
  if (!script.isConnected || !may(script)) return; // It was refused meanwhile.
  let node = element(script), type = kind(script), module = type === "module", src = source(script);
  let parent = script.parentNode, next = script.nextSibling, handlers = setAside(!src && !module);
  let waits = src && script.src !== undefined && !has(script, "event") && (module || CLASSIC.test(type) && !has(script, "nomodule"));
  ran[get(script, "data-vendor") || get(script, "data-category")] = 1;
  ours.add(script);
  let async = has(script, "async"), ended = end(script, src ? SCRIPT_MS : MODULE_MS);
  if (module) {
    modules++;
    ended.then(() => { modules--; });
  }
  // A language of old would stand in for a type that is missing.
  node.setAttribute("type", type || "text/javascript");
  if (!async) script.async = false;
  node.removeAttribute("src");
  // Either makes the browser look at the script again, which it has not run under its other type.
  if (src) node.setAttribute("src", trusted.createScriptURL(src)); else script.text = trusted.createScript(script.textContent);
  if (waits && async) follows(ended); else if (waits || module) await ended;
  handlers();
  if (written) await insertWritten(script, parent, next);
}

/* Returns what notices the handlers that a script has set for what has passed. While a script in the page
   runs, those of the page are out of sight: it might take them over and call them again. */
function setAside(hidden) {
  let all = [[window, "load"], [window, "pageshow"], [document, "readystatechange"]].filter(([, type]) => passed(type));
  let former = all.map(([target, type]) => {
    let handler = target["on" + type];
    if (hidden) target["on" + type] = null;
    return handler;
  });
  return () => {
    all.forEach(([target, type], at) => {
      let handler = target["on" + type];
      if (hidden || handler !== former[at]) missed(target, type, handler);
      if (hidden) target["on" + type] = former[at];
    });
  };
}

function passed(type) {
  return ONCE[type] && attempt(() => performance.timing[ONCE[type]] > 0, doc.readyState === "complete");
}

/* Settled when a script has run or failed, or has been waited for long enough. */
function end(script, ms) {
  return new Promise(done => {
    // On the window as well: a listener of the page may stop the event on its way.
    let each = how => ["load", "error"].forEach(name => { [element(script), view].forEach(target => { target[how](name, heard, true); }); });
    let heard = ({ target }) => {
      if (target && target !== script) return;
      each("removeEventListener");
      done();
    };
    each("addEventListener");
    setTimeout(heard, ms, {});
  });
}

/* A script that nobody waits for is stood in for until it has run. */
function follows(ended) {
  let leave = standIn();
  ended.then(leave);
}

/* A script that the running one has added. */
function adds(script) {
  if (script.localName !== "script" || ours.has(script) || !script.src) return;
  ours.add(script);
  follows(end(script, SCRIPT_MS));
}

/* Keeps a listener for an event that has passed; it is registered all the same. */
function missed(target, type, listener) {
  if (listener && passed(type)) late.push([target, type, listener]);
}

/* Whether a released script calls. */
function calls() {
  let script = doc.currentScript;
  return catching || (script ? ours.has(script) : modules > 0);
}

/* Only a script that the page waits for writes into it. */
function keeps(texts, end) {
  if (doc.currentScript === running && !has(running, "async")) for (let text of texts) written += text;
  written = written && written + end;
  return true;
}

let undo = [];

/* Stands in for what a script that comes late would find closed. Returns what ends it. */
function standIn() {
  if (!standing++) [
    [window, "addEventListener", (type, listener) => { missed(window, type, listener); }],
    [document, "addEventListener", (type, listener) => { missed(document, type, listener); }],
    [document, "write", (...texts) => keeps(texts, "")],
    [document, "writeln", (...texts) => keeps(texts, "\n")],
    [document, "open", () => document],
    [document, "close", () => true],
  ].forEach(([target, name, instead]) => {
    let own = describe(target, name), former = target[name];
    let mine = function (...given) {
      let answer = calls() && instead(...given);
      return answer || former.apply(this || target, given);
    };
    attempt(() => { target[name] = mine; });
    undo.push(() => {
      if (target[name] !== mine) return;
      if (own) Object.defineProperty(target, name, own); else delete target[name];
    });
  });
  return () => {
    catchUp();
    if (!--standing) undo.splice(0).forEach(step => { step(); });
  };
}

/* Tells the late listeners of what has passed, in its order. */
function catchUp() {
  catching = 1;
  Object.keys(ONCE).forEach(type => {
    let due = late.filter(known => known[1] === type);
    late = late.filter(known => known[1] !== type);
    due.forEach(([target, , listener]) => {
      try {
        let event = newEvent("Event", type);
        ["target", "currentTarget"].forEach(name => { Object.defineProperty(event, name, { __proto__: null, value: target }); });
        if (type === "pageshow") event.persisted = false;
        if (listener.handleEvent) listener.handleEvent(event); else listener.call(target, event);
      } catch (error) {
        setTimeout(() => { throw error; });
      }
    });
  });
  catching = 0;
}

/* Puts what a script has written behind it; the scripts in it are the next to run. */
async function insertWritten(script, parent, next) {
  let text = written;
  written = "";
  released.unshift(...(await part("written")).insert(doc.createRange(), script, parent, next, trusted.createHTML(text)));
}
