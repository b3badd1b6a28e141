/*
 * Frames of third parties: loaded when they are allowed, emptied and hidden when
 * they are not. A placeholder stands in front of a hidden frame and explains
 * it, with a button that allows this one vendor.
 */

function frame(node) {
  let data = node.dataset, on = may(node), hidden = node.constat;
  if (on) {
    if (hidden) {
      let focused = hidden === document.activeElement;
      hidden.remove();
      node.style.display = node.constat = "";
      if (focused) node.focus();
    }
    if (node.getAttribute("src") !== data.src) node.src = data.src;
  } else if (!hidden) {
    node.removeAttribute("src");
    node.style.setProperty("display", "none", "important");
    node.before(node.constat = placeholder(data.vendor));
  }
}

function placeholder(id) {
  let node = make("constat-blocked"), inside = style(node.attachShadow({ mode: "open" }));
  let vendor = settings.vendors.find(known => known[0] === id);
  let name = vendor ? vendor[2] : "";
  speak(([, , blocked, allow, policy]) => {
    let box = make("div", "blocked"), button = make("button", "answer", allow), link = make("a", "", policy.replace("{vendor}", name));
    box.lang = lang;
    box.append(make("p", "", blocked.replace("{vendor}", name)));
    inside.append(box);
    if (!vendor) return; // Not in the notice: nobody can allow it.
    button.onclick = () => {
      let at = settings.vendors.indexOf(vendor);
      answer("save", "configuration", { c: choices.c, v: choices.v.slice(0, at) + "1" + choices.v.slice(at + 1) });
    };
    link.href = vendor[3];
    link.target = "_blank";
    link.rel = "noreferrer";
    box.append(button, link);
  });
  return node;
}
