// Each way in which a script makes a style that asks a third party: a name, and what it does with an address that has
// no ending yet. `tests/tests/browser/auto_block_css.rs` puts this into its pages, with and without Constat.
window.errors = [];
addEventListener("error", event => { if (event.message) errors.push(event.message); });
addEventListener("unhandledrejection", event => errors.push("rejected: " + event.reason));
let count = 0;
let add = (node, where = document.body) => (where.append(node), node);
let el = (name, more) => Object.assign(document.createElement(name), more);
let spot = (more) => add(el("div", { id: "spot" + ++count, textContent: "x", ...more }));
let sheet = (text = "") => add(el("style", { textContent: text }), document.head);
let image = u => "url(" + u + ".png)";
/* A rule for a new element. */
let rule = (text) => "#" + spot().id + "{" + text + "}";
let property = (name, more = "") => u => spot().style.setProperty(name, image(u) + more);
let tokens = (how) => u => { let link = add(el("link", { rel: "nofollow", href: u + ".css" }), document.head); how(link.relList); };
/* What a sheet is made of that begins to fetch as soon as it stands in the page. */
let imports = u => "@import url(" + u + ".css);";
window.STYLES = {
  innerText: u => { sheet().innerText = imports(u); },
  innerTextFirst: u => { let s = el("style"); s.innerText = imports(u); add(s, document.head); },
  adjacentText: u => sheet().insertAdjacentText("beforeend", imports(u)),
  adjacentHtml: u => sheet().insertAdjacentHTML("afterbegin", imports(u)),
  styleHtml: u => { sheet().innerHTML = imports(u); },
  styleText: u => { sheet().textContent = imports(u); },
  pieces: u => sheet().append("@import url(", u, ".css);"),
  fragment: u => { let f = document.createDocumentFragment(); f.append(imports(u)); sheet().append(f); },
  nodeData: u => { sheet("a{}").firstChild.data = imports(u); },
  nodeValue: u => { sheet("a{}").firstChild.nodeValue = imports(u); },
  nodeText: u => { sheet("a{}").firstChild.textContent = imports(u); },
  appendData: u => sheet("/**/").firstChild.appendData(imports(u)),
  insertData: u => sheet("a{}").firstChild.insertData(0, imports(u)),
  replaceData: u => sheet("a{}").firstChild.replaceData(0, 1, imports(u) + "b"),
  rangeNode: u => { let s = sheet("a{}"), r = document.createRange(); r.setStart(s.firstChild, 0); r.insertNode(new Text(imports(u))); },
  importUpper: u => sheet("@IMPORT/* a */\n'" + u + ".css'/* b */screen;"),
  importEscaped: u => sheet("@\\69mport \"" + u + ".css\";"),
  importLayer: u => sheet("@import url(\"" + u + ".css\") layer(x);"),
  importData: u => sheet("@import \"data:text/css," + encodeURIComponent(imports(u)) + "\";"),
  importRule: u => sheet().sheet.insertRule(imports(u)),
  insertRule: u => sheet().sheet.insertRule(rule("background:" + image(u))),
  insertInner: u => { let s = sheet("@media all{}").sheet; s.cssRules[0].insertRule(rule("background:" + image(u))); },
  addRule: u => { let s = sheet().sheet; s.addRule("#" + spot().id, "background:" + image(u)); },
  appendRule: u => { let s = sheet("@keyframes k" + ++count + "{}" + rule("animation:k" + count + " 9s infinite")).sheet; s.cssRules[0].appendRule("from,to{background-image:" + image(u) + "}"); },
  ruleStyle: u => { let s = sheet(rule("")).sheet; s.cssRules[0].style.backgroundImage = image(u); },
  ruleText: u => { let s = sheet(rule("")).sheet; s.cssRules[0].style = "background:" + image(u); },
  ruleMap: u => { let s = sheet(rule("")).sheet.cssRules[0]; if (s.styleMap) s.styleMap.set("background-image", image(u)); },
  constructed: u => { let s = new CSSStyleSheet(); s.replace(rule("background:" + image(u))); document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]; },
  styleIs: u => { spot().style = "background:" + image(u); },
  styleMap: u => { let map = spot().attributeStyleMap; if (map) map.set("background-image", image(u)); },
  styleMapValue: u => { let map = spot().attributeStyleMap; if (map) map.set("background-image", CSSStyleValue.parse("background-image", image(u))); },
  styleMapAppend: u => { let map = spot().attributeStyleMap; if (map) map.append("background-image", image(u)); },
  animate: u => { spot().animate({ backgroundImage: [image(u), image(u)] }, { duration: 9e5 }); },
  animateFrames: u => { spot().animate([{ backgroundImage: image(u) }, { backgroundImage: image(u), offset: 1 }], 9e5); },
  effect: u => { new Animation(new KeyframeEffect(spot(), { backgroundImage: [image(u), image(u)] }, 9e5)).play(); },
  setFrames: u => { spot().animate({ opacity: [1, 1] }, 9e5).effect.setKeyframes({ backgroundImage: [image(u), image(u)] }); },
  copiedEffect: u => { let first = new KeyframeEffect(spot(), { backgroundImage: [image(u), image(u)] }, 9e5); new Animation(new KeyframeEffect(first)).play(); },
  fontFace: u => { let f = new FontFace("f" + ++count, "url(" + u.replace(":", "\\:") + ".woff)"); f.load().catch(() => {}); },
  fontRule: u => { sheet("@font-face{font-family:g" + ++count + ";src:local(\"none\"),url(" + u + ".woff) format(\"woff\")}"); spot().style.fontFamily = "g" + count; },
  fontInserted: u => { sheet().sheet.insertRule("@font-face{font-family:h" + ++count + ";src:url(" + u + ".woff)}"); spot().style.fontFamily = "h" + count; },
  relAdd: tokens(list => list.add("stylesheet")),
  relReplace: tokens(list => list.replace("nofollow", "stylesheet")),
  relToggle: tokens(list => list.toggle("stylesheet")),
  relValue: tokens(list => { list.value = "stylesheet"; }),
  escapedSlash: u => { spot().style.backgroundImage = "url(" + u.replace("//", "\\/\\/") + ".png)"; },
  escapedLetter: u => sheet(rule("background:url(\\68" + u.slice(1) + ".png)")),
  escapedSpace: u => sheet(rule("background:url('\\000068 " + u.slice(1) + ".png')")),
  escapedName: u => sheet(rule("background:u\\72l(" + u + ".png)")),
  scheme: u => { spot().style.background = "url(" + u.slice(5) + ".png)"; },
  imageSet: u => { spot().style.backgroundImage = "image-set('" + u + ".png' 1x)"; },
  imageSetOld: u => sheet(rule("background-image:-webkit-image-set(url(" + u + ".png) 1x)")),
  cursor: property("cursor", ", auto"),
  content: u => sheet("#" + spot().id + "::after{content:" + image(u) + "}"),
  contentOf: property("content"),
  mask: property("mask"),
  maskImage: property("mask-image"),
  maskWebkit: u => { spot().style.webkitMaskImage = image(u); },
  maskCapital: u => { spot().style.WebkitMaskImage = image(u); },
  listStyle: u => { let s = spot().style; s.display = "list-item"; s.listStyleImage = image(u); },
  borderImage: u => { let s = spot().style; s.border = "9px solid"; s.borderImage = image(u) + " 1"; },
  shape: u => { let s = spot().style; s.float = "left"; s.shapeOutside = image(u); },
  filter: u => { spot().style.filter = "url(" + u + ".svg#x)"; },
  clipPath: u => { spot().style.clipPath = "url(" + u + ".svg#x)"; },
  custom: u => { let s = spot().style; s.setProperty("--u", image(u)); s.backgroundImage = "var(--u)"; },
  customText: u => { let s = spot().style; s.setProperty("--u", "\"" + u + ".png\""); s.backgroundImage = "image-set(var(--u) 1x)"; },
  customSheet: u => sheet(rule("--u:" + image(u) + ";background:var(--u) no-repeat")),
  customOther: u => { let s = spot().style; s.background = "var(--none, " + image(u) + ") no-repeat"; },
  unclosed: u => { spot().setAttribute("style", "background:url(" + u + ".png"); },
  cloneHeld: u => { let d = spot(), c; d.style.background = image(u); c = d.cloneNode(true); d.remove(); add(c); },
  cloneSheet: u => { let s = sheet(rule("background:" + image(u))), c = s.cloneNode(true); s.remove(); add(c); },
  cloneTree: u => { let d = add(el("div")), c; d.innerHTML = "<p style=\"background:" + image(u) + "\">x</p>"; c = d.cloneNode(true); d.remove(); add(c); },
  shadow: u => { let root = add(el("div")).attachShadow({ mode: "closed" }); root.innerHTML = "<style>p{background:" + image(u) + "}</style><p>x</p>"; },
  heldTwice: u => { let i = el("img", { src: u + ".png" }), c; i.style.background = image(u + "-style"); c = i.cloneNode(); add(c); },
};
/* Makes them all; a style counts when it is laid out. */
window.makeAll = (base) => {
  for (let name of Object.keys(STYLES)) try { STYLES[name](base + "/" + name); } catch (error) { errors.push(name + " threw " + error); }
  return document.body.offsetHeight;
};
