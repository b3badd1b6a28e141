/*
 * Piano Analytics: the consent mode that its script finds when it comes, and, once it is there, the one that it
 * changes to. Its array of commands has the name of Matomo's, so it is not used. Documents: docs/signals.md.
 */

let exempt = (refused.c + refused.v)[settings.signals.piano[0]] > 0, said;

function mode(name) {
  settings.said("piano", name);
  let layer = settings.own("pdl") || (window.pdl = {});
  layer.requireConsent = "v2";
  layer.consent = { products: ["PA"], ...layer.consent };
  layer.consent.defaultPreset = { ...layer.consent.defaultPreset, PA: said = name };
  correct(settings.own("pa"));
}

/* The mode that Piano has stored before counts more than the one that it finds. It stores the one that it is told, so
   it is told none that it has. Who has objected to what is exempt stays out. */
function correct(analytics) {
  let consent = analytics && analytics.consent, now = consent && consent.getMode();
  if (consent && now !== said && !(exempt && now === "opt-out")) consent.setMode(said);
}

attempt(() => { mode(exempt ? "essential" : "opt-out"); });
attempt(() => { settings.coming("pa", correct); });
if (!exempt) settings.hear("piano", ([on]) => { mode(on ? "opt-in" : "opt-out"); });
