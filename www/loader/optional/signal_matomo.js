/*
 * Matomo: tracking consent, or, where its category is exempt, no consent and no campaigns, which are outside of the
 * exemption of the CNIL. Matomo's snippet takes over an array. Documents: docs/signals.md.
 */

function queue() {
  return settings.own("_paq") || (window._paq = []);
}

/* What holds has to stand before the events that the page has queued already; a tracker that has come has no more
   queue. */
function first(name) {
  settings.said("matomo", name);
  let now = queue();
  if (now.unshift) now.unshift([name]); else now.push([name]);
}

if ((refused.c + refused.v)[settings.signals.matomo[0]] > 0) {
  attempt(() => { first("disableCampaignParameters"); });
} else {
  let said = [];
  attempt(() => { first("requireConsent"); });
  settings.hear("matomo", ([on]) => {
    let now = queue(), name = on ? "setConsentGiven" : "forgetConsentGiven";
    settings.said("matomo", name);
    // Matomo takes an allowance out of the queue before everything else: of two decisions the refusal would count.
    if (now.includes && now.includes(said)) said[0] = name; else now.push(said = [name]);
  });
}
