/*
 * Blocking without marks. What goes to the host of a vendor that is not allowed is held: elements, calls, styles and
 * documents of frames. This file knows the hosts, and keeps what is held in its order until it is allowed.
 */

let HELD_MAX = 2000, PAUSE_MS = 16;
// What goes on by itself: after a withdrawal, only loading the page again ends it.
let LASTING = /script|frame|worker|socket|eventsource/;
// What an address of another host has, in HTML, CSS and scripts. A browser takes tabs and new lines out of an address.
let FOREIGN = /\/[\t\n\r]*\/|\\|&(#|b?sol|colon|tab|newline)|\b(https?|wss?):|^\s*(blob|data|javascript):/i;
// An address with its content in itself, and what may ask others with such a content: an image asks nobody.
let OWN_TEXT = /^\s*(blob|data|javascript):/i, ASKING = /script|style|frame|worker|worklet|embed|object|link/;
let LINKS = /(<(?:a|area|form)\s[^>]*?)\b(?:href|action)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;
let NAMESPACE = /^(https?:)?\/\/www\.w3\.org\//i; // A name of XML, which nobody asks.
let Address = window.URL, { apply, construct } = window.Reflect;
let held = []; // What is held, in its order.
let rules = new Map(); // The positions of the vendors of a domain, or with "=" before it of a host alone. None: nobody allows it.
let OWN; // The rule of the site's own domains.
let UNKNOWN = []; // That of a host that nobody knows, and that waits until the visitor has allowed everything.
let here = location.hostname, serverHost = attempt(() => new Address(base).host);

/* `x` in the settings is a domain with all below it, `=x` one host: first those of vendors that the site does not name,
   then its own, then those of each vendor. */
settings.hosts.forEach((hosts, at) => {
  for (let host of hosts.split(" ")) if (host) rules.set(host, at < 2 ? at ? OWN : [] : [...rules.get(host) || [], at - 2]);
});

/* The most specific rule of a host: nothing for the site's own. */
function ruleOf(host) {
  let domain = host;
  if (rules.has("=" + host)) return rules.get("=" + host);
  for (;;) {
    if (rules.has(domain)) return rules.get(domain);
    let dot = domain.indexOf(".");
    if (dot < 0) break;
    domain = domain.slice(dot + 1);
  }
  if (settings.unknown > 1) return UNKNOWN;
  if (settings.unknown) console.warn("Constat: neither the site file nor the catalogue knows " + host);
}

/* Tells the owner's view, in which what was said before (`line`) counts no more. Why something is held changes with the
   answer. */
function note(what, kind, { host, rule, line }, why) {
  if (line) line.past = 1;
  if (bridge.note) return bridge.note(what, kind + " · " + host, why || (!rule[0] && rule[0] !== 0 ? "unnamed" : () => settled() ? "refused" : "undecided"));
}

let known = new Map(); // The rules of the hosts that the page has named.

/* What forbids an address: its host and rule, or nothing. */
function forbidden(kind, address) {
  let url = attempt(() => new Address(address, doc.baseURI)), host = url && url.hostname.replace(/\.$/, "");
  if (!host || !/^(http|ws)s?:/.test(url.protocol) || host === here || url.host === serverHost) return;
  if (!known.has(host)) known.set(host, ruleOf(host));
  let rule = known.get(host);
  if (!rule) return;
  let allowing = rule.find(at => choices.v[at] > 0), all = rule === UNKNOWN && holds() && choices.c + choices.v === allowed.c + allowed.v;
  if (!all && allowing === undefined) return { host: host, rule: rule };
  if (!LASTING.test(kind)) return;
  // It ends with whatever allowed it.
  for (let [id] of all ? settings.vendors : [settings.vendors[allowing]]) ran[id] = 1;
  if (all) categories.forEach((name, at) => { if (allowed.c[at] > 0) ran[name] = 1; });
}

let texts = new Map(); // What stands behind the addresses that the page has made itself (`blob:`).

/* Whether an address of another host may be in a text; one without a host is another's where the page says so. */
function mayAsk(text) {
  return FOREIGN.test(text) || !doc.baseURI.startsWith(location.origin + "/");
}

/* The first address that is forbidden: of one that is given, or of those in a text. */
function against(kind, given) {
  given = ("" + given).replace(/[\t\n\r]/g, "");
  if (!mayAsk(given)) return;
  if (OWN_TEXT.test(given)) return ASKING.test(kind) ? againstAny(kind, texts.get(given) || contentOf(given)) : undefined;
  return forbidden(kind, given);
}

/* What an address says that has its content in itself. */
function contentOf(address) {
  let [, head, body] = /^([^,]*),?([^]*)$/.exec(address);
  let plain = text => text.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  return /^\s*data:.*;\s*base64\s*$/i.test(head) ? attempt(() => atob(plain(body)), "") : plain(address);
}

/* The first address in a text that is forbidden. A comment asks nobody, and a link only when it is followed. In the text
   of a script any two strokes may be a comment: there only the hosts of vendors count. What a worker names without
   importing it has to be of a vendor that the visitor can allow: a message may name any host. */
function againstAny(kind, text) {
  let works = /work/.test(kind);
  text = works ? text.replace(COMMENTS, "$1$2$3") : text.replace(LINKS, "$1");
  for (let { 0: address, index } of text.matchAll(/(https?:|wss?:)?(\\?\/){2}[^\s"'`<>()\\]+/gi)) {
    let found = !NAMESPACE.test(address) && forbidden(kind, address.replace(/\\/g, ""));
    if (!found || found.rule === UNKNOWN && kind !== "frame") continue;
    if (!works || found.rule[0] >= 0 || /(import\w*|from)[\s("'`]*$/.test(text.slice(0, index))) return found;
  }
}

/* Keeps what is held until `free` says that it is allowed: then `go` does it. What waits for an answer fails when the
   visitor refuses. */
function hold(kind, found, free, go, fail) {
  let entry = { kind: kind, ...found, free: free, go: go, fail: fail, behind: parsing ? 0 : blocking, line: note("held", kind, found) };
  if (held.length >= HELD_MAX || fail && settled()) {
    if (fail) after(0).then(fail);
  } else {
    held.push(entry);
    if (entry.node && settled()) after(0).then(() => { turn(entry); });
  }
  return () => {
    held = held.filter(other => other !== entry);
    if (entry.line) entry.line.past = 1;
  };
}

let letting; // Whether what was held is being let go.
let parsing; // Whether it is looked at what stands in the page's own HTML.
let blocking; // The last script there that is held, and that scripts behind it would have waited for.

/* Lets go what is allowed now, in its order. The scripts of the page's own HTML line up; what a script has asked for
   after one of them waits until that one has run. */
async function letGo() {
  if (letting) return;
  letting = 1;
  let since = Date.now(), waits = ({ behind }) => behind && (running === behind || released.indexOf(behind) >= 0);
  held.filter(entry => entry.linesUp).forEach(turn);
  do {
    for (let at = 0; at < held.length;) {
      if (waits(held[at]) || !turn(held[at])) at++;
      else if (Date.now() - since > PAUSE_MS) {
        await after(0); // The visitor's presses come in between.
        since = Date.now();
        at = 0;
      }
    }
  } while (held.some(waits) && await after(PAUSE_MS).then(() => true));
  letting = 0;
}

/* Whether one thing that is held has its turn now: it is made, or it fails. An element fails once, as where the host
   cannot be reached, and goes on waiting. */
function turn(entry) {
  let free = attempt(entry.free), { node } = entry;
  if (!free && node && settled()) {
    entry.node = 0;
    apply(dispatch, node, [newEvent("Event", "error")]);
  }
  if (!free && !(entry.fail && settled())) return false;
  held = held.filter(other => other !== entry);
  if (free) note("released", entry.kind, entry, "allowed");
  attempt(free ? entry.go : entry.fail);
  return true;
}

/* A method of the browser, as it is now. */
function native(prototype, name) {
  let value = prototype && describe(prototype, name);
  return value && ((node, ...given) => apply(value.value, node, given));
}

/* Puts a function in the place of one of the browser's, which looks the same to the page. It gets the object, what was
   given, and what the browser would do. */
function wrap(target, name, instead) {
  let own = target && describe(target, name), value = own && own.value;
  if (typeof value !== "function" || !own.configurable) return;
  let proxy = new Proxy(value, {
    __proto__: null,
    apply: (_, it, given) => instead(it, given, () => apply(value, it, given)),
  });
  Object.defineProperty(target, name, { ...own, value: proxy });
}

/* The same for what `new` makes. */
function wrapClass(win, name, instead) {
  let own = describe(win, name), value = own && own.value;
  if (typeof value !== "function") return;
  let proxy = new Proxy(value, {
    __proto__: null,
    construct: (_, given, target) => instead(given, () => construct(value, given, target === proxy ? value : target), target, value),
  });
  win[name] = proxy;
  attempt(() => { value.prototype.constructor = proxy; });
}

/* The same for a property. */
function wrapProperty(target, name, read, set) {
  let own = target && describe(target, name);
  if (!own || !own.get || !own.configurable) return;
  let part = (how, instead) => how && instead ? new Proxy(how, { __proto__: null, apply: (_, it, given) => instead(it, () => apply(how, it, given), given[0]) }) : how;
  Object.defineProperty(target, name, { ...own, get: part(own.get, read), set: part(own.set, set) });
}
