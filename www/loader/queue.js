/*
 * Records wait in the browser until the server has them: a record that cannot
 * be delivered now goes with the next page view. The receipt of the choice that
 * holds is kept beside them.
 */

/* Reads a value of local storage, or writes one. */
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
      // Keep a record that the server could not take now; drop one that it refuses for good.
      if (/^(5|408|429)/.test(reply.status)) return;
      let taken = reply.ok && await reply.json();
      // Only the choice that holds needs its receipt.
      if (taken && stored && stored.last === event.event_id) keep(receiptKey, taken.receipt);
      keep(queueKey, JSON.stringify(waiting().filter(other => other.event_id !== event.event_id)));
    } catch (_) { /* It goes with the next page view. */ }
  }).concat(sent));
}
