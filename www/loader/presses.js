/*
 * What the visitor does in Constat's own nodes, heard on the window before the
 * page's listeners, which never see it: no focus trap and no scrolling library
 * takes a press, key or turn of the wheel away, and none is passed on.
 */

let HEARD = "click dblclick contextmenu pointerover pointerdown pointerup mousedown mouseup touchstart touchmove touchend wheel keydown keyup keypress input focus focusin focusout blur";
let WANTING = "[data-action=configure],[data-action=vendors]";
let down; // The button that a pointer or key went down on, when, and whether its click was heard.
let last; // The last press, where and when it was, until the next key goes down.

/* Listens, also after the page has written itself anew: a listener that is there is not added twice. */
function listen() {
  HEARD.split(" ").forEach(type => { view.addEventListener(type, hear, { __proto__: null, capture: true, passive: /^(touchm|wheel)/.test(type) }); });
}

hear = event => {
  let type = event.type, target = null, ours = 0;
  for (let node of event.composedPath()) {
    if (node === host || node === shadow) {
      ours = 1;
      break;
    }
    if (!target && matches(node, "[data-action],[data-constat=manage]")) target = node;
  }
  if (type === "keydown" && !event.repeat) last = 0;
  // The second click of a double click, and the end of a key, are not for what lies behind.
  if (!ours && last && echoes(event)) {
    event.stopImmediatePropagation();
    return event.preventDefault();
  }
  if (host && /up|focusin/.test(type)) tidy(); // A modal dialog of the page may have gone, from where nobody hears it.
  if (target && matches(target, ours ? WANTING : "[data-constat=manage]") && /over|down|focusin/.test(type)) attempt(fetchWidget);
  if (ours) return hearOurs(event, matches(target, "[data-action]") && target);
  if (type === "focusin" && painted) part("uncover").then(({ uncover }) => { uncover(root.firstElementChild); }).catch(() => { /* The banner stays where it is. */ });
  if (type !== "click" || !matches(target, "[data-constat=manage]")) return;
  event.preventDefault();
  open("configure");
};

function hearOurs(event, button) {
  let type = event.type;
  event.stopImmediatePropagation();
  if (/^(pointer|key)down/.test(type) && !(down && down.button === button && !down.clicked)) down = { button: button, at: Date.now() };
  if (down && /^(click|contextmenu)$/.test(type)) down.clicked = 1;
  if (type === "click" && button) press(button, event);
  // A listener that was there before ours may take the click.
  let mine = down;
  if (!/^(pointer|key)up/.test(type) || !button || !mine || mine.button !== button || event.button > 0 || event.key && !/^(Enter| )$/.test(event.key) || Date.now() - mine.at > OVERDUE_MS) return;
  after(OVERDUE_MS).then(() => {
    if (!mine.clicked && button.isConnected) press(button, event);
    mine.clicked = 1;
  });
}

function echoes(event) {
  let { type, key, isTrusted, repeat } = event, { clientX, clientY } = event.changedTouches ? event.changedTouches[0] : event;
  if (!isTrusted || !repeat && Date.now() - last.at > OVERDUE_MS) return false;
  if (/^key/.test(type)) return /^(Enter| )$/.test(key);
  return /^(click|dbl|mouse|touch(start|end)|pointer(up|down))/.test(type) && Math.abs(clientX - last.x) + Math.abs(clientY - last.y) < ECHO_PX;
}

function press(button, { clientX, clientY }) {
  last = { at: Date.now(), x: clientX, y: clientY };
  let action = button.getAttribute("data-action");
  button.dispatchEvent(newEvent("CustomEvent", "constat-press"));
  if (layer.contains(button)) {
    if (opened) opened.press(action);
  } else if (matches(button, WANTING)) {
    button.setAttribute("aria-busy", true);
    open(action);
  } else {
    answer(action, holds() ? "configuration" : "banner");
  }
}
