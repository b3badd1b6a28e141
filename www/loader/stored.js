/*
 * The one place that changes what the page obeys. The cookie is the truth: other
 * tabs and frames, the Back button, the browser and the end of the choice may
 * change it at any time, and the page follows.
 */

/* Looks at the cookie, and obeys it if it is another one than before. */
function follow() {
  let now = read();
  if ((now || {}).raw === (stored || {}).raw || now && now.raw === overruled) return;
  obey(now);
}

function obey(now) {
  stored = now;
  choices = holds() ? stored : refused;
  watchEnd();
  settle();
}

let ending;

/* The choice ends at its time in a page that is still open. */
function watchEnd() {
  clearTimeout(ending);
  if (stored && stored.expires) ending = setTimeout(() => {
    follow();
    watchEnd();
  }, Math.min(stored.expires - Date.now() + 1, TIMER_MAX_MS));
}
