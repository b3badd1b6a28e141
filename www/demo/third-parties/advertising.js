// Plays an advertising service: recognises the visitor by a cookie on
// the page's own domain, and asks for a bid. It shows nothing.
(function () {
  var origin = new URL(document.currentScript.src).origin;
  var known = document.cookie.match(/(?:^|; )cto_bundle=([^;]*)/);
  var bundle = known ? known[1] : Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
  document.cookie = "cto_bundle=" + bundle + "; path=/; max-age=" + 390 * 86400 + "; SameSite=Lax";

  new Image().src = origin + "/bid?bundle=" + encodeURIComponent(bundle);
  window.boreale_ran = window.boreale_ran || [];
  window.boreale_ran.push("advertising");
})();
