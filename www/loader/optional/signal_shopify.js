/*
 * Shopify's customer privacy API, which the shop's page loads when it is asked to. Documents: docs/signals.md.
 */

let wanted, unanswered;

function api() {
  return (settings.own("Shopify") || {}).customerPrivacy;
}

function say() {
  let known = api();
  if (known) {
    settings.said("shopify", JSON.stringify(wanted));
    known.setTrackingConsent(wanted, () => {});
  }
  return known;
}

function load() {
  let shop = settings.own("Shopify");
  if (shop && !say()) shop.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], error => { if (!error) say(); });
}

function tell([analytics, marketing, preferences], changed) {
  wanted = { analytics: analytics, marketing: marketing, preferences: preferences };
  // Whether data may be sold is for the visitor to begin with: it is said with a new answer, and not by a page.
  if (changed) wanted.sale_of_data = marketing;
  if (settings.own("Shopify")) load(); else ready(() => { attempt(load); });
}

/* What Shopify keeps of before is known where its API is there: before an answer it is not fetched. */
function keeps() {
  let { analytics, marketing, preferences } = api().currentVisitorConsent();
  return [analytics, marketing, preferences].includes("yes");
}

settings.hear("shopify", tell, () => {
  unanswered = true;
  return keeps();
});
view.addEventListener("load", () => { attempt(() => { if (unanswered && !wanted && keeps()) tell([false, false, false]); }); });
