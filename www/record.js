/*
 * "My record" in the configuration layer: what was answered, when and until
 * when, the consent id, the receipt, and the way to have it all erased. Fetched
 * only when somebody who has answered opens "Manage cookies"; it fills the node
 * that widget/src/components/stored_choice.rs leaves empty. What it needs of
 * the page it asks the loader (`bridge` in www/loader/widget.js).
 */

const MINUTE_MS = 6e4;
// How long to wait for the delivery of a record before the rest is shown.
const DELIVERY_MS = 2e3;
// How long the server may take to erase before an error is shown.
const PATIENCE_MS = 2e4;

/* Shows the record of the choice that holds. */
export async function show(bridge) {
  await Promise.race([bridge.sent, after(DELIVERY_MS)]);
  const place = bridge.root.querySelector(".record");
  if (!place || !bridge.stored) return; // The layer was left meanwhile.
  const receipt = kept(bridge), { texts } = bridge.notice;
  place.replaceChildren(...dates(bridge), facts(bridge, receipt));
  if (receipt.current) {
    place.append(node("div", "row", button("download", "plain", texts.record_download, () => { download(receipt); })));
  } else if (receipt.waiting) {
    place.append(node("p", "small", texts.record_waiting));
  } else if (!receipt.token) {
    place.append(missing(bridge));
  }
  place.append(node("p", "small", mail(bridge)));
  if (receipt.token) place.append(...erasure(bridge, receipt.token));
}

/* The receipt in this browser, if it is of this consent id: `jwt` is the receipt, `current`
   is true when it is of the choice that holds. `token` opens the records: the secret
   that was made with the consent id, or the receipt. */
function kept(bridge) {
  const { id, last } = bridge.stored, secret = bridge.keep("constat.secret." + bridge.notice.site) || "";
  const jwt = bridge.keep("constat.receipt." + bridge.notice.site);
  let claims = {};
  try {
    const base64 = jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), char => char.charCodeAt())));
  } catch (_) { /* There is none, or it was changed. */ }
  return {
    jwt,
    token: secret.startsWith(id) ? secret.slice(id.length) : claims.sub === id && jwt,
    current: claims.sub === id && claims.jti === last,
    waiting: waiting(bridge).some(event => event.event_id === last),
    record: claims.record,
  };
}

/* The records that the server does not have yet. */
function waiting(bridge) {
  try { return JSON.parse(bridge.keep("constat.queue." + bridge.notice.site)) || []; } catch (_) { return []; }
}

function dates(bridge) {
  const { texts, language } = bridge.notice, { raw } = bridge.stored;
  if (!raw) return []; // A browser that keeps no cookies forgets the choice with the page.
  const part = raw.split(".");
  const dated = (text, minutes) => {
    const date = new Date(parseInt(minutes, 36) * MINUTE_MS).toLocaleDateString(language, { dateStyle: "long" });
    return text.replace("{date}", date);
  };
  return [node("p", "", dated(texts.decided_on, part[4]), node("br"), dated(texts.expires_on, part[5]))];
}

/* What is allowed in this browser, and the button that was pressed, which only the receipt holds. */
function facts(bridge, receipt) {
  const { texts } = bridge.notice, list = node("dl", "small facts"), { count, total, names } = allowed(bridge);
  const fact = (label, ...lines) => { list.append(node("dt", "", label), node("dd", "", ...lines.flatMap((line, at) => at ? [node("br"), line] : line))); };
  if (receipt.current) fact(texts.record_answer, texts[receipt.record.action]);
  fact(texts.record_allowed.replace("{count}", count).replace("{total}", total), ...names.length ? names : [texts.services_none]);
  fact(texts.consent_id_label, node("code", "", bridge.stored.id));
  return list;
}

/* Of the services that need consent, how many are allowed and which, by category. */
function allowed(bridge) {
  const { notice, stored } = bridge, order = ["essential", "functional", "audience", "advertising", "third_party"];
  // The digits of the choice follow the vendors by id.
  const ids = notice.categories.flatMap(category => category.vendors.map(vendor => vendor.id)).sort();
  const asked = notice.categories.filter(category => !category.exempt), names = [];
  let count = 0, total = 0;
  asked.forEach(category => {
    const title = notice.texts["category_" + category.id + "_title"];
    const on = category.vendors.filter(vendor => stored.v[ids.indexOf(vendor.id)] === "1").map(vendor => vendor.name);
    count += on.length;
    total += category.vendors.length;
    // A category may be allowed without a service, for the site's own scripts.
    if (on.length) names.push(title + " (" + on.join(", ") + ")");
    else if (stored.c[order.indexOf(category.id)] === "1") names.push(title);
  });
  return { count, total, names };
}

/* Where no receipt helps, the data protection officer does. */
function missing(bridge) {
  const email = bridge.notice.controller.dpo_email, link = node("a", "", email);
  const [before, behind] = bridge.notice.texts.record_missing.split("{email}");
  link.href = "mailto:" + email;
  return node("p", "small", before, link, behind);
}

/* A link that begins a mail to the data protection officer, with the consent id in it; nothing for a notice of an
   earlier version, which has no text for it. */
function mail({ notice, stored }) {
  if (!notice.texts.record_letter) return "";
  const { texts, site } = notice, link = node("a", "", texts.record_write);
  const letter = texts.record_letter.replace("{site}", site).replace("{id}", stored.id);
  link.href = "mailto:" + notice.controller.dpo_email + "?subject=" + encodeURIComponent(texts.your_choice + " – " + site) + "&body=" + encodeURIComponent(letter);
  return link;
}

function download({ jwt, record }) {
  const link = node("a");
  link.href = URL.createObjectURL(new Blob([jwt], { type: "application/jwt" }));
  link.download = "constat-receipt-" + record.site + "-" + record.recorded_at.slice(0, 10) + ".jwt";
  link.click();
  setTimeout(() => { URL.revokeObjectURL(link.href); }, PATIENCE_MS); // The browser may still be reading it.
}

/* The button that asks, and what it opens: what erasing means, and the button that does it. */
function erasure(bridge, token) {
  const { texts } = bridge.notice, outcome = node("p", "small"), group = node("div", "vendor");
  const others = bridge.root.querySelectorAll('dialog > .buttons, [data-action="withdraw"]');
  const turn = open => {
    outcome.textContent = "";
    group.hidden = !open;
    ask.hidden = open;
    (open ? group : ask).focus();
  };
  const ask = button("erase", "link", texts.record_erase, () => { turn(true); });
  const cancel = button("erase_cancelled", "plain", texts.record_keep, () => { turn(false); });
  const erase = button("erase_confirmed", "plain", texts.record_erase, async () => {
    if (cancel.disabled) return; // The erasure is in progress.
    const busy = on => {
      erase.setAttribute("aria-busy", on);
      // No other answer may be given until the erasure has ended.
      cancel.disabled = on;
      others.forEach(other => { other.inert = on; });
    };
    busy(true);
    outcome.replaceChildren(texts.record_erasing);
    try {
      await remove(bridge, token);
    } catch (status) {
      busy(false);
      const refused = status >= 400 && status < 500 && status !== 408 && status !== 429;
      outcome.replaceChildren(refused ? missing(bridge) : texts.record_failed);
      outcome.scrollIntoView({ block: "nearest" });
    }
  });
  outcome.setAttribute("role", "alert");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", texts.record_erase);
  group.tabIndex = -1;
  group.hidden = true;
  group.append(node("p", "", texts.record_confirm), node("div", "row", cancel, erase), outcome);
  return [ask, group];
}

/* Erases on the server first: if that fails, nothing has changed in the browser. */
async function remove(bridge, token) {
  const { id } = bridge.stored, { site } = bridge.notice;
  const late = after(PATIENCE_MS).then(() => Promise.reject(new Error("late")));
  // Wait for a delivery in progress: it would store its record after the erasure.
  await Promise.race([bridge.sent, late]);
  const address = new URL("../v1/sites/" + site + "/consents/" + id, import.meta.url);
  const [status] = await Promise.race([bridge.request(address, { method: "DELETE", headers: { Authorization: "Bearer " + token } }), late]);
  if (status > 299) throw status;
  bridge.keep("constat.queue." + site, JSON.stringify(waiting(bridge).filter(event => event.consent_id !== id)));
  bridge.erased();
}

function after(ms) {
  return new Promise(done => { setTimeout(done, ms); });
}

function button(action, style, text, press) {
  const made = node("button", style, text);
  made.type = "button";
  made.dataset.action = action;
  // The loader keeps clicks from the page, and so from here: it says what was pressed.
  made.addEventListener("constat-press", press);
  return made;
}

function node(tag, style, ...children) {
  const made = document.createElement(tag);
  if (style) made.className = style;
  made.append(...children);
  return made;
}
