/*
 * Shopify's customer privacy API, which the shop's page loads when it is asked to. Documents: docs/signals.md.
 */

let wanted;

function say() {
  let api = (settings.own("Shopify") || {}).customerPrivacy;
  if (api) api.setTrackingConsent(wanted, () => {});
  return api;
}

function load() {
  let shop = settings.own("Shopify");
  if (shop && !say()) shop.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], error => { if (!error) say(); });
}

settings.hear("shopify", ([analytics, marketing, preferences]) => {
  wanted = { analytics: analytics, marketing: marketing, preferences: preferences, sale_of_data: marketing };
  if (settings.own("Shopify")) load(); else ready(() => { attempt(load); });
});
