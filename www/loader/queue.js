/*
 * Records wait in the browser until the server has them: one that cannot be
 * delivered now is tried again later in the page, and goes with the next page
 * view at the latest. The last receipt of the consent id is kept beside them.
 */

/* When an answer was given: its event id begins with its time. */
function made(event) {
  return parseInt(event.event_id.replace("-", "").slice(0, 12), 16);
}

/* An answer whose choice would have ended is no longer worth a record. */
function waiting() {
  let fresh = event => monthsAfter(made(event)) > Date.now();
  return attempt(() => JSON.parse(keep(queueKey)).filter(fresh), []);
}

/* JSON of a record, whose texts need no escapes, without the `toJSON` that some libraries give to every
   object and array of the page. */
function json(value) {
  if (!value || typeof value !== "object") return typeof value === "string" ? '"' + value + '"' : "" + value;
  let text = "";
  for (let name of Object.keys(value)) text += (text && ",") + '"' + name + '":' + json(value[name]);
  return "{" + text + "}";
}

/* Keeps records, and one more. */
function queue(events, more) {
  let text = "", all = more ? [...events, more] : events;
  for (let at = Math.max(all.length - QUEUE_MAX, 0); at < all.length; at++) text += (text && ",") + json(all[at]);
  keep(queueKey, "[" + text + "]");
}

/* One after the other, and one page at a time, where the browser has locks: two would send, and renew, the
   same answers. */
function inTurn(work) {
  let begun, run = () => {
    begun = 1;
    return work();
  };
  sent = sent.then(() => navigator.locks.request(queueKey, run)).catch(() => begun || run()).catch(() => {});
}

/* The receipt of the first opens the way for the next of its consent id. */
function deliver() {
  if (!site || !waiting()[0]) return;
  inTurn(async () => {
    for (let event of waiting()) {
      let again = await send(event);
      if (again) await send(again, 1);
    }
  });
  sent.then(() => { if (waiting()[0] && tries < TRIES_MAX) setTimeout(deliver, RETRY_MS * 4 ** tries++); });
}

/* Rejects when the server cannot be reached: the rest is tried again. Returns the answer under a new
   consent id where that has to be sent. */
async function send(event, last) {
  let [status, said] = await request(site + "/consents", { method: "POST", body: json(event), headers: proof(event.consent_id), keepalive: true });
  let refusal = /^urn:constat:/.test(said.type) && said.code;
  // Only Constat itself ends a record, and not for what the owner or a later try can mend.
  if (refusal === "origin_not_allowed") console.error("Constat: " + said.detail);
  if (!said.receipt && (!refusal || refusal === "origin_not_allowed" || /^(5|408|429)/.test(status))) return;
  let all = waiting(), left = all.filter(other => other.event_id !== event.event_id);
  if (left.length === all.length) return; // Erased meanwhile.
  let unproven = refusal === "holder_unproven";
  if (unproven && last) return;
  let again = unproven && renew(event);
  if (said.receipt && stored && stored.id === event.consent_id) keep(receiptKey, said.receipt);
  queue(left, again);
  return again;
}
