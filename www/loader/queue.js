/*
 * Records wait in the browser until the server has them: a record that cannot
 * be delivered now goes with the next page view. The last receipt of the
 * consent id is kept beside them.
 */

/* An answer whose choice would have ended is no longer worth a record: its event id begins with its time. */
function waiting() {
  try {
    let fresh = event => monthsAfter(parseInt(event.event_id.replace("-", "").slice(0, 12), 16)) > Date.now();
    return JSON.parse(keep(queueKey)).filter(fresh);
  } catch (_) { return []; }
}

/* One after the other, so that the receipt of the first opens the way for the next of its consent id. */
function deliver() {
  let begun, run = async () => {
    begun = 1;
    for (let event of waiting()) {
      let again = await send(event);
      if (again) await send(again, 1);
    }
  };
  // One page at a time, where the browser has locks: two would send, and renew, the same answers.
  sent = sent.then(() => navigator.locks.request(queueKey, run)).catch(() => begun || run()).catch(() => {});
}

/* Rejects when the server cannot be reached: the rest goes with the next page view. Returns the answer
   under a new consent id where that has to be sent. */
async function send(event, last) {
  let reply = await fetch(site + "/consents", {
    method: "POST", body: JSON.stringify(event), headers: proof(event.consent_id), keepalive: true,
    signal: AbortSignal.timeout && AbortSignal.timeout(PATIENCE_MS),
  });
  // Keep a record that the server could not take now; drop one that it refuses for good.
  if (/^(5|408|429)/.test(reply.status)) return;
  let taken = await reply.json().catch(() => {}), all = waiting(), left = all.filter(other => other.event_id !== event.event_id);
  // Not an answer of Constat, or erased meanwhile.
  if (!taken || left.length === all.length) return;
  let unproven = taken.code === "holder_unproven";
  if (unproven && last) return;
  let again = unproven && renew(event);
  if (taken.receipt && stored && stored.id === event.consent_id) keep(receiptKey, taken.receipt);
  keep(queueKey, JSON.stringify(left.concat(again || [])));
  return again;
}
