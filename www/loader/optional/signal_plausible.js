/*
 * Plausible: the mark by which it counts nothing in this browser. Who works on a site may have set it by hand: only a
 * new answer takes that away. A second mark says that it is Constat's own. Documents: docs/signals.md.
 */

let marks = ["plausible_ignore", "constat.plausible"];

settings.hear("plausible", ([on], changed) => {
  if (on && !changed && !localStorage[marks[1]]) return;
  settings.said("plausible", on ? "count" : "ignore");
  marks.forEach(key => { if (on) localStorage.removeItem(key); else localStorage[key] = "true"; });
});
