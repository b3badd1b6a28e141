/*
 * TikTok's pixel: its events are held until they are granted or revoked. The page may ask whether the pixel is there
 * by its array, so the loader makes none and waits for it. Documents: docs/signals.md.
 */

let said = "holdConsent", here;

function say() {
  settings.said("tiktok", said);
  let pixel = settings.own("ttq");
  if (typeof pixel[said] === "function") pixel[said](); else pixel.push([said]);
}

settings.coming("ttq", () => {
  here = true;
  say();
});

settings.hear("tiktok", ([on]) => {
  said = on ? "grantConsent" : "revokeConsent";
  if (here) say();
});
