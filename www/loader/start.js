/*
 * The start, and what happens at every change: of the choice, of the page, and of
 * what other pages have done.
 */

/* Makes the stored answer, or its end, take effect in the page. */
settle = () => {
  leave();
  if (settled() && root) {
    root.textContent = "";
    painted = 0;
  }
  tidy();
  let again = clean(choices);
  if (!again) checkAll();
  emit("change");
  if (again) restart();
};

/* Puts right, before the next picture, what the page may have changed. */
tidy = () => {
  if (!due) due = requestAnimationFrame(() => {
    due = 0;
    if (!doc.body) return;
    if (asking && asking !== pageLanguage()) {
      if (opened && !wanted) open("configure"); // One that is on its way comes back here.
      checkAll();
    }
    if (!settled()) paint();
    if (doc.readyState !== "loading") showManage();
    if (host && place()) listenAll();
  });
};

let risen = 0;

/* What the page puts into the top layer later would lie above. */
function rise({ target, newState }) {
  // The page may want to be on top as well.
  if (!host || target === host || newState !== "open" || opened || Date.now() - risen < RISE_MS) return;
  attempt(() => {
    if (!matches(target, ":popover-open") || !matches(host, ":popover-open")) return;
    let focused = shadow.activeElement;
    risen = Date.now();
    host.hidePopover();
    place();
    if (focused) focused.focus();
  });
}

function listenAll() {
  listen();
  // Every answer changes the queue in local storage, of which other pages are told.
  ["storage", "pageshow", "focus"].forEach(type => { view.addEventListener(type, follow); });
  ["visibilitychange", "prerenderingchange"].forEach(type => { doc.addEventListener(type, follow); });
  attempt(() => { cookieStore.addEventListener("change", follow); });
  view.addEventListener("close", tidy, true); // A modal dialog of the page may have gone.
  view.addEventListener("toggle", rise, true);
}

/* What waits for the page to be shown: a page that is prepared and never seen (prerendering) releases nothing. */
function start() {
  stored = read();
  choices = holds() ? stored : refused;
  if (!stored && !waiting()[0]) forgetHolder(); // An answer that waits needs them.
  clean(choices);
  watchEnd();
  guard(document);
  listenAll();
  tidy();
  if (!settled() && doc.body) paint();
  deliver();
  emit("ready");
  if (early && early.forEach) early.forEach(call);
}

if (!site) console.error("Constat: nothing is recorded from a copy of consent.js. Load it with a tag whose address ends with " + path + "/consent.js.");
if (doc.prerendering) {
  choices = refused;
  guard(document);
  doc.addEventListener("prerenderingchange", start, { __proto__: null, once: true });
} else {
  start();
}
if (doc.readyState === "loading") ready(() => {
  gate(document); // Shadow roots in the page's own HTML come without a word.
  tidy();
});
