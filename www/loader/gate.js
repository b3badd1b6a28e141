/*
 * The gate: the page's scripts and frames wait here until they are allowed.
 * Scripts that are released run one after the other, in the order of the page.
 */

/* Checks a node and everything inside it. */
function gate(node) {
  let found = selector => {
    return [...node.matches && node.matches(selector) ? [node] : [], ...node.querySelectorAll(selector)];
  };
  found('script[type="text/plain"][data-category]').forEach(script => {
    if (script.constat || !may(script)) return;
    script.constat = 1;
    // One that is the last node so far may still be arriving.
    order = order.then(() => script.nextSibling || new Promise(ready)).then(() => run(script)).catch(console.error);
  });
  found("iframe[data-src][data-category]").forEach(frame);
}

function run(script) {
  script.constat = 0;
  if (!script.isConnected || !may(script)) return;
  let copy = document.createElement("script"), data = script.dataset;
  for (let { name, value } of script.attributes) {
    if (!/^(type|data-(type|src))$/.test(name)) copy.setAttribute(name, value);
  }
  copy.nonce = script.nonce;
  if (data.type) copy.type = data.type;
  ran[data.vendor || data.category] = 1;
  return new Promise(done => {
    copy.onload = copy.onerror = done;
    if (data.src) copy.src = data.src; else copy.textContent = script.textContent;
    copy.async = script.hasAttribute("async");
    script.replaceWith(copy);
    if (!data.src || copy.async) done();
  });
}
