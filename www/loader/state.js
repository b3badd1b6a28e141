/*
 * What the loader knows: the settings of the site, where its server is, and the
 * variables that the other parts share. This part only declares them; api.js
 * gives them their first values once every part is there.
 */

let early = describe(window, "constat"); // Not an element of the page with that id.
early = early && early.value;
if (early && typeof early.allows === "function") return; // The tag was pasted twice, or the page has written itself anew.

let MINUTE_MS = 6e4, QUEUE_MAX = 20, PATIENCE_MS = 2e4, RETRY_MS = 2e3, OVERDUE_MS = 500, RENDER_MS = 50, MODULE_MS = 100, SCRIPT_MS = 8e3, RISE_MS = 50, ECHO_PX = 9, EACH_MAX = 99, TRIES_MAX = 6, SLICE_MS = 16, TIMER_MAX_MS = 2e9;
let path = "/v1/sites/" + settings.site;
let TAG = 'script[src*="' + path + '/consent.js"]', tag = doc.currentScript || doc.querySelector(TAG);
let [base, own] = (tag && tag.src || "").split(path + "/consent.js");
let site = own !== undefined && base + path; // False where a copy of this file runs: nobody can say where the server is.
let queueKey = "constat.queue." + settings.site, receiptKey = "constat.receipt." + settings.site, secretKey = "constat.secret." + settings.site;
let categories = ["essential", "functional", "audience", "advertising", "third_party"];
let main = settings.languages[0], lang = main; // `lang` is the language that is shown.
let stored; // The answer in the consent cookie, or null.
let choices; // What the page obeys, in the form that choices.js describes.
let ran = {}; // Which vendors and categories have run a script in this page view.
let memory = {}; // Replaces localStorage where the browser forbids it, or has no room.
let renewed = {}; // The new consent ids of this page view, by the ones that they replace.
let sent = Promise.resolve(); // Settled when no delivery of this page view is in progress.
let overruled; // The cookie that an answer could not replace: the answer counts until the page is left.
let tries = 0; // How often this page view has failed to deliver.
let settle, tidy; // Make the stored answer take effect in the page, and put right what the page changes: start.js.
let hear; // Hears what the visitor does in Constat's nodes: presses.js.
let attributes = ";samesite=lax" + (location.protocol === "https:" ? ";secure" : ""); // Of the consent cookie.
let host, shadow, root, layer, status, manage, styled, asking, due;

function make(name, style, text) {
  let node = doc.createElement(name);
  if (style) node.className = style;
  if (text) node.textContent = text;
  if (name === "button") node.type = "button";
  return node;
}

/* A button that presses.js hears by its action. */
function button(action, style, text) {
  let node = make("button", style, text);
  node.dataset.action = action;
  return node;
}

function after(ms) {
  return new Promise(done => { setTimeout(done, ms); });
}

/* Calls `then` once the whole page has been parsed. */
function ready(then) {
  if (doc.readyState === "loading") doc.addEventListener("DOMContentLoaded", () => { then(); }); else then();
}

let failed = 0;

/* Status and JSON of an answer of the server. Some pages have replaced `fetch` by one that fails here:
   then the older way is tried. */
async function request(address, more = {}) {
  if (!site) throw "no server";
  try {
    let reply = await fetch(address, { __proto__: null, ...more, signal: AbortSignal.timeout && AbortSignal.timeout(PATIENCE_MS) });
    return [reply.status, await reply.json().catch(() => {}) || {}];
  } catch (_) {
    return new Promise((done, fail) => {
      let old = new XMLHttpRequest();
      old.open(more.method || "GET", address);
      Object.keys(more.headers || {}).forEach(name => { old.setRequestHeader(name, more.headers[name]); });
      old.timeout = PATIENCE_MS;
      old.onload = () => { done([old.status, attempt(() => JSON.parse(old.responseText), {})]); };
      old.onerror = old.ontimeout = fail;
      old.send(more.body);
    });
  }
}

/* Imports a file of the server. Some browsers keep a failure by its address. */
function load(name) {
  let module = site ? import(base + "/assets/" + name + (failed ? "?" + failed : "")) : Promise.reject();
  module.catch(() => { failed++; });
  return module;
}

/* A part of the loader that few pages need, fetched where one does. */
function part(name) {
  return load(name + "-" + settings.parts + ".js");
}
