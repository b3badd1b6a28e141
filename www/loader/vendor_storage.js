/*
 * What vendors stored in the browser on this domain: the cookies and storage
 * keys that the notice declares as first-party. A refusal removes them.
 */

/* Removes what refused vendors left on this domain, in this visit or an earlier one. Returns
   whether a script of something refused has run in this page view. */
function clean(next) {
  let again = categories.some((name, at) => ran[name] && next.c[at] < 1);
  settings.vendors.forEach(([id, , , , names], at) => {
    if (next.v[at] > 0) return;
    again = again || ran[id];
    let mine = (name) => names.some((known) => known.slice(-1) === "*" ? name.startsWith(known.slice(0, -1)) : known === name);
    document.cookie.split("; ").map((pair) => pair.split("=")[0]).filter(mine).forEach(forget);
    ["localStorage", "sessionStorage"].forEach((area) => {
      try {
        Object.keys(window[area]).filter(mine).forEach((key) => window[area].removeItem(key));
      } catch (_) { /* The browser forbids storage: nothing is there. */ }
    });
  });
  return again;
}

/* A cookie can only be removed with the domain it was set for, which a page cannot read. */
function forget(name) {
  let labels = location.hostname.split("."), gone = name + "=;path=/;max-age=0";
  document.cookie = gone;
  for (; labels.length; labels.shift()) document.cookie = gone + ";domain=" + labels.join(".");
}
