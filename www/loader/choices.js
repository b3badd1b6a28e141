/*
 * Choices are two strings of digits: `c` has one for each category, `v` one for
 * each vendor, in the order of the settings. This part makes them, names them
 * for the page and the record, and answers what is allowed now.
 */

function uniform(on) {
  let exempt = at => on || settings.exempt[at] > 0 ? "1" : "0", c = "", v = "";
  for (let at = 0; at < 5; at++) c += settings.used[at] > 0 ? exempt(at) : "0";
  for (let vendor of settings.vendors) v += exempt(vendor[1]);
  return { c: c, v: v };
}

let refused = uniform(0), allowed = uniform(1);

/* The objects have no prototype: `constructor` is no vendor, and no library of the page adds a `toJSON`. */
function named(bits) {
  let names = { __proto__: null }, vendors = { __proto__: null };
  for (let at = 0; at < 5; at++) if (settings.used[at] > 0) names[categories[at]] = bits.c[at] > 0;
  for (let at = 0; at < settings.vendors.length; at++) vendors[settings.vendors[at][0]] = bits.v[at] > 0;
  return { __proto__: null, categories: names, vendors: vendors };
}

function allows(category, vendor) {
  let now = named(choices);
  return !!(vendor ? now.vendors[vendor] : now.categories[category]);
}

/* The same choices with one vendor allowed, or with a category and nothing else. */
function adding(bits, category, vendor) {
  let on = (digits, at) => digits.slice(0, at) + "1" + digits.slice(at + 1);
  let at = settings.vendors.findIndex(known => known[0] === vendor);
  return at < 0 ? { c: on(bits.c, categories.indexOf(category)), v: bits.v } : { c: bits.c, v: on(bits.v, at) };
}

/* Whether a script or frame of the page may load. */
function may(node) {
  return allows(node.getAttribute("data-category"), node.getAttribute("data-vendor"));
}

/* Whether the visitor has answered this notice, and the answer has not expired. */
function holds() {
  return !!(stored && stored.holds);
}

/* Whether there is nothing to ask: it was answered, or nothing on the site needs consent. */
function settled() {
  return holds() || refused.c === allowed.c;
}
