/*
 * The answer takes effect at once, even when the server cannot be reached: the
 * cookie is written, the record joins the queue, and the page changes.
 */

/* To save, `change` makes the new choices from those that hold at this moment. */
function answer(action, where, change) {
  surface();
  stored = read() || stored; // Another page may have answered.
  let next = action === "save" ? change(holds() ? stored : refused) : action === "allow_all" ? allowed : refused;
  let id = stored ? stored.id : identity(), event = uuid();
  write(id, event, next, Date.now());
  // A record that cannot be delivered now waits.
  queue(waiting(), {
    event_id: event,
    consent_id: id,
    // A new consent id starts a new history: nothing links it to an earlier one.
    previous_event_id: stored ? stored.last : null,
    action: action,
    layer: where,
    language: lang,
    notice_hash: settings.notice,
    ...named(next),
    signals: { gpc: navigator.globalPrivacyControl === true, dnt: navigator.doNotTrack === "1" },
  });
  deliver();
  // A browser that keeps no cookies forgets the answer with the page, but obeys it until then.
  let now = read(), kept = now && now.last === event;
  overruled = now && !kept && now.raw;
  obey(kept ? now : { id: id, last: event, holds: true, c: next.c, v: next.v });
  speak(({ texts }) => { status.textContent = texts[1]; });
}

/* Loads the page again without what runs in it. A form whose answer this page is is not sent again:
   the address is asked for anew, and one with a fragment gets an empty query, or it would only be scrolled to. */
function restart() {
  let address = location.href, at = address.indexOf("#"), nothing = () => {};
  // A router of the page would show the address without loading it.
  attempt(() => { Object.assign(NavigateEvent.prototype, { intercept: nothing, preventDefault: nothing }); });
  location.replace(at < 0 ? address : address.slice(0, at) + (address.slice(0, at).indexOf("?") < 0 ? "?" : "&") + address.slice(at));
}
