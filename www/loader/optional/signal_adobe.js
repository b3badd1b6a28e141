/*
 * The Adobe Experience Platform Web SDK, which takes no consent before `configure`. So its base code, which does
 * nothing where it finds its function, gets one that notices that command. Documents: docs/signals.md.
 */

let inner = settings.own("alloy"), configured = inner, answer;
let waiting = inner && inner.q || [];
// A refusal is a request of the SDK, so only who has allowed before is reported to have refused.
let told = /kndctr_\w+_consent=general(=|%3D)in/.test(cookies());

function say() {
  settings.said("adobe", "setConsent " + answer);
  let done = inner("setConsent", { consent: [{ standard: "Adobe", version: "2.0", value: { collect: { val: answer } } }] });
  if (done && done.catch) done.catch(() => {}); // Not configured yet.
}

attempt(() => {
  if (!inner) {
    (window.__alloyNS = window.__alloyNS || []).push("alloy");
    inner = (...given) => new Promise((done, fail) => { setTimeout(() => { waiting.push([done, fail, given]); }); });
  }
  window.alloy = function (command) {
    let done = inner.apply(this, arguments);
    if (command === "configure") {
      configured = true;
      if (answer) attempt(say);
    }
    return done;
  };
  window.alloy.q = waiting;
});

settings.hear("adobe", ([on]) => {
  if (!on && !told) return;
  told = on;
  answer = on ? "y" : "n";
  if (configured) say();
}, () => told);
