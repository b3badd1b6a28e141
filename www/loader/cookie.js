/*
 * The consent cookie, whose form is defined in shared/src/consent/cookie.rs:
 * read, written, and given its end.
 */

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
    expires: expires,
    // In another notice the vendors have other positions: such a choice is void, but its consent id stays.
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
  put([1, id, event, settings.terms, minutes(now), minutes(expires), next.c, exceptions].join("."), expires);
}

function put(value, expires) {
  document.cookie = "constat=" + value + ";path=/;samesite=lax;expires=" + new Date(expires).toUTCString() +
    (location.protocol === "https:" ? ";secure" : "");
}

/* The same day months later, or the last day of a month that is too short. */
function monthsAfter(now) {
  let date = new Date(now), day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + settings.months);
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return +date;
}
