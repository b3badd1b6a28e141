/*
 * PostHog: opted in or out, without an event that says so. Before an answer nothing is told, as it keeps what it is
 * told in the browser. The page may ask whether it is there by its object, so the loader makes none and waits for
 * it. Documents: docs/signals.md.
 */

let said, here;

function say() {
  settings.said("posthog", said);
  let hog = settings.own("posthog"), options = { captureEventName: false };
  if (typeof hog[said] === "function") hog[said](options); else hog.push([said, options]);
}

settings.coming("posthog", () => {
  here = true;
  if (said) say();
});

settings.hear("posthog", ([on]) => {
  said = on ? "opt_in_capturing" : "opt_out_capturing";
  if (here) say();
}, () => /__ph_opt_in_out_[^=,;]+[=,]1/.test(cookies() + attempt(() => Object.entries(localStorage).join(), "")));
