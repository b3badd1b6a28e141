// Each way in which a script asks a third party: a name, and what it does with an address that has no ending yet.
// `tests/tests/browser/auto_block.rs` and `auto_block_pages.rs` put this into their pages.
window.errors = [];
window.said = [];
addEventListener("error", event => { if (event.message) errors.push(event.message); });
addEventListener("unhandledrejection", event => errors.push("rejected: " + event.reason));
let body = () => document.body, add = n => (body().append(n), n), el = (n, p) => Object.assign(document.createElement(n), p);
let SVG = "http://www.w3.org/2000/svg";
let svg = (name) => { let s = document.createElementNS(SVG, "svg"); let n = document.createElementNS(SVG, name); s.append(n); return [s, n]; };
let html = (h) => { let d = add(el("div")); d.innerHTML = h; };
let emptyFrame = () => add(el("iframe"));
let worker = text => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
let spots = 0;
let spot = () => add(el("div", { id: "spot" + ++spots, textContent: "x" }));
window.KINDS = {
  script: u => add(el("script", { src: u + ".js" })),
  scriptBefore: u => { let s = el("script"); s.src = u + ".js"; s.type = "text/javascript"; s.async = true; body().insertBefore(s, body().firstChild); },
  scriptAttr: u => { let s = el("script"); s.setAttribute("src", u + ".js"); body().appendChild(s); },
  scriptTypeLast: u => { let s = el("script"); s.type = "text/plain"; s.src = u + ".js"; s.type = "module"; s.crossOrigin = "anonymous"; add(s); },
  scriptSvg: u => { let [s, n] = svg("script"); n.setAttributeNS("http://www.w3.org/1999/xlink", "xlink:href", u + ".js"); add(s); },
  attrNode: u => { let a = document.createAttribute("src"); a.value = u + ".png"; el("img").setAttributeNode(a); },
  attrValue: u => { let i = el("img"); i.setAttribute("src", "data:,"); i.getAttributeNode("src").value = u + ".png"; },
  newImage: u => { new Image().src = u + ".png"; },
  img: u => add(el("img", { src: u + ".png" })),
  imgSrcset: u => add(el("img", { srcset: u + ".png 1x, /own.png 2x" })),
  imgRelativeScheme: u => add(el("img", { src: u.slice(5) + ".png" })),
  picture: u => html("<picture><source srcset='" + u + ".png'><img src='/own.png'></picture>"),
  inputImage: u => add(el("input", { type: "image", src: u + ".png" })),
  audio: u => { new Audio(u + ".mp3").load(); },
  video: u => add(el("video", { src: u + ".mp4", preload: "auto" })),
  poster: u => add(el("video", { poster: u + ".png" })),
  source: u => { let v = el("audio", { preload: "auto" }), s = el("source", { src: u + ".mp3" }); v.append(s); add(v); },
  embed: u => add(el("embed", { src: u + ".html" })),
  object: u => add(el("object", { data: u + ".html" })),
  iframe: u => add(el("iframe", { src: u + ".html" })),
  srcdoc: u => add(el("iframe", { srcdoc: "<img src=" + u + ".png>" })),
  bodyBackground: u => { let t = el("table"); t.setAttribute("background", u + ".png"); t.innerHTML = "<tr><td>x</td></tr>"; add(t); },
  svgImage: u => { let [s, n] = svg("image"); n.setAttribute("href", u + ".png"); n.setAttribute("width", 9); n.setAttribute("height", 9); add(s); },
  svgImageBase: u => { let [s, n] = svg("image"); n.setAttribute("width", 9); n.setAttribute("height", 9); n.href.baseVal = u + ".png"; add(s); },
  linkStyle: u => add(el("link", { rel: "stylesheet", href: u + ".css" })),
  linkHrefFirst: u => { let l = el("link"); l.href = u + ".css"; l.rel = "stylesheet"; document.head.append(l); },
  linkRelLater: u => { let l = el("link", { rel: "canonical", href: u + ".css" }); add(l); l.rel = "stylesheet"; },
  linkPreload: u => { let l = el("link", { rel: "preload" }); l.as = "image"; l.href = u + ".png"; document.head.append(l); },
  linkPrefetch: u => add(el("link", { rel: "prefetch", href: u + ".js" })),
  linkModulepreload: u => add(el("link", { rel: "modulepreload", href: u + ".js" })),
  linkIcon: u => document.head.append(el("link", { rel: "icon", href: u + ".png" })),
  fetch: u => fetch(u + ".json").then(() => said.push("fetch")),
  fetchRequest: u => fetch(new Request(u + ".json", { method: "POST", body: "x", headers: { "x-a": "b" } })).then(() => said.push("fetchRequest")),
  xhr: u => { let x = new XMLHttpRequest(); x.open("GET", u + ".json"); x.onload = () => said.push("xhr"); x.send(); },
  xhrSync: u => { let x = new XMLHttpRequest(); x.open("GET", u + ".json", false); x.send(); },
  beacon: u => { if (navigator.sendBeacon(u + ".json", "x") !== true) errors.push("beacon"); },
  eventSource: u => { let e = new EventSource(u + ".sse"); e.onmessage = e.onerror = () => { e.close(); }; },
  socket: u => { let s = new WebSocket(u.replace("http", "ws")); s.onerror = () => said.push("socket"); },
  worker: u => { let w = new Worker(worker("importScripts('" + u + ".js')")); w.postMessage("x"); },
  workerFetchless: u => { let b = worker("importScripts('" + u + ".js')"), w = new Worker(b); URL.revokeObjectURL(b); },
  sharedWorker: u => { let w = new SharedWorker(worker("importScripts('" + u + ".js')")); w.port.start(); },
  write: u => { let f = emptyFrame(), d = f.contentDocument; d.open(); d.write("<script src='" + u + ".js'></scr" + "ipt>"); d.close(); },
  innerHtml: u => html("<img src='" + u + ".png'>"),
  innerHtmlFrame: u => html("<iframe src='" + u + ".html'></iframe>"),
  innerHtmlStyle: u => { let d = spot(); html("<style>#" + d.id + "{background-image:url(" + u + ".png)}</style>"); },
  innerHtmlStyleAttr: u => html("<p style='background:url(\"" + u + ".png\")'>x</p>"),
  outerHtml: u => { let d = add(el("div")); d.outerHTML = "<img src='" + u + ".png'>"; },
  adjacent: u => body().insertAdjacentHTML("beforeend", "<img src='" + u + ".png'>"),
  fragment: u => add(document.createRange().createContextualFragment("<script src='" + u + ".js'></scr" + "ipt>")),
  fragmentImg: u => { document.createRange().createContextualFragment("<img src='" + u + ".png'>"); },
  parser: u => add(new DOMParser().parseFromString("<img src='" + u + ".png'>", "text/html").querySelector("img")),
  template: u => { let t = el("template"); t.innerHTML = "<img src='" + u + ".png'>"; add(t.content.cloneNode(true)); },
  importNode: u => { let t = el("template"); t.innerHTML = "<img src='" + u + ".png'>"; document.importNode(t.content, true); },
  cloneNode: u => { let i = el("img", { src: u + ".png" }); i.cloneNode().alt = "x"; },
  unsafe: u => { let d = add(el("div")); if (d.setHTMLUnsafe) d.setHTMLUnsafe("<img src='" + u + ".png'>"); else d.innerHTML = "<img src='" + u + ".png'>"; },
  toggle: u => { let i = el("img"); i.toggleAttribute("src"); i.src = u + ".png"; },
  styleText: u => { let s = el("style"), d = spot(); s.textContent = "#" + d.id + "{background-image:url(" + u + ".png)}"; add(s); },
  styleNode: u => { let s = el("style"); s.appendChild(document.createTextNode("@import '" + u + ".css';")); add(s); },
  insertRule: u => { let s = add(el("style")), d = spot(); s.sheet.insertRule("#" + d.id + "{background-image:url(" + u + ".png)}"); },
  replaceSync: u => { let d = spot(), s = new CSSStyleSheet(); s.replaceSync("#" + d.id + "{background-image:url(" + u + ".png)}"); document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]; },
  styleProperty: u => { let d = spot(); d.style.backgroundImage = "url(" + u + ".png)"; d.offsetWidth; if (!d.style.backgroundImage.startsWith('url("http://')) errors.push("read back " + d.style.backgroundImage); },
  setProperty: u => { let d = spot(); d.style.setProperty("background-image", "url(" + u + ".png)"); d.offsetWidth; },
  styleCssText: u => { let d = spot(); d.style.cssText = "background-image:url(" + u + ".png)"; d.offsetWidth; },
  styleAttr: u => { let d = spot(); d.setAttribute("style", "background-image:url(" + u + ".png)"); d.offsetWidth; },
  fontFace: u => { let f = new FontFace("x", "url(" + u + ".woff)"); f.load().catch(() => {}); },
  moduleText: u => { let s = el("script", { type: "module" }); s.textContent = "import '" + u + ".js'"; add(s); },
  moduleTextLate: u => { let s = add(el("script", { type: "module" })); s.append("/* 'x' */ export * from\n\"" + u + ".js\";"); },
  moduleFragment: u => add(document.createRange().createContextualFragment("<p><script type='module'>import {} from '" + u + ".js'</scr" + "ipt></p>")),
  namedItem: u => { let i = el("img", { alt: "" }), a = document.createAttribute("src"); a.value = u + ".png"; i.attributes.setNamedItem(a); },
  onlyForAMoment: u => { let s = add(el("script", { src: u + ".js" })); s.remove(); },
  detachedHtml: u => { el("div").innerHTML = "<p><img src='" + u + ".png'></p>"; },
  detachedAdjacent: u => { el("div").insertAdjacentHTML("beforeend", "<img src='" + u + ".png'>"); },
  rowBackground: u => { let t = add(el("table")); t.innerHTML = "<tr><td>x</td></tr>"; t.rows[0].setAttribute("background", u + ".png"); t.offsetWidth; },
  unsafeShadow: u => { let d = add(el("div")); if (d.setHTMLUnsafe) d.setHTMLUnsafe("<p><template shadowrootmode='open'><img src='" + u + ".png'></template></p>"); else html("<img src='" + u + ".png'>"); },
  brokenAddress: u => { new Image().src = " " + u.slice(5).replace("//", "/\n/") + ".png"; },
  brokenScheme: u => { new Image().src = u.replace("http:", "ht\ttp:\r\n") + ".png"; },
  lastDot: u => { let [, , host, ...rest] = u.split("/"), [name, port] = host.split(":"); new Image().src = ["http:", "", name + ".:" + port, ...rest].join("/") + ".png"; },
  dataFrame: u => add(el("iframe", { src: "data:text/html;base64," + btoa("<img src='" + u + ".png'>") })),
  dataFrameHalf: u => add(el("iframe", { src: "data:text/html,<img src='" + u + ".png' width=100%25><p>50%" })),
  blobFrame: u => add(el("iframe", { src: URL.createObjectURL(new Blob(["<img src='" + u + ".png'>"], { type: "text/html" })) })),
  scriptFrame: u => add(el("iframe", { src: "javascript:\"<img src='" + u + ".png'>\"" })),
  // As the snippets of chat services do.
  writtenFrame: u => { let f = el("iframe"); f.src = "javascript:false"; body().insertBefore(f, body().firstChild); let d = f.contentWindow.document; d.open().load = function () { let s = this.createElement("script"); s.src = u + ".js"; this.body.appendChild(s); }; d.write("<body onload='document.load();'>"); d.close(); },
  nestedFrame: u => { let d = emptyFrame().contentDocument, f = d.createElement("iframe"); d.body.append(f); new f.contentWindow.Image().src = u + ".png"; },
  shadowFrame: u => { let f = el("iframe"); add(el("div")).attachShadow({ mode: "open" }).append(f); let d = f.contentDocument, i = d.createElement("img"); i.src = u + ".png"; d.body.append(i); },
  frameWithBoth: u => html("<iframe src='/own' srcdoc='<img src=" + u + ".png>'></iframe>"),
  frameBared: u => { let f = add(el("iframe", { srcdoc: "x", src: u + ".html" })); f.removeAttribute("srcdoc"); },
  frameFetch: u => { emptyFrame().contentWindow.fetch(u + ".json").catch(() => {}); },
  frameImage: u => { let f = emptyFrame(); new f.contentWindow.Image().src = u + ".png"; },
  frameScript: u => { let d = emptyFrame().contentDocument, s = d.createElement("script"); s.src = u + ".js"; d.body.append(s); },
  worklet: u => { if (window.Worklet) new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule(u + ".js").catch(() => {}); },
};
/* Asks in one way. A page that it throws in is a fault. */
window.make = (kind, address) => {
  try {
    const result = KINDS[kind](address);
    if (result && result.catch) result.catch(error => { errors.push(kind + ": " + error); });
  } catch (error) {
    errors.push(kind + " threw " + error);
  }
};
