/*
 * The widget (WebAssembly) is fetched only when the visitor has something to
 * decide. It takes over the surface, and asks the loader for everything through
 * `bridge`, which is all it sees of the page.
 */

/* Starts the widget once, and opens what was asked for last. */
function open(view) {
  // When the widget takes over the banner, it keeps what the visitor opened meanwhile.
  if (view !== "banner" || !wanted) wanted = view;
  widget = widget || Promise.all([import(base + "/assets/" + settings.js).then(module => module.default().then(() => module)), ask("notice")]);
  widget.then(loaded => {
    if (!wanted || wanted === "banner" && holds()) return;
    surface();
    let focused = shadow.activeElement, again = focused && root.contains(focused) && focused.dataset.action;
    bridge.notice = loaded[1];
    root.onclick = null; // From now on the widget's own handlers answer.
    loaded[0].open(bridge, wanted);
    if (holds()) loaded[0].record(bridge);
    root.constat = 1;
    wanted = 0;
    if (again) requestAnimationFrame(() => { refocus(again); });
  }).catch(() => {
    widget = wanted = 0; // The next press tries again; the banner's own answers need no widget.
    let busy = root && root.querySelector("[aria-busy]");
    if (busy) busy.removeAttribute("aria-busy");
  });
}

/* The takeover replaced the button that had the focus by its twin. */
function refocus(action) {
  let twin = root.querySelector('.banner [data-action="' + action + '"]');
  if (twin && !root.querySelector("dialog")) twin.focus();
}

/* Closes whatever is open. */
function leave() {
  wanted = 0;
  if (!root) return;
  let dialog = root.querySelector("dialog[open]");
  if (dialog) dialog.close(); // Gives the focus back to what opened it.
  if (root.constat) widget.then(loaded => { loaded[0].close(); }); else root.textContent = "";
  root.constat = 0;
}

let bridge = {
  get root() { return root; },
  get stored() { return holds() ? stored : null; },
  get sent() { return sent; },
  answer: (action, layer, c, v) => { answer(action, layer, { c: c, v: v }); },
  leave: leave,
  style: css => { if (!styled) style(shadow, css); styled = 1; },
  keep: keep,
  clean: () => { clean(refused); },
  country: code => new Intl.DisplayNames([lang], { type: "region" }).of(code),
};
