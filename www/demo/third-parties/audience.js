// Plays an audience measurement service: sets the cookies such a
// service sets on the page's own domain, and reports the page view.
(function () {
  var origin = new URL(document.currentScript.src).origin;
  var seconds = Math.floor(Date.now() / 1000);
  var life = "; path=/; max-age=" + 390 * 86400 + "; SameSite=Lax";

  // A visitor who is known keeps the number they were given.
  var known = document.cookie.match(/(?:^|; )_ga=([^;]*)/);
  var client = known ? known[1] : "GA1.1." + Math.floor(Math.random() * 2147483647) + "." + seconds;
  document.cookie = "_ga=" + client + life;
  document.cookie = "_ga_BOREALE=GS1.1." + seconds + ".1.0." + seconds + ".0.0.0" + life;

  new Image().src = origin + "/collect?cid=" + encodeURIComponent(client);
  window.boreale_ran = window.boreale_ran || [];
  window.boreale_ran.push("audience");
})();
