/*
 * The first layer, painted from HTML that the server made, and the button that
 * opens the choice again.
 */

let painted; // The language of the first layer that is shown.

/* Constat in the page that shows this one in a frame, if both belong to one site and origin. */
function outer() {
  return attempt(() => {
    for (let page = window; page !== page.parent;) {
      page = page.parent;
      let known = page.constat && typeof page.constat.allows === "function" && page.constat.site() === settings.site;
      // Its tag alone says that it is still to come.
      if (known || page.document.querySelector(TAG)) return known ? page.constat : { open: () => {} };
    }
  });
}

function paint() {
  speak(({ html }) => {
    if (settled() || outer()) return;
    surface();
    if (painted === lang && root.firstChild) return;
    painted = lang;
    root.innerHTML = trusted.createHTML(html);
    lift();
  });
}

/* Where the configuration layer cannot be had, the first layer says so and offers what works without it. */
function explain() {
  speak(({ texts, html }) => {
    painted = lang;
    root.innerHTML = trusted.createHTML(html);
    root.querySelector(".text").prepend(make("p", "", texts[6]));
    let configure = root.querySelector("[data-action=configure]");
    if (holds()) configure.replaceWith(button("withdraw", "plain", texts[9])); else configure.remove();
    status.textContent = texts[6];
  });
}

/* A site's own link replaces the button as long as it is there. */
function showManage() {
  let linked = doc.querySelector("[data-constat=manage]");
  if (linked || !settled() || outer()) {
    if (manage) manage.remove();
    manage = 0;
  } else if (!manage || manage.lang !== pageLanguage()) {
    surface();
    if (!manage) shadow.append(manage = button("configure", "manage"));
    speak(({ texts }) => {
      if (!manage) return;
      manage.lang = lang;
      manage.textContent = texts[0];
    });
  }
}
