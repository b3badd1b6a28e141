/*
 * What vendors stored in the browser on this domain: the cookies and storage
 * keys that the notice declares as first-party. What is refused is removed at
 * every page view, because a vendor may write again while the page is left.
 */

/* Removes what refused vendors left on this domain: the names that their pattern means. Returns whether a script of something refused
   has run in this page view. */
function clean(next) {
  let declared = (name, on) => settings.vendors.some((vendor, at) => next.v[at] > 0 === on && RegExp("^(" + vendor[4] + ")$").test(name));
  // Two vendors may share a cookie.
  let goes = name => declared(name, false) && !declared(name, true);
  cookies().split("; ").map(pair => pair.split("=")[0]).filter(goes).forEach(forget);
  ["localStorage", "sessionStorage"].forEach(area => {
    // Nothing is there where the browser forbids storage.
    attempt(() => { Object.keys(window[area]).filter(goes).forEach(key => { window[area].removeItem(key); }); });
  });
  return categories.some((name, at) => ran[name] && next.c[at] < 1) || settings.vendors.some(([id], at) => ran[id] && next.v[at] < 1);
}

/* A cookie can only be removed with the domain and path it was set for, which a page cannot read. */
function forget(name) {
  let domains = [""], paths = ["/"], at = "";
  location.hostname.split(".").forEach((_, from, labels) => { domains.push(";domain=" + labels.slice(from).join(".")); });
  location.pathname.split("/").slice(1).forEach(folder => { paths.push(at += "/" + folder, at + "/"); });
  for (let domain of domains) {
    for (let path of paths) {
      ["", ";secure", ";secure;partitioned"].forEach(more => { doc.cookie = name + "=;max-age=0;path=" + path + domain + more; });
      if (("; " + cookies()).indexOf("; " + name + "=") < 0) return;
    }
  }
}
