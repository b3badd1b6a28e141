/*
 * A browser that refuses for its user by a signal: Global Privacy Control, or Do Not Track where the site promises
 * to honour it. Nothing is asked, and nothing is recorded. A small notice says so, with a way to choose, and gives its
 * place to "Manage cookies" when it is closed. Nothing may be kept in the browser before an answer, so it is shown to
 * who comes to the site, and not again on the pages that follow, or when a page is loaded again or gone back to.
 */

let refuses = settings.gpc && navigator.globalPrivacyControl === true || settings.dnt && navigator.doNotTrack === "1";

if (refuses) {
  let asked = settled, pressed = press, manages = showManage;
  // Whether the visitor has seen the notice.
  let known = doc.referrer.startsWith(location.origin + "/") || attempt(() => /^(reload|back)/.test(performance.getEntriesByType("navigation")[0].type));
  let waits = () => !known && !asked() && !outer();

  settled = () => true;

  showManage = () => {
    if (!waits()) return manages();
    if (manage) manage.remove();
    manage = 0;
    speak(({ signal }) => {
      if (!waits() || painted === lang && root.firstChild) return;
      surface();
      painted = lang;
      root.innerHTML = trusted.createHTML(signal);
      lift();
    });
  };

  press = (button, event) => {
    if (layer.contains(button) || button.getAttribute("data-action") !== "close") return pressed(button, event);
    last = { at: Date.now(), x: event.clientX, y: event.clientY };
    known = 1;
    root.textContent = "";
    painted = 0;
    tidy();
  };
}
