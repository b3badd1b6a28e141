/*
 * Piano Analytics: the consent mode that its script finds when it comes, and, once it is there, the one that it
 * changes to. Its array of commands has the name of Matomo's, so it is not used. Documents: docs/signals.md.
 */

let exempt = (refused.c + refused.v)[settings.signals.piano[0]] > 0;

function mode(name) {
  let layer = settings.own("pdl") || (window.pdl = {}), analytics = settings.own("pa");
  layer.requireConsent = "v2";
  layer.consent = { products: ["PA"], ...layer.consent };
  layer.consent.defaultPreset = { ...layer.consent.defaultPreset, PA: name };
  if (analytics && analytics.consent) analytics.consent.setMode(name);
}

attempt(() => { mode(exempt ? "essential" : "opt-out"); });
if (!exempt) settings.hear("piano", ([on]) => { mode(on ? "opt-in" : "opt-out"); });
