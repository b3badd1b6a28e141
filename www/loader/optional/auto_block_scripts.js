/*
 * Scripts whose text stands in the page and names files of others: modules by `import`, and the rules by which a
 * browser asks ahead (speculation rules). `import()` comes only when a script runs, and is out of reach.
 */

// What a module loads before it runs. A name may be a text.
let IMPORTS = /\b(?:import|(?:import|export)\b(?:[^"'`;()=]|("|')(?:(?!\1).)*\1(?=\s*(?:as\b|[,}]))){0,9999}?\bfrom)\s*["']([^"'\n]+)["']/g;
// A stroke and a star may also stand in a pattern.
let COMMENTS = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(^|[^\\[])\/\*[^]*?\*\/|(^|[\s;{}])\/\/.*/g;
let mapped = new Map(); // The names to which import maps give an address.

function readMap(text) {
  let { imports, scopes } = fromJson(text);
  for (let names of [imports, ...Object.keys(scopes || {}).map(scope => scopes[scope])]) {
    for (let name of Object.keys(names || {})) mapped.set(name, names[name]);
  }
}

/* What an import map makes of a name: the longest of its names counts. */
function addressOf(name) {
  let fits = [...mapped.keys()].filter(key => key === name || key.endsWith("/") && name.startsWith(key));
  let key = fits.sort((a, b) => b.length - a.length)[0];
  return key === undefined ? name : mapped.get(key) + name.slice(key.length);
}

/* What forbids the text of a script. */
function textFound(node, text) {
  let type = typeOf(node).trim().toLowerCase();
  if (type === "importmap") attempt(() => { readMap(text); });
  if (type === "speculationrules") return againstAny("script", text);
  if (type === "module") for (let [,, name] of text.replace(COMMENTS, "$1$2$3").matchAll(IMPORTS)) {
    let found = against("script", addressOf(name));
    if (found) return found;
  }
}

/* What forbids a script that is held: its address, or else its text. */
function scriptFound(node) {
  let src = getA(node, "src");
  return src === null ? textFound(node, apply(textOfNode.get, node, [])) : against("script", src);
}

/* Holds a script whose text is forbidden, before a browser looks at it; `text` is what it is about to have. */
function checkText(node, byParser, where = node, text = apply(textOfNode.get, node, [])) {
  if (dead.has(node) || stateOf(node) || getA(node, "src") !== null) return 0;
  let found = unlessIgnored(textFound(node, text), where, "script");
  if (!found) return 0;
  if (byParser) parsed.add(node);
  keepType(node);
  join(node, found);
  return 1;
}

/* The same for a script of the page that is about to get a text. */
function beforeText(node, text) {
  if (nameOf(node) === "script" && node.isConnected) checkText(node, 0, node, "" + text);
}

/* Looks at the scripts in what is put into the page, as a browser does: what comes of them later, such as another type,
   makes it run none. */
function checkScripts(node) {
  let scripts = nameOf(node) === "script" ? [node] : node.firstElementChild ? all(node, "script") : [];
  for (let script of scripts) {
    checkElement(script);
    lookedAt.add(script);
  }
}
