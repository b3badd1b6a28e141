/*
 * Microsoft Advertising (UET consent mode) and Clarity (consent API v2). Both let the loader begin their queues: UET
 * takes over an array, and Clarity's snippet a function. Documents: docs/signals.md.
 */

let [ads, views] = settings.signals.microsoft, state = on => on ? "granted" : "denied";

function uet(kind, on) {
  settings.said("UET", kind + " " + state(on));
  (settings.own("uetq") || (window.uetq = [])).push("consent", kind, { ad_storage: state(on) });
}

let said = {};

// A refusal that an allowance follows makes Clarity start twice: before an answer it is told nothing, and a decision
// that still waits in its queue gives way to the next one.
function clarity(ad, view) {
  let now = settings.own("clarity") || (window.clarity = function () {
    (window.clarity.q = window.clarity.q || []).push(arguments);
  });
  settings.said("Clarity", state(ad) + ", " + state(view));
  let next = { ad_Storage: state(ad), analytics_Storage: state(view) };
  if ((now.q || []).some(entry => entry[1] === said)) Object.assign(said, next); else now("consentv2", said = next);
}

if (ads !== null) attempt(() => { uet("default", false); });
settings.hear("microsoft", ([ad, view]) => {
  if (ads !== null) attempt(() => { uet("update", ad); });
  if (views !== null) clarity(ad, view);
}, () => views !== null && /_clck=/.test(cookies())); // Clarity writes that cookie only once it is allowed to.
