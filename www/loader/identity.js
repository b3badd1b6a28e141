/*
 * Whose a consent id is. Every script of the page can read it in the cookie, so
 * the browser makes a secret with it, whose form is defined in
 * shared/src/consent/holder.rs. The secret, or the last receipt, shows the server
 * that an answer comes from the browser whose records the id names.
 */

/* Reads a value of local storage, or writes one. */
function keep(key, value) {
  try {
    if (value === undefined) return memory[key] || localStorage.getItem(key);
    localStorage.setItem(key, value);
    delete memory[key];
  } catch (_) {
    return value === undefined ? memory[key] : memory[key] = value;
  }
}

/* UUIDv7 (RFC 9562, section 5.7). */
function uuid() {
  let bytes = window.crypto.getRandomValues(new Uint8Array(16)), ms = Date.now(), text = "";
  for (let at = 5; at >= 0; at--, ms = Math.floor(ms / 256)) bytes[at] = ms % 256;
  bytes[6] = bytes[6] & 15 | 112;
  bytes[8] = bytes[8] & 63 | 128;
  for (let at = 0; at < 16; at++) text += (at > 3 && at < 11 && at % 2 < 1 ? "-" : "") + (bytes[at] + 256).toString(16).slice(1);
  return text;
}

/* A new consent id; its secret is kept behind it. */
function identity() {
  let id = uuid();
  keep(secretKey, id + btoa(String.fromCharCode(...window.crypto.getRandomValues(new Uint8Array(24)))));
  return id;
}

/* Receipt and secret end with the choice. */
function forgetHolder() {
  attempt(() => { [receiptKey, secretKey].forEach(key => { localStorage.removeItem(key); }); });
}

function proof(id) {
  let secret = keep(secretKey) || "", token = secret.startsWith(id) ? secret.slice(36) : keep(receiptKey);
  return token ? { Authorization: "Bearer " + token } : {};
}

/* The same answer under a new consent id, for one whose holder cannot be shown any more. */
function renew(event) {
  let id = renewed[event.consent_id] = renewed[event.consent_id] || identity(), next = uuid(), now = read();
  // The cookie follows unless another page has answered, or erased it, meanwhile.
  if (now && now.last === event.event_id) {
    put("2" + now.raw.slice(now.raw.indexOf("=") + 2).replace(event.consent_id, id).replace(event.event_id, next), now.expires);
    stored = read();
  }
  return { ...event, event_id: next, consent_id: id, previous_event_id: null };
}
