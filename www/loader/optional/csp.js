/*
 * The site's own server adds a policy (Content-Security-Policy) to its pages, which allows the hosts of what the
 * visitor has allowed (docs/csp.md). The policy of a page that is there cannot be loosened: when more is allowed, the
 * page is loaded again, before anything of it is released.
 */

// Only the server's response knows of the policy: it says so in this header too.
let limited = attempt(() => performance.getEntriesByType("navigation")[0].serverTiming.some(({ name }) => name === "constat"));
let cleanUp = clean, tell = emit, begun, leaves;

clean = next => {
  let again = cleanUp(next), more = begun && settings.vendors.some((_, at) => next.v[at] > begun.v[at]);
  begun = begun || next;
  // In a browser that keeps no cookies the page would come back as it is.
  leaves = limited && more && stored.raw;
  return again || !!leaves;
};

/* What is allowed counts from the page that comes on: here it would be stopped, and counted twice. */
emit = name => { if (!leaves) tell(name); };
