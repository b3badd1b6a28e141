/*
 * Microsoft Advertising (UET consent mode) and Clarity (consent API v2). Both let the loader begin their queues: UET
 * takes over an array, and Clarity's snippet a function. Documents: docs/signals.md.
 */

let [ads, views] = settings.signals.microsoft, state = on => on ? "granted" : "denied";

function uet(kind, on) {
  (settings.own("uetq") || (window.uetq = [])).push("consent", kind, { ad_storage: state(on) });
}

// Before an answer Clarity is told nothing: a refusal that an allowance follows makes it start twice.
function clarity(ad, view) {
  let now = settings.own("clarity") || (window.clarity = function () {
    (window.clarity.q = window.clarity.q || []).push(arguments);
  });
  now("consentv2", { ad_Storage: state(ad), analytics_Storage: state(view) });
}

if (ads !== null) attempt(() => { uet("default", false); });
settings.hear("microsoft", ([ad, view]) => {
  if (ads !== null) attempt(() => { uet("update", ad); });
  if (views !== null) clarity(ad, view);
});
