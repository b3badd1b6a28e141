/*
 * The first layer, painted from HTML that the server made: its buttons work
 * from the first paint, and the widget starts beside it. Also here: the button
 * that opens the choice again.
 */

function press(event) {
  let button = event.target.closest("[data-action]"), action = button && button.dataset.action;
  if (!action) return;
  if (action === "configure" || action === "vendors") {
    button.setAttribute("aria-busy", true);
    open(action);
  } else {
    answer(action, "banner");
  }
}

function showBanner() {
  if (asking) return;
  asking = 1;
  speak((_, html) => {
    if (holds() || root) return;
    surface();
    root.onclick = press;
    root.innerHTML = html;
    open("banner");
  });
}

function showManage() {
  // A site's own link replaces the button.
  if (manage || document.querySelector("[data-constat=manage]")) return;
  surface();
  shadow.append(manage = make("button", "manage"));
  manage.lang = lang;
  manage.onclick = () => { open("configure"); };
  speak((texts) => { manage.textContent = texts[0]; });
}
