/*
 * The answer takes effect at once, even when the server cannot be reached: the
 * cookie is written, the record joins the queue, and `settle` (set in api.js)
 * changes the page.
 */

function answer(action, layer, next) {
  if (action === "allow_all") next = allowed; else if (action !== "save") next = refused;
  stored = read() || stored; // Another page may have answered.
  let id = stored ? stored.id : identity(), event = uuid();
  write(id, event, next, Date.now());
  // A record that cannot be delivered now waits.
  keep(queueKey, JSON.stringify(waiting().concat({
    event_id: event,
    consent_id: id,
    // A new consent id starts a new history: nothing links it to an earlier one.
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
  settle(next);
}
