/*
 * What the page can ask of Constat (`window.constat` and its two events), and
 * the start: first values, observers, and the first look at the page.
 */

function emit(name) {
  document.dispatchEvent(new CustomEvent("constat:" + name, { detail: named(choices) }));
}

function call(then) {
  try { then(window.constat); } catch (error) { console.error(error); }
}

window.constat = {
  choices: () => holds() ? named(choices) : null,
  allows: allows,
  open: () => { ready(() => { open("configure"); }); },
  withdraw: () => { answer("withdraw", "configuration"); },
  push: call,
};

settle = next => {
  leave();
  ready(() => {
    surface();
    showManage();
    speak((texts) => { status.textContent = texts[1]; });
  });
  emit("change");
  if (clean(next)) location.reload(); else gate(document);
};

stored = read();
choices = holds() ? stored : refused;
// The receipt and the secret end with the choice, unless an answer waits that needs them.
try { stored || waiting()[0] || [receiptKey, secretKey].forEach(key => { localStorage.removeItem(key); }); } catch (_) { /* The browser forbids storage: nothing is there. */ }
new MutationObserver(changes => {
  changes.forEach(change => {
    change.addedNodes.forEach(node => { if (node.nodeType === 1) gate(node); });
  });
  if (document.body && !holds()) showBanner();
}).observe(document, { childList: true, subtree: true });
gate(document);
document.addEventListener("click", event => {
  if (!event.target.closest || !event.target.closest("[data-constat=manage]")) return;
  event.preventDefault();
  window.constat.open();
});
if (holds()) ready(showManage); else if (document.body) showBanner();
deliver();
emit("ready");
if (early && early.forEach) early.forEach(call);
