/*
 * Meta's pixel: its fires wait until they are granted. Its snippet does nothing where it finds its function, so the
 * loader waits for that. Documents: docs/signals.md.
 */

let said = "revoke", here;

/* What holds the pixel has to stand before the events that the page has queued already. */
function say(first) {
  settings.said("meta", said);
  let pixel = settings.own("fbq");
  if (first && said === "revoke" && pixel.queue && !pixel.callMethod) pixel.queue.unshift(["consent", said]);
  else pixel("consent", said);
}

settings.coming("fbq", async (_, fresh) => {
  if (fresh) await 0; // Its queue is made in the next steps of the snippet.
  here = true;
  attempt(() => { say(true); });
});

settings.hear("meta", ([on]) => {
  said = on ? "grant" : "revoke";
  if (here) say();
});
