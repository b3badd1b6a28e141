/*
 * Plausible: the mark by which it counts nothing in this browser. Who works on a site may have set it by hand: only a
 * new answer takes it away. Documents: docs/signals.md.
 */

settings.hear("plausible", ([on], changed) => {
  if (!on) localStorage.plausible_ignore = "true";
  else if (changed) localStorage.removeItem("plausible_ignore");
});
