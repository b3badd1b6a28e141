// Plays a social network's share buttons: asks how often the page was
// shared, and puts two buttons into every [data-share] element.
(function () {
  var origin = new URL(document.currentScript.src).origin;
  var texts = {
    fr: { label: "Partager sur", done: "Merci\u202f!" },
    nl: { label: "Delen via", done: "Bedankt!" },
    de: { label: "Teilen über", done: "Danke!" },
    en: { label: "Share on", done: "Thank you!" },
  };
  var text = texts[document.documentElement.lang] || texts.en;

  function button(network) {
    var node = document.createElement("button");
    node.type = "button";
    node.className = "share-button";
    node.textContent = text.label + " " + network;
    node.addEventListener("click", function () {
      node.textContent = text.done;
    });
    return node;
  }

  document.querySelectorAll("[data-share]").forEach(function (place) {
    place.replaceChildren(button("Facebook"), button("Messenger"));
  });

  new Image().src = origin + "/share-count";
  window.boreale_ran = window.boreale_ran || [];
  window.boreale_ran.push("share");
})();
