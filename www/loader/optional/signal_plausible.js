/*
 * Plausible: the mark by which it counts nothing in this browser. Who works on a site may have set it by hand: only a
 * new answer takes that away. A second mark says that it is Constat's own. Documents: docs/signals.md.
 */

let marks = ["plausible_ignore", "constat.plausible"];

settings.hear("plausible", ([on], changed) => {
  if (!on) marks.forEach(key => { localStorage[key] = "true"; });
  else if (changed || localStorage[marks[1]]) marks.forEach(key => { localStorage.removeItem(key); });
});
