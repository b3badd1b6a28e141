/*
 * What the loader knows: the settings of the site, where its server is, and the
 * variables that the other parts share. This part only declares them; api.js
 * gives them their first values once every part is there.
 */

let early = window.constat;
if (early && early.open) return; // The tag was pasted twice.

let MINUTE_MS = 6e4, QUEUE_MAX = 20, PATIENCE_MS = 2e4;
let base = document.currentScript.src.split("/v1/sites/")[0];
let site = base + "/v1/sites/" + settings.site;
let queueKey = "constat.queue." + settings.site, receiptKey = "constat.receipt." + settings.site, secretKey = "constat.secret." + settings.site;
let asked = document.documentElement.lang.slice(0, 2).toLowerCase();
let lang = settings.languages.includes(asked) ? asked : settings.languages[0];
let categories = ["essential", "functional", "audience", "advertising", "third_party"];
let stored; // The answer in the consent cookie, or null.
let choices; // What the page obeys, in the form that choices.js describes.
let settle; // Makes an answer take effect in the page.
let ran = {}; // Which vendors and categories have run a script in this page view.
let order = Promise.resolve(); // Released scripts run one after the other, in the order of the page.
let memory = {}; // Replaces localStorage where the browser forbids it, or has no room.
let renewed = {}; // The new consent ids of this page view, by the ones that they replace.
let sent = order; // Settled when no delivery of this page view is in progress.
let shadow, root, status, manage, styled, asking, words, widget, wanted;

function make(tag, name, text) {
  let node = document.createElement(tag);
  if (name) node.className = name;
  if (text) node.textContent = text;
  if (tag === "button") node.type = "button";
  return node;
}

/* Calls `then` once the whole page has been parsed. */
function ready(then) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", then); else then();
}
