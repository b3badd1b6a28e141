/*
 * Choices are two strings of digits: `c` has one for each category, `v` one for
 * each vendor, in the order of the settings. This part makes them, names them
 * for the page and the record, and answers what is allowed now.
 */

function uniform(on) {
  let exempt = at => on || settings.exempt[at] > 0 ? "1" : "0";
  return {
    c: categories.map((_, at) => settings.used[at] > 0 ? exempt(at) : "0").join(""),
    v: settings.vendors.map(vendor => exempt(vendor[1])).join(""),
  };
}

let refused = uniform(0), allowed = uniform(1);

function named(bits) {
  let result = { categories: {}, vendors: {} };
  categories.forEach((name, at) => { if (settings.used[at] > 0) result.categories[name] = bits.c[at] > 0; });
  settings.vendors.forEach((vendor, at) => { result.vendors[vendor[0]] = bits.v[at] > 0; });
  return result;
}

function allows(category, vendor) {
  let now = named(choices);
  return !!(vendor ? now.vendors[vendor] : now.categories[category]);
}

/* Whether a script or frame of the page may load. */
function may(node) {
  return allows(node.dataset.category, node.dataset.vendor);
}

/* Whether the visitor has answered this notice, and the answer has not expired. */
function holds() {
  return !!(stored && stored.holds);
}
