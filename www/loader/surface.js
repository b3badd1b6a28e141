/*
 * Where the visitor sees Constat: a node beside the body, so that neither its
 * layout nor what the page does to its content reaches it, in the top layer of
 * the window, with a shadow root, so that no style leaks in or out. Also here:
 * the texts of the first layer, and what is fetched in the language of the page.
 */

function style(target, css, view = window) {
  try {
    let sheet = new view.CSSStyleSheet();
    sheet.replaceSync(css);
    target.adoptedStyleSheets = [...target.adoptedStyleSheets, sheet];
  } catch (_) {
    target.append(make("style", "", css));
  }
  return target;
}

function surface() {
  if (!host) {
    host = make("constat-consent");
    attempt(() => { host.popover = "manual"; });
    shadow = style(attach.call(host, { __proto__: null, mode: "open" }), settings.css);
    root = make("div");
    layer = make("div", "layer");
    status = make("div", "status");
    status.setAttribute("role", "status");
    // Search engines do not quote it.
    [root, layer].forEach(node => { node.dataset.nosnippet = ""; });
    shadow.append(root, layer, status);
    // What moves the focus or the pointer within a shadow root does not leave it.
    ["focusin", "pointerover"].forEach(type => { shadow.addEventListener(type, event => { hear(event); }); });
  }
  place();
}

/* Puts the host where it belongs, also after the page has removed it. Returns whether it has. */
function place() {
  let html = doc.documentElement, moved = host.parentNode !== html;
  if (root.parentNode !== shadow) shadow.append(root, layer, status); // The page has emptied it.
  if (moved) {
    // Before the body, so that the keyboard meets the question first.
    html.insertBefore(host, doc.body);
    // A framework that takes over the markup of the whole document finds what its server made.
    let before = host.previousSibling;
    let next = () => host.previousSibling === before ? host.nextSibling : element(before).nextSibling;
    if (before) Object.defineProperty(before, "nextSibling", { __proto__: null, configurable: true, get: next });
    let dialog = shadow.querySelector("dialog[open]");
    if (dialog) {
      dialog.removeAttribute("open");
      dialog.showModal();
    }
  }
  ["inert", "aria-hidden"].forEach(name => { host.removeAttribute(name); });
  if (!attempt(() => matches(host, ":popover-open"), 1)) lift();
  return moved;
}

/* Shows what is in the host above the page. Above a modal dialog of the page it would be seen and could not
   be pressed: then it waits below. */
function lift() {
  attempt(() => {
    if (!matches(host, ":popover-open")) host.showPopover();
    let button = shadow.querySelector("button"), box = button && button.getBoundingClientRect();
    if (box && !layer.firstChild && doc.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2) !== host) host.hidePopover();
  });
}

let words;

function pageLanguage() {
  let wanted = doc.documentElement.lang.slice(0, 2).toLowerCase();
  return settings.languages.indexOf(wanted) < 0 ? main : wanted;
}

/* The texts and the first layer, in the page's language: those of the site's main one travel with the
   loader, and stand in for those that cannot be fetched. */
function speak(then) {
  let wanted = pageLanguage();
  if (!words || asking !== wanted) {
    asking = wanted;
    words = (wanted === main ? Promise.resolve(settings.banner) : ask("banner", wanted)).then(banner => {
      lang = wanted;
      return banner;
    }).catch(() => {
      lang = main;
      return settings.banner;
    });
  }
  words.then(then).catch(console.error);
}

let notices = { __proto__: null };

/* The notice in the language that is shown; a failed look may be repeated. */
function fetchNotice() {
  let asked = notices[lang] = notices[lang] || ask("notice", lang);
  asked.catch(() => { notices = { __proto__: null }; });
  return asked;
}

/* What one notice shows in one language never changes: the browser asks once. */
function ask(what, language) {
  return request(site + "/" + what + "/" + language + "?notice=" + settings.notice).then(([status, said]) => status === 200 ? said : Promise.reject(status));
}
