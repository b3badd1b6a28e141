/*
 * Calls that ask a host: `fetch`, requests, beacons, connections, workers. Each is made when it is allowed, as the page
 * has made it, or fails as on a broken network.
 */

let REFUSED = "Failed to fetch", TEXT_MAX = 16e6;
let NOWHERE = "https://constat.invalid/"; // No such host can ever be (RFC 6761).

// What the browser says of an object, of whichever window it is.
let addressIn = describe(window.Request.prototype, "url").get, sizeIn = describe(window.Blob.prototype, "size").get, lengthIn = describe(window.ArrayBuffer.prototype, "byteLength").get;
let isOf = (getter, it) => attempt(() => apply(getter, it, []) >= 0);

/* What forbids a call, and what it asks for as it is now. Nothing where it may be made, or where it is wrong: that the
   browser says. */
function look(Request, kind, given, options) {
  return attempt(() => {
    let found;
    given.some(one => found = against(kind, attempt(() => apply(addressIn, one, []), one)));
    return found && { found: found, requests: given.map(one => new Request(one, options)) };
  });
}

/* The promise of a call that is held. */
function promised(win, kind, { found, requests }, go) {
  return new Promise((done, fail) => {
    let drop = hold(kind, found, () => isAllowed(kind, requests), () => { go(requests).then(done, fail); }, () => { fail(new win.TypeError(REFUSED)); });
    for (let { signal } of requests) {
      let end = () => {
        drop();
        fail(signal.reason);
      };
      if (signal.aborted) end(); else signal.addEventListener("abort", end);
    }
  });
}

let isAllowed = (kind, requests) => !requests.some(({ url }) => against(kind, url));

/* What the page sends, as it is now. */
function asSent(win, sent) {
  return attempt(() => {
    if (win.ArrayBuffer.isView(sent) || isOf(lengthIn, sent)) return win.structuredClone(sent);
    let copy = sent instanceof win.FormData ? new win.FormData() : sent instanceof win.URLSearchParams && new win.URLSearchParams();
    if (copy) sent.forEach((value, name) => { copy.append(name, value); });
    return copy || sent;
  }, sent);
}

function patchRequests(win) {
  // The page may put another `Request` in its place.
  let { Request } = win, fetchNow = native(win, "fetch"), fetchAtEnd = native(win, "fetchLater"), caches = win.Cache && win.Cache.prototype;
  wrap(win, "fetch", (it, given, go) => {
    let call = look(Request, "fetch", [given[0]], given[1]);
    return call ? promised(win, "fetch", call, ([request]) => fetchNow(win, request)) : go();
  });
  // The browser makes it when the page is left: a page that is left before the answer has not asked.
  wrap(win, "fetchLater", (it, given, go) => {
    let call = look(Request, "fetch", [given[0]], given[1]), real;
    if (!call) return go();
    let [request] = call.requests;
    if (request.signal.aborted) throw request.signal.reason;
    hold("fetch", call.found, () => isAllowed("fetch", call.requests), () => { real = fetchAtEnd(win, request, given[1]); }, () => {});
    return Object.create(win.FetchLaterResult.prototype, { activated: { __proto__: null, get: () => !!real && real.activated } });
  });
  for (let name of ["add", "addAll"]) {
    let ask = native(caches, name), all = name === "addAll";
    wrap(caches, name, (it, given, go) => {
      // What can be read once alone is read here.
      if (all) attempt(() => { given[0] = [...given[0]]; });
      let call = look(Request, "cache", all ? given[0] : [given[0]]);
      return call ? promised(win, "cache", call, requests => ask(it, all ? requests : requests[0])) : go();
    });
  }
  wrap(win.Navigator.prototype, "sendBeacon", (it, given, go) => {
    let found = given[0] && against("beacon", given[0] = "" + given[0]);
    if (!found) return go();
    if (given[1]) given[1] = asSent(win, given[1]);
    hold("beacon", found, () => !against("beacon", given[0]), go);
    return true;
  });
  // Of all that it has nothing can be kept for later: it fails as where the host cannot be reached.
  wrapClass(win, "WebTransport", (given, make) => {
    let found = against("transport", given[0]);
    if (found) {
      note("held", "transport", found);
      given[0] = NOWHERE;
    }
    return make();
  });
}

/* A request that is held is opened, and not sent. */
function patchXhr(win) {
  let prototype = win.XMLHttpRequest.prototype, opened = new WeakMap(), drops = new WeakMap(), open = native(prototype, "open"), send = native(prototype, "send");
  let drop = it => {
    if (drops.has(it)) drops.get(it).drop();
    return drops.delete(it);
  };
  // To the page it has been sent.
  let unlessSent = (it, go) => {
    if (drops.has(it)) throw new win.DOMException("The request has been sent.", "InvalidStateError");
    return go();
  };
  wrap(prototype, "open", (it, given, go) => {
    drop(it);
    let [method, address] = given, found = against("xhr", address);
    opened.set(it, "" + address);
    // One that the page would wait for cannot wait for the visitor: it has no answer, for now.
    return found && given.length > 2 ? open(it, method, address, true, ...given.slice(3)) : go();
  });
  wrap(prototype, "setRequestHeader", (it, given, go) => unlessSent(it, go));
  wrapProperty(prototype, "withCredentials", 0, unlessSent);
  wrap(prototype, "send", (it, given, go) => unlessSent(it, () => {
    let address = opened.get(it), found = it.readyState === 1 && against("xhr", address), mine = {};
    if (!found) return go();
    if (given[0]) given[0] = asSent(win, given[0]);
    // Sent to what no browser can reach, it fails with all events. WebKit takes nothing back that is no address of the web.
    mine.fail = nowhere => {
      if (drops.get(it) !== mine) return;
      drop(it);
      open(it, "GET", nowhere);
      send(it);
    };
    drops.set(it, mine);
    mine.drop = hold("xhr", found, () => !against("xhr", address), () => {
      drops.delete(it);
      go();
    }, () => { mine.fail(VEIL); });
  }));
  wrap(prototype, "abort", (it, given, go) => {
    if (drops.has(it)) drops.get(it).fail(NOWHERE);
    return go();
  });
}

let listenTo = describe(window.EventTarget.prototype, "addEventListener").value, dispatch = describe(window.EventTarget.prototype, "dispatchEvent").value;
let stands = new WeakMap(); // Of each object that stands for a connection or a worker, what its class does for it.

/* What stands for a connection or a worker that is held: an object of the same class, and behind it the true one once
   it may be made. `first` says what it is until then. */
function standFor(win, kind, found, free, make, [target, own], first) {
  let it = new win.EventTarget(), now = first.now, handlers = { __proto__: null }, waiting = [], real;
  let heard = new Set(Object.getOwnPropertyNames(own.prototype).filter(name => /^on/.test(name)).map(name => name.slice(2)));
  Object.setPrototypeOf(it, target.prototype);
  let say = event => apply(dispatch, it, [event]);
  let forward = type => { apply(listenTo, real, [type, event => { if (!say(new event.constructor(type, event))) event.preventDefault(); }]); };
  let fail = first.closed && (() => {
    if (now.readyState === first.closed) return;
    now.readyState = first.closed;
    say(new win.Event("error"));
    if (kind === "socket") say(new win.CloseEvent("close", { code: 1006 }));
  });
  let drop = hold(kind, found, free, () => {
    real = make();
    heard.forEach(forward);
    if (first.begin) first.begin(real);
    waiting.forEach(then => { then(real); });
  }, fail);
  stands.set(it, {
    hear: type => {
      if (!heard.has(type) && real) forward(type);
      heard.add(type);
    },
    call: (name, given, value) => real ? apply(value, real, given) : first[name] && first[name](given, { now: now, drop: drop, fail: fail, later: given => { waiting.push(real => { apply(value, real, given); }); } }),
    read: (name, get) => /^on/.test(name) ? handlers[name] || null : real && name !== "port" ? apply(get, real, []) : now[name],
    write: (name, to, set) => {
      if (/^on/.test(name)) {
        if (!(name in handlers)) apply(listenTo, it, [name.slice(2), event => { if (handlers[name] && apply(handlers[name], it, [event]) === false) event.preventDefault(); }]);
        handlers[name] = typeof to === "function" ? to : null;
      } else if (real) {
        apply(set, real, [to]);
      } else {
        now[name] = to;
        waiting.push(real => { apply(set, real, [to]); });
      }
    },
  });
  return it;
}

/* Has the methods and properties of a class know what stands for its objects: so the page's own classes that extend
   it find them as ever. */
function delegate(prototype) {
  for (let name of Object.getOwnPropertyNames(prototype)) {
    if (name === "constructor") continue;
    let { get, set, value } = describe(prototype, name), of = (it, instead, go) => stands.has(it) ? instead(stands.get(it)) : go();
    wrap(prototype, name, (it, given, go) => of(it, stand => stand.call(name, given, value), go));
    wrapProperty(prototype, name, (it, go) => of(it, stand => stand.read(name, get), go), (it, go, to) => of(it, stand => stand.write(name, to, set), go));
  }
}

function patchConnections(win) {
  let stand = (name, kind, first) => {
    if (!win[name]) return;
    delegate(win[name].prototype);
    wrapClass(win, name, (given, make, target, own) => {
      // A worker of another host is an error, and nobody is asked.
      let found = (kind !== "worker" || OWN_TEXT.test(given[0])) && against(kind, given[0]), blob = blobs.get("" + given[0]);
      return found ? standFor(win, kind, found, () => !against(kind, given[0]), () => {
        // A document that the page has made may be gone by now.
        if (blob) given[0] = trusted.createScriptURL(win.URL.createObjectURL(blob));
        return construct(own, given);
      }, [target, own], first(attempt(() => new Address(given[0], doc.baseURI).href, ""), given)) : make();
    });
  };
  let wrong = (text, name) => { throw new win.DOMException(text, name); };
  stand("WebSocket", "socket", url => ({
    now: { readyState: 0, url: url.replace(/^http/, "ws"), protocol: "", extensions: "", bufferedAmount: 0, binaryType: "blob" }, closed: 3,
    send: (given, { now }) => { if (!now.readyState) wrong("Still in CONNECTING state.", "InvalidStateError"); },
    close: ([code, reason = ""], { now, drop, fail }) => {
      if (code !== undefined && +code !== 1000 && !(code >= 3000 && code < 5000)) wrong("The code must be 1000, or between 3000 and 4999.", "InvalidAccessError");
      if (encoder.encode(reason).length > 123) wrong("The reason must not be longer than 123 bytes.", "SyntaxError");
      if (now.readyState > 1) return;
      now.readyState = 2;
      drop();
      after(0).then(fail);
    },
  }));
  stand("EventSource", "eventsource", (url, given) => ({
    now: { readyState: 0, url: url, withCredentials: !!(given[1] && given[1].withCredentials) }, closed: 2,
    close: (none, { now, drop }) => {
      now.readyState = 2;
      drop();
    },
  }));
  hearNames(win.EventSource.prototype);
  stand("Worker", "worker", () => ({
    now: {},
    postMessage: ([data, more], { later }) => {
      let moved = [...more && (more[Symbol.iterator] ? more : more.transfer) || []], copy = win.structuredClone([data, moved], { transfer: moved });
      later(copy);
    },
    terminate: (none, { drop }) => { drop(); },
  }));
  stand("SharedWorker", "worker", () => {
    let { port1, port2 } = new win.MessageChannel();
    let bridge = (from, to) => { from.onmessage = event => { to.postMessage(event.data, event.ports); }; };
    return { now: { port: port1 }, begin: ({ port }) => {
      bridge(port2, port);
      bridge(port, port2);
    } };
  });
}

/* The server of an event source names its events as it likes: those that the page listens for are passed on. */
function hearNames(prototype) {
  Object.defineProperty(prototype, "addEventListener", { __proto__: null, configurable: true, enumerable: true, writable: true, value: new Proxy(listenTo, {
    __proto__: null,
    apply: (_, it, given) => {
      if (stands.has(it)) stands.get(it).hear("" + given[0]);
      return apply(Object.getPrototypeOf(prototype).addEventListener, it, given);
    },
  }) });
}

let encoder = new TextEncoder(), blobs = new Map(), contents = new WeakMap(); // What the page has made itself, by address, and the text of it.

/* The text of what a document or a file is made of. What is no text is a picture or the like. */
function textIn(parts) {
  let decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = part => part.buffer ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : new Uint8Array(part);
  return parts.map(part => typeof part === "string" ? part : contents.has(part) ? contents.get(part)() : isOf(sizeIn, part) ? "" : attempt(() => decoder.decode(bytes(part), { stream: true }), "")).join("");
}

function patchBlobs(win) {
  let isKept = part => win.ArrayBuffer.isView(part) || isOf(lengthIn, part) || isOf(sizeIn, part);
  for (let name of ["Blob", "File"]) wrapClass(win, name, (given, make) => {
    let listed = typeof given[0] === "object" && given[0] && given[0][Symbol.iterator];
    // What can be read once alone is read here.
    if (listed) given[0] = [...given[0]].map(part => isKept(part) ? part : "" + part);
    let blob = make(), text = listed && blob.size <= TEXT_MAX && textIn(given[0]);
    if (text) contents.set(blob, () => text);
    return blob;
  });
  wrap(win.Blob.prototype, "slice", (it, given, go) => {
    let piece = go(), text = contents.get(it);
    if (text) contents.set(piece, () => textIn([encoder.encode(text()).slice(given[0], given[1])]));
    return piece;
  });
  wrap(win.URL, "createObjectURL", (it, given, go) => {
    let address = go(), text = contents.has(given[0]) && contents.get(given[0])();
    if (text && againstAny("frame", text)) {
      texts.set(address, text);
      blobs.set(address, given[0]);
    }
    return address;
  });
}
