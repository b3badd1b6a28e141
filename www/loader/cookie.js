/*
 * The consent cookie, whose form is defined in shared/src/consent/cookie.rs:
 * read, written, and given its end.
 */

let cookieName = "constat-" + settings.site;
let UUID = "([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})";
let FORM = new RegExp("^(?:" + cookieName + "=2|(constat)=1)\\." + UUID + "\\." + UUID + "\\.([0-9a-f]{12})\\.(\\w+)\\.(\\w+)\\.([01]{5})\\.([0-9a-f]*)$");

/* A sandboxed frame has no cookies. */
function cookies() {
  return attempt(() => doc.cookie, "");
}

/* The newest answer that has not expired; one of version 1, which had the same name for every site, only
   where there is no other. */
function read() {
  let found = null;
  for (let pair of cookies().split("; ")) {
    let part = FORM.exec(pair), next = part && parse(part);
    if (next && Date.now() < next.expires && !(found && (found.first < next.first || found.first === next.first && found.decided > next.decided))) found = next;
  }
  return found;
}

function parse([raw, first, id, last, terms, decided, end, c, exceptions]) {
  let bit = at => parseInt(exceptions[at >> 2] || 0, 16) >> (at & 3) & 1;
  let same = terms === settings.terms, before = (settings.earlier || []).find(one => one[0] === terms);
  let exempt = before ? before[1] : settings.exempt, places = before && before[2];
  // What came or changed since asks those who had allowed something; a refusal of everything holds.
  let refusal = !same && (before || !first) && !settings.again && !exceptions && !c.split("").some((on, at) => on > exempt[at]);
  // What has become exempt since is on.
  let free = (category, digit) => settings.exempt[category] > 0 ? 1 : digit;
  let bits = { c: "", v: "" };
  for (let at = 0; at < 5; at++) bits.c += free(at, c[at]);
  for (let at = 0; at < settings.vendors.length; at++) bits.v += free(settings.vendors[at][1], c[settings.vendors[at][1]] ^ bit(places ? places[at] : at));
  if (refusal) bits = refused;
  return {
    id: id,
    last: last,
    decided: parseInt(decided, 36) * MINUTE_MS,
    expires: parseInt(end, 36) * MINUTE_MS,
    // In another notice the vendors have other positions: such a choice is void, but its consent id stays.
    holds: !!(same || places || refusal),
    first: first ? 1 : 0,
    // Another site of this host may have written it otherwise.
    old: first && (same || before),
    raw: raw,
    ...bits,
  };
}

function write(id, event, next, now) {
  let exceptions = "", expires = monthsAfter(now), minutes = ms => Math.floor(ms / MINUTE_MS).toString(36);
  for (let at = 0, digit = 0; at < settings.vendors.length; at++) {
    digit |= (next.v[at] ^ next.c[settings.vendors[at][1]]) << (at & 3);
    if (at % 4 < 3 && at + 1 < settings.vendors.length) continue;
    exceptions += digit.toString(16);
    digit = 0;
  }
  put("2." + id + "." + event + "." + settings.terms + "." + minutes(now) + "." + minutes(expires) + "." + next.c + "." + exceptions.replace(/0+$/, ""), expires);
}

/* Without a value the cookie is removed. */
function put(value, expires) {
  let text = cookieName + "=" + value + ";path=/;expires=" + new Date(expires).toUTCString();
  let set = more => { attempt(() => { doc.cookie = text + more; }); };
  set(attributes);
  // A frame on another site only keeps cookies of its own partition.
  if (!value || cookies().indexOf(cookieName + "=" + value) < 0) set(";samesite=none;secure;partitioned");
  if (stored && stored.old) attempt(() => { doc.cookie = "constat=;path=/;max-age=0"; });
}

/* The same day months later, or the last day of a month that is too short. */
function monthsAfter(now) {
  let date = new Date(now), day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + settings.months);
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return +date;
}
