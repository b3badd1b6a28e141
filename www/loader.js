/*
 * Constat's loader, served as /v1/sites/{site}/consent.js with the site's
 * settings in it. It keeps third parties blocked until they are allowed, reads
 * and writes the consent cookie, paints the first layer, answers its buttons at
 * once and delivers the records. The widget (WebAssembly) is fetched beside it
 * only when the visitor has something to decide, and asks it for everything.
 *
 * The consent cookie's form is defined in shared/src/cookie.rs.
 */
((settings) => {
  "use strict";

  let early = window.constat;
  if (early && early.open) return; // The tag was pasted twice.

  let MINUTE_MS = 6e4, QUEUE_MAX = 20;
  let base = document.currentScript.src.split("/v1/sites/")[0];
  let site = base + "/v1/sites/" + settings.site;
  let queueKey = "constat.queue." + settings.site, receiptKey = "constat.receipt." + settings.site;
  let asked = document.documentElement.lang.slice(0, 2).toLowerCase();
  let lang = settings.languages.includes(asked) ? asked : settings.languages[0];
  let categories = ["essential", "functional", "audience", "advertising", "third_party"];
  // Choices are two strings of digits: one for each category, one for each vendor.
  let refused = uniform(0), allowed = uniform(1);
  let stored = read();
  let choices = stored || refused;
  let ran = {}; // Which vendors and categories have run a script in this page view.
  let order = Promise.resolve(); // Released scripts run one after the other, as they stand in the page.
  let memory = {}; // Stands in for localStorage where the browser forbids it.
  let sent = order; // Settled when no delivery of this page view is on its way.
  let shadow, root, status, manage, styled, asking, words, widget, wanted;

  /* The choices */

  function uniform(on) {
    let exempt = at => on || settings.exempt[at] > 0 ? "1" : "0";
    return {
      c: categories.map((_, at) => settings.used[at] > 0 ? exempt(at) : "0").join(""),
      v: settings.vendors.map(vendor => exempt(vendor[1])).join(""),
    };
  }

  function read() {
    let match = /(?:^|; )constat=(1(\.[^;.]+){5}\.[01]{5}\.\w*)(;|$)/.exec(document.cookie);
    if (!match) return null;
    let part = match[1].split(".");
    let expires = parseInt(part[5], 36) * MINUTE_MS;
    if (!(Date.now() < expires)) return null;
    let bit = at => parseInt(part[7][at >> 2] || 0, 16) >> (at & 3) & 1;
    return {
      id: part[1],
      last: part[2],
      // Another notice's vendors have other places: such a choice is void, its consent id lives on.
      holds: part[3] === settings.terms,
      raw: match[1],
      c: part[6],
      v: settings.vendors.map((vendor, at) => part[6][vendor[1]] ^ bit(at)).join(""),
    };
  }

  function write(id, event, next, now) {
    let digits = [], expires = monthsAfter(now);
    settings.vendors.forEach((vendor, at) => { digits[at >> 2] |= (next.v[at] ^ next.c[vendor[1]]) << (at & 3); });
    let minutes = ms => Math.floor(ms / MINUTE_MS).toString(36);
    let exceptions = digits.map(digit => digit.toString(16)).join("").replace(/0+$/, "");
    document.cookie = "constat=" + [1, id, event, settings.terms, minutes(now), minutes(expires), next.c, exceptions].join(".") +
      ";path=/;samesite=lax;expires=" + new Date(expires).toUTCString() + (location.protocol === "https:" ? ";secure" : "");
  }

  /* The same day months later, or the last day of a month that is too short. */
  function monthsAfter(now) {
    let date = new Date(now), day = date.getUTCDate();
    date.setUTCMonth(date.getUTCMonth() + settings.months);
    if (date.getUTCDate() !== day) date.setUTCDate(0);
    return +date;
  }

  /* UUIDv7 (RFC 9562, section 5.7). */
  function uuid() {
    let bytes = crypto.getRandomValues(new Uint8Array(16)), ms = Date.now();
    for (let at = 5; at >= 0; at--, ms = Math.floor(ms / 256)) bytes[at] = ms % 256;
    bytes[6] = bytes[6] & 15 | 112;
    bytes[8] = bytes[8] & 63 | 128;
    return Array.from(bytes, (byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + (byte + 256).toString(16).slice(1)).join("");
  }

  function named(bits) {
    let result = { categories: {}, vendors: {} };
    categories.forEach((name, at) => { if (settings.used[at] > 0) result.categories[name] = bits.c[at] > 0; });
    settings.vendors.forEach((vendor, at) => { result.vendors[vendor[0]] = bits.v[at] > 0; });
    return result;
  }

  function allows(category, vendor) {
    let now = named(choices);
    return !!(vendor ? now.vendors[vendor] : now.categories[category]);
  }

  /* The page: scripts and frames wait until they are allowed. */

  function gate(node) {
    let found = selector => {
      return [...node.matches && node.matches(selector) ? [node] : [], ...node.querySelectorAll(selector)];
    };
    found('script[type="text/plain"][data-category]').forEach(script => {
      if (script.constat || !may(script)) return;
      script.constat = 1;
      // One that is the last node so far may still be arriving.
      order = order.then(() => script.nextSibling || new Promise(ready)).then(() => run(script)).catch(console.error);
    });
    found("iframe[data-src][data-category]").forEach(frame);
  }

  function may(node) {
    return allows(node.dataset.category, node.dataset.vendor);
  }

  function run(script) {
    script.constat = 0;
    if (!script.isConnected || !may(script)) return;
    let copy = document.createElement("script"), data = script.dataset;
    for (let { name, value } of script.attributes) {
      if (!/^(type|data-(type|src))$/.test(name)) copy.setAttribute(name, value);
    }
    copy.nonce = script.nonce;
    if (data.type) copy.type = data.type;
    ran[data.vendor || data.category] = 1;
    return new Promise(done => {
      copy.onload = copy.onerror = done;
      if (data.src) copy.src = data.src; else copy.textContent = script.textContent;
      copy.async = script.hasAttribute("async");
      script.replaceWith(copy);
      if (!data.src || copy.async) done();
    });
  }

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

  function make(tag, name, text) {
    let node = document.createElement(tag);
    if (name) node.className = name;
    if (text) node.textContent = text;
    if (tag === "button") node.type = "button";
    return node;
  }

  /* The answer takes effect at once, whatever the network does. */

  function answer(action, layer, next) {
    if (action === "allow_all") next = allowed; else if (action !== "save") next = refused;
    let id = stored ? stored.id : uuid(), event = uuid();
    write(id, event, next, Date.now());
    // What does not come through now waits.
    keep(queueKey, JSON.stringify(waiting().concat({
      event_id: event,
      consent_id: id,
      // A new consent id starts afresh: nothing links it to an earlier one.
      previous_event_id: stored && stored.last,
      action: action,
      layer: layer,
      language: lang,
      notice_hash: settings.notice,
      ...named(next),
      signals: { gpc: navigator.globalPrivacyControl === true, dnt: navigator.doNotTrack === "1" },
    }).slice(-QUEUE_MAX)));
    deliver();
    // A browser that keeps no cookies forgets the answer with the page, but obeys it until then.
    stored = read() || { id: id, last: event, holds: true, c: next.c, v: next.v };
    choices = next;
    leave();
    ready(() => {
      surface();
      showManage();
      speak((texts) => { status.textContent = texts[1]; });
    });
    emit("change");
    if (clean(next)) location.reload(); else gate(document);
  }

  /* Removes what refused vendors left on this domain, whenever that was; says whether one of them has run. */
  function clean(next) {
    let again = categories.some((name, at) => ran[name] && next.c[at] < 1);
    settings.vendors.forEach(([id, , , , names], at) => {
      if (next.v[at] > 0) return;
      again = again || ran[id];
      let mine = (name) => names.some((known) => known.slice(-1) === "*" ? name.startsWith(known.slice(0, -1)) : known === name);
      document.cookie.split("; ").map((pair) => pair.split("=")[0]).filter(mine).forEach(forget);
      ["localStorage", "sessionStorage"].forEach((area) => {
        try {
          Object.keys(window[area]).filter(mine).forEach((key) => window[area].removeItem(key));
        } catch (_) { /* The browser forbids storage: nothing is there. */ }
      });
    });
    return again;
  }

  /* A cookie can only be removed with the domain it was set for, which it does not tell. */
  function forget(name) {
    let labels = location.hostname.split("."), gone = name + "=;path=/;max-age=0";
    document.cookie = gone;
    for (; labels.length; labels.shift()) document.cookie = gone + ";domain=" + labels.join(".");
  }

  /* The records wait in the browser until the server has them. */

  function keep(key, value) {
    try {
      if (value === undefined) return localStorage.getItem(key);
      localStorage.setItem(key, value);
    } catch (_) {
      return value === undefined ? memory[key] : memory[key] = value;
    }
  }

  function waiting() {
    try { return JSON.parse(keep(queueKey)) || []; } catch (_) { return []; }
  }

  function deliver() {
    sent = Promise.all(waiting().map(async event => {
      try {
        // Sent as plain text, a request needs no preflight: one round trip, also while the page is being left.
        let reply = await fetch(site + "/consents", { method: "POST", body: JSON.stringify(event), keepalive: true });
        // What the server will never take is given up; what it could not take now stays.
        if (/^(5|408|429)/.test(reply.status)) return;
        let taken = reply.ok && await reply.json();
        // Only the choice that holds needs its receipt.
        if (taken && stored && stored.last === event.event_id) keep(receiptKey, taken.receipt);
        keep(queueKey, JSON.stringify(waiting().filter(other => other.event_id !== event.event_id)));
      } catch (_) { /* It goes with the next page view. */ }
    }).concat(sent));
  }

  /* What the visitor sees, in a shadow root: no style leaks in or out. */

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
    root.addEventListener("click", press);
    // First in the page, so that the keyboard meets the question first.
    document.body.prepend(host);
  }

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

  function showManage() {
    // A site's own link does instead of the button.
    if (manage || document.querySelector("[data-constat=manage]")) return;
    surface();
    shadow.append(manage = make("button", "manage"));
    manage.lang = lang;
    manage.onclick = () => { open("configure"); };
    speak((texts) => { manage.textContent = texts[0]; });
  }

  function showBanner() {
    if (asking) return;
    asking = 1;
    speak((_, html) => {
      if (holds() || root) return;
      surface();
      root.innerHTML = html;
      open("banner");
    });
  }

  /* The loader's own texts and the first layer, in the page's language: the site's main one travels with the loader. */
  function speak(then) {
    words = words || (lang === settings.languages[0] ? Promise.resolve(settings.banner) : ask("banner").catch(() => settings.banner));
    words.then((banner) => then(banner.texts, banner.html));
  }

  /* What one notice shows in one language never changes: the browser asks once. */
  function ask(what) {
    return fetch(site + "/" + what + "/" + lang + "?notice=" + settings.notice).then((reply) => reply.ok ? reply.json() : Promise.reject(reply.status));
  }

  /* Starts the widget once, and opens what was asked for last. */
  function open(view) {
    // The takeover of the banner never pushes aside what the visitor opened meanwhile.
    if (view !== "banner" || !wanted) wanted = view;
    widget = widget || Promise.all([import(base + "/assets/" + settings.js).then(module => module.default().then(() => module)), ask("notice")]);
    widget.then(loaded => {
      if (!wanted || wanted === "banner" && holds()) return;
      surface();
      let focused = shadow.activeElement, again = focused && root.contains(focused) && focused.dataset.action;
      bridge.notice = loaded[1];
      root.removeEventListener("click", press); // From now on the widget's own handlers answer.
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

  function holds() {
    return !!(stored && stored.holds);
  }

  /* What the page can ask. */

  function emit(name) {
    document.dispatchEvent(new CustomEvent("constat:" + name, { detail: named(choices) }));
  }

  function ready(then) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", then); else then();
  }

  function call(then) {
    try { then(window.constat); } catch (error) { console.error(error); }
  }

  window.constat = {
    choices: () => holds() ? named(choices) : null,
    allows: allows,
    open: () => { ready(() => { open("configure"); }); },
    withdraw: () => { answer("withdraw", "configuration"); },
    push: call,
  };

  if (!holds()) choices = refused;
  // A receipt ends with its choice.
  try { stored || localStorage.removeItem(receiptKey); } catch (_) { /* The browser forbids storage: nothing is there. */ }
  new MutationObserver(changes => {
    changes.forEach(change => {
      change.addedNodes.forEach(node => { if (node.nodeType === 1) gate(node); });
    });
    if (document.body && !holds()) showBanner();
  }).observe(document, { childList: true, subtree: true });
  gate(document);
  document.addEventListener("click", event => {
    if (!event.target.closest || !event.target.closest("[data-constat=manage]")) return;
    event.preventDefault();
    window.constat.open();
  });
  if (holds()) ready(showManage); else if (document.body) showBanner();
  deliver();
  emit("ready");
  if (early && early.forEach) early.forEach(call);
})(__CONSTAT_SETTINGS__);
