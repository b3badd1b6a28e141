/*
 * Where the visitor sees Constat: a node at the start of the page with a shadow
 * root, so that no style leaks in or out. Also here: the texts of the first
 * layer, and what is fetched from the server in the language of the page.
 */

function style(target, css = settings.css) {
  try {
    let sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    target.adoptedStyleSheets = [...target.adoptedStyleSheets, sheet];
  } catch (_) {
    target.append(make("style", "", css));
  }
  return target;
}

function surface() {
  if (root) return;
  let host = make("constat-consent");
  shadow = style(host.attachShadow({ mode: "open" }));
  root = make("div");
  status = make("div", "status");
  status.setAttribute("role", "status");
  shadow.append(root, status);
  // First in the page, so that the keyboard meets the question first.
  document.body.prepend(host);
}

/* The loader's texts and the first layer, in the page's language: those of the site's main one travel with the loader. */
function speak(then) {
  words = words || (lang === settings.languages[0] ? Promise.resolve(settings.banner) : ask("banner").catch(() => settings.banner));
  words.then((banner) => then(banner.texts, banner.html));
}

/* What one notice shows in one language never changes: the browser asks once. */
function ask(what) {
  return fetch(site + "/" + what + "/" + lang + "?notice=" + settings.notice).then((reply) => reply.ok ? reply.json() : Promise.reject(reply.status));
}
