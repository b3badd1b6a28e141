/*
 * What the widget's module exports besides what wasm-bindgen writes, in whose
 * scope it stands. The build writes the names of the two files.
 */

const MODULE = new URL("widget_bg.wasm", import.meta.url);

/* Some pages have replaced `fetch` by one that fails here: then the older way is tried. */
const bytes = () => new Promise((done, fail) => {
  let old = new XMLHttpRequest();
  old.open("GET", MODULE);
  old.responseType = "arraybuffer";
  old.onload = () => { if (old.status === 200) done(old.response); else fail(old.status); };
  old.onerror = fail;
  old.send();
});

/* Starts the widget. */
export const start = () => __wbg_init({ module_or_path: MODULE }).catch(async () => __wbg_init({ module_or_path: await bytes() }));

/* Shows "My record" in the configuration layer. */
export const record = bridge => import("./record.js").then(part => part.show(bridge)).catch(console.error);
