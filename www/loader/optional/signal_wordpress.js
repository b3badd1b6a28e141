/*
 * The consent API of WordPress, a plugin whose script may stand at the end of the page. Documents: docs/signals.md.
 */

let wanted;

function soon(then) {
  if (settings.own("wp_set_consent")) then(); else ready(() => { attempt(then); });
}

function say() {
  let set = settings.own("wp_set_consent");
  if (!set) return;
  settings.said("wordpress", JSON.stringify(wanted));
  for (let name in wanted) set(name, wanted[name] ? "allow" : "deny");
}

attempt(() => {
  window.wp_consent_type = "optin";
  soon(() => { doc.dispatchEvent(newEvent("CustomEvent", "wp_consent_type_defined")); });
});

settings.hear("wordpress", ([statistics, marketing, preferences]) => {
  wanted = { functional: true, preferences: preferences, statistics: statistics, "statistics-anonymous": statistics, marketing: marketing };
  soon(say);
}, () => /wp_consent_(preferences|statistics|statistics-anonymous|marketing)=allow/.test(cookies()));
