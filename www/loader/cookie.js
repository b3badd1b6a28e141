/*
 * The consent cookie, whose form is defined in shared/src/consent/cookie.rs:
 * read, written, and given its two identifiers and its end.
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
