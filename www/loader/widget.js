/*
 * The widget (WebAssembly) shows the configuration layer. It is fetched at the
 * first sign that somebody wants it, and asks the loader for everything through
 * `bridge`, which is all it sees of the page.
 */

let widget, opened, wanted;

function fetchWidget() {
  widget = widget || load(settings.js).then(module => module.start().then(() => module));
  let both = Promise.all([widget, fetchNotice()]);
  both.catch(() => { widget = 0; }); // The next press tries again.
  return both;
}

let frozen;

/* While the configuration layer is open, the page behind it does not scroll: of root and body, the one that
   gives the window its scrolling gets none. */
function freeze(on) {
  attempt(() => {
    frozen = frozen || new CSSStyleSheet();
    let html = doc.documentElement, rule = getComputedStyle(html).overflow === "visible" ? "body" : "html";
    frozen.replaceSync(on ? "html{scrollbar-gutter:stable}" + rule + "{overflow:hidden!important}" : "");
    let others = doc.adoptedStyleSheets.filter(sheet => sheet !== frozen);
    doc.adoptedStyleSheets = on ? [...others, frozen] : others;
  });
}

/* Opens the configuration layer, on the page itself when this is a frame of it. */
function open(view) {
  let page = outer();
  if (page) return page.open();
  ready(() => {
    surface();
    wanted = view;
    speak(({ texts }) => {
      if (wanted) status.textContent = texts[5];
      Promise.race([show(), after(PATIENCE_MS).then(() => { throw "late"; })]).catch(error => {
        console.warn("Constat:", error);
        opened = 0;
        if (wanted) explain();
      }).then(() => {
        wanted = 0;
        tidy();
        all(shadow, "[aria-busy]").forEach(node => { node.removeAttribute("aria-busy"); });
      });
    });
  });
}

async function show() {
  let [module, notice] = await fetchWidget();
  if (!wanted) return;
  bridge.notice = notice;
  opened = module;
  module.open(bridge, wanted);
  await after(RENDER_MS);
  if (!wanted) return; // The visitor was faster.
  if (!layer.querySelector("dialog")) throw "nothing was rendered";
  status.textContent = "";
  if (holds()) module.record(bridge);
  freeze(1);
}

/* Closes the configuration layer. */
function leave() {
  wanted = 0;
  freeze();
  if (!opened) return;
  let dialog = layer.querySelector("dialog[open]");
  if (dialog) dialog.close(); // Gives the focus back to what opened it.
  opened.close();
  opened = 0;
}

let bridge = {
  get root() { return layer; },
  get stored() { return holds() ? stored : null; },
  get sent() { return sent; },
  answer: (action, where, c, v) => { answer(action, where, () => ({ c: c, v: v })); },
  leave: leave,
  style: css => { styled = styled || style(shadow, css); },
  keep: keep,
  request: request,
  country: code => new Intl.DisplayNames([lang], { type: "region" }).of(code),
  erased: () => {
    put("", 0);
    forgetHolder();
    obey(read()); // Whoever was told of the choice is told that it has ended.
    restart();
  },
};
