/*
 * Records wait in the browser until the server has them: a record that cannot
 * be delivered now goes with the next page view. The receipt of the choice that
 * holds is kept beside them.
 */

/* An answer whose choice would have ended is no longer worth a record: its event id begins with its time. */
function waiting() {
  try {
    let fresh = event => monthsAfter(parseInt(event.event_id.replace("-", "").slice(0, 12), 16)) > Date.now();
    return JSON.parse(keep(queueKey)).filter(fresh);
  } catch (_) { return []; }
}

function deliver() {
  sent = Promise.all(waiting().map(async event => {
    try {
      let reply = await fetch(site + "/consents", { method: "POST", body: JSON.stringify(event), headers: proof(event.consent_id), keepalive: true });
      // Keep a record that the server could not take now; drop one that it refuses for good.
      if (/^(5|408|429)/.test(reply.status)) return;
      let taken = await reply.json(), again = taken.code === "holder_unproven" ? [renew(event)] : [];
      // Only the choice that holds needs its receipt.
      if (taken.receipt && stored && stored.last === event.event_id) keep(receiptKey, taken.receipt);
      keep(queueKey, JSON.stringify(waiting().filter(other => other.event_id !== event.event_id).concat(again)));
      if (again[0]) deliver();
    } catch (_) { /* It goes with the next page view. */ }
  }).concat(sent));
}
