/*
 * First-party mode: the response to an answer sets the consent cookie, because
 * browsers keep what a server has set longer than what a script has written. Until
 * then the script's cookie counts. Only sites with `first_party = true` get this
 * part, which puts itself in the place of functions of earlier ones.
 */

let domain = settings.domain ? ";domain=" + settings.domain : "";
let setKey = "constat.set." + settings.site; // The answer whose cookie the server was asked to set, and for which domain.
// No response of another host sets a cookie here.
let near = (base + "/").startsWith(location.origin + "/");

let inCookie = read, sendOne = send, deliverQueue = deliver, obeyOther = obey, forgetReceipt = forgetHolder;

/* An answer that waits counts in the place of the one before it, whose late response may have set the cookie
   again. */
read = () => {
  let found = inCookie(), digit = on => on ? 1 : 0;
  for (let event of waiting()) {
    if (!found || event.previous_event_id !== found.last || event.notice_hash !== settings.notice) continue;
    let c = "", v = "";
    for (let name of categories) c += digit(event.categories[name]);
    for (let [id] of settings.vendors) v += digit(event.vendors[id]);
    write(event.consent_id, event.event_id, { c: c, v: v }, made(event));
    found = inCookie();
  }
  return found;
};

/* The server dates the same answer by its own clock: nothing changes for the page. */
obey = now => {
  if (!now || !stored || now.last !== stored.last || now.c + now.v + now.holds !== stored.c + stored.v + stored.holds) return obeyOther(now);
  stored = now;
  if (holds()) choices = stored;
  watchEnd();
};

send = async (event, last) => {
  let again = await sendOne(event, last);
  follow(); // The response has set the cookie.
  if (near && !waiting().some(other => other.event_id === event.event_id)) keep(setKey, event.event_id + domain);
  return again;
};

deliver = () => {
  deliverQueue();
  setAgain();
};

forgetHolder = () => {
  forgetReceipt();
  attempt(() => { localStorage.removeItem(setKey); });
};

/* Has the server set the cookie of an answer that it had before: the choice was made before this mode or this
   cookie domain. Asks once, with the answer as the receipt has it, in the turn of the other deliveries, so that
   no newer answer is overtaken. */
function setAgain() {
  let now = inCookie(), receipt = keep(receiptKey);
  if (near && now && now.holds && receipt && keep(setKey) !== now.last + domain && !waiting()[0]) inTurn(async () => {
    let { jti, record } = JSON.parse(atob(receipt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    if (jti !== now.last || keep(setKey) === jti + domain) return; // Another page was faster.
    let event = { ...record };
    for (let name of ["site", "terms_hash", "recorded_at", "choice_expires_at", "expires_at"]) delete event[name];
    let [status] = await request(site + "/consents", { method: "POST", body: json(event), headers: proof(event.consent_id) });
    if (!/^(5|408|429)/.test(status)) keep(setKey, jti + domain);
  });
}

if (domain) {
  let putOne = put, endOwn = () => { attempt(() => { doc.cookie = cookieName + "=;path=/;max-age=0"; }); };
  attributes += domain;
  put = (value, expires) => {
    endOwn();
    putOne(value, expires);
  };
  // Of this host's own cookie, from before, and the one of the domain, the newer one counts for the domain.
  let newest = inCookie();
  if (newest && cookies().split(cookieName + "=").length > 2) {
    endOwn();
    if ((inCookie() || {}).raw !== newest.raw) put(newest.raw.slice(newest.raw.indexOf("=") + 1), newest.expires);
  }
}
