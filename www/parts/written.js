/*
 * What a released script has written with `document.write`. Fetched after the
 * first script that does.
 */

/* Puts the HTML behind the script that has written it, or where it was, by a new range. Returns the scripts in it, which
   wait with the marks of that script until it is their turn. */
export function insert(range, script, parent, next, html) {
  range.selectNodeContents(parent);
  const written = range.createContextualFragment(html), scripts = [...written.querySelectorAll("script:not([data-category])")];
  scripts.forEach(inner => {
    const move = (from, to) => {
      if (inner.hasAttribute(from)) inner.setAttribute(to, inner.getAttribute(from));
      inner.removeAttribute(from);
    };
    move("type", "data-type");
    move("src", "data-constat-src");
    ["data-category", "data-vendor"].forEach(name => {
      if (script.hasAttribute(name)) inner.setAttribute(name, script.getAttribute(name));
    });
    inner.setAttribute("type", "text/plain");
  });
  if (script.isConnected) script.after(written);
  else parent.insertBefore(written, next && next.parentNode === parent ? next : null);
  return scripts;
}
