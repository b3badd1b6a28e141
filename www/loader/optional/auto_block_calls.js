/*
 * Calls that ask a host: `fetch`, requests, beacons, connections, workers. Each is made when it is allowed, as the page
 * has made it, or fails as on a broken network.
 */

let REFUSED = "Failed to fetch", TEXT_MAX = 1e6;

function patchRequests(win) {
  wrap(win, "fetch", (it, given, go) => {
    let request, found;
    try {
      found = against("fetch", given[0] instanceof win.Request ? given[0].url : given[0]);
      if (found) request = new win.Request(...given);
    } catch (_) { /* The browser says what is wrong with it. */ }
    if (!request) return go();
    return new Promise((done, fail) => {
      let drop = hold("fetch", found, () => !against("fetch", request.url), () => { win.fetch(request).then(done, fail); }, () => { fail(new win.TypeError(REFUSED)); });
      request.signal.addEventListener("abort", () => {
        drop();
        fail(request.signal.reason);
      });
    });
  });
  wrap(win.Navigator.prototype, "sendBeacon", (it, given, go) => {
    let found = against("beacon", given[0]);
    if (!found) return go();
    hold("beacon", found, () => !against("beacon", given[0]), go);
    return true;
  });
}

/* A request that is held is opened, and not sent. */
function patchXhr(win) {
  let prototype = win.XMLHttpRequest.prototype, opened = new WeakMap(), drops = new WeakMap(), open = native(prototype, "open"), send = native(prototype, "send");
  wrap(prototype, "open", (it, given, go) => {
    drop(it);
    let [method, address] = given, found = against("xhr", address);
    opened.set(it, address);
    // One that the page would wait for cannot wait for the visitor: it has no answer, for now.
    return found && given.length > 2 ? open(it, method, address, true, ...given.slice(3)) : go();
  });
  wrap(prototype, "send", (it, given, go) => {
    let address = opened.get(it), found = it.readyState === 1 && against("xhr", address);
    if (!found) return go();
    drops.set(it, hold("xhr", found, () => !against("xhr", address), () => {
      drops.delete(it);
      go();
    }, () => {
      drops.delete(it);
      // What no browser can reach: it fails with all events.
      open(it, "GET", VEIL);
      send(it);
    }));
  });
  wrap(prototype, "abort", (it, given, go) => {
    let held = drop(it);
    go();
    if (held) ["abort", "loadend"].forEach(type => { it.dispatchEvent(new win.ProgressEvent(type)); });
  });
  function drop(it) {
    let how = drops.get(it);
    if (how) how();
    return drops.delete(it);
  }
}

/* What stands for a connection or a worker that is held: an object of the same kind, and behind it the true one once it
   may be made. */
function standFor(win, kind, found, free, make, [target, own], first) {
  let it = new win.EventTarget(), now = first.now, real, waiting = [], heard = new Set(), over;
  Object.setPrototypeOf(it, target.prototype);
  let say = event => it.dispatchEvent(event);
  let forward = type => { real.addEventListener(type, event => { if (!say(new event.constructor(type, event))) event.preventDefault(); }); };
  let hear = type => {
    if (heard.has(type)) return;
    heard.add(type);
    if (real) forward(type);
  };
  let act = (name, given, value) => {
    if (real) return apply(value, real, given);
    if (first[name]) return first[name](given, waiting);
    over = 1;
    drop();
    if ("readyState" in now) now.readyState = first.closed;
  };
  let drop = hold(kind, found, free, () => {
    real = make();
    heard.forEach(forward);
    if (first.begin) first.begin(real);
    waiting.forEach(then => { then(real); });
  }, first.closed && (() => {
    if (over) return;
    now.readyState = first.closed;
    say(new win.Event("error"));
    if (kind === "socket") say(new win.CloseEvent("close", { code: 1006 }));
  }));
  let give = (name, how) => { Object.defineProperty(it, name, { __proto__: null, configurable: true, enumerable: true, ...how }); };
  give("addEventListener", { value(type, ...given) {
    hear(type);
    return apply(listenTo, it, [type, ...given]);
  } });
  for (let name of Object.getOwnPropertyNames(own.prototype)) {
    let { get, set, value } = describe(own.prototype, name), handler = null;
    if (typeof value === "function" && name !== "constructor") give(name, { value: (...given) => act(name, given, value) });
    else if (/^on/.test(name)) {
      apply(listenTo, it, [name.slice(2), event => { if (handler) return apply(handler, it, [event]); }]);
      give(name, { get: () => handler, set: to => {
        handler = typeof to === "function" ? to : null;
        hear(name.slice(2));
      } });
    } else if (get) give(name, {
      get: () => real && name !== "port" ? apply(get, real, []) : now[name],
      set: set && (to => {
        if (real) return apply(set, real, [to]);
        now[name] = to;
        waiting.push(real => { apply(set, real, [to]); });
      }),
    });
  }
  return it;
}

let listenTo = describe(window.EventTarget.prototype, "addEventListener").value;

function patchConnections(win) {
  let stand = (name, kind, first) => {
    wrapClass(win, name, (given, make, ...types) => {
      let found = against(kind, given[0]);
      // A document that the page has made may be gone by then.
      let blob = blobs.get("" + given[0]), renew = () => { if (blob) given[0] = win.URL.createObjectURL(blob); };
      return found ? standFor(win, kind, found, () => !against(kind, given[0]), () => {
        renew();
        return make();
      }, types, first(attempt(() => new Address(given[0], doc.baseURI).href), given)) : make();
    });
  };
  stand("WebSocket", "socket", url => ({
    now: { readyState: 0, url: url, protocol: "", extensions: "", bufferedAmount: 0, binaryType: "blob" }, closed: 3,
    send: () => { throw new win.DOMException("Still in CONNECTING state.", "InvalidStateError"); },
  }));
  stand("EventSource", "eventsource", (url, given) => ({ now: { readyState: 0, url: url, withCredentials: !!(given[1] && given[1].withCredentials) }, closed: 2 }));
  let post = ([data, more], waiting) => {
    let moved = more && more.transfer || more || [], copy = win.structuredClone([data, moved], { transfer: moved });
    waiting.push(real => { real.postMessage(...copy); });
  };
  stand("Worker", "worker", () => ({ now: {}, postMessage: post }));
  stand("SharedWorker", "worker", () => {
    let { port1, port2 } = new win.MessageChannel();
    let bridge = (from, to) => { from.onmessage = event => { to.postMessage(event.data, event.ports); }; };
    return { now: { port: port1 }, begin: ({ port }) => {
      bridge(port2, port);
      bridge(port, port2);
    } };
  });
}

let blobs = new Map(), contents = new WeakMap(); // What the page has made itself, by address, and the text of it.

function patchBlobs(win) {
  wrapClass(win, "Blob", (given, make) => {
    let blob = make();
    if (blob.size < TEXT_MAX && given[0]) contents.set(blob, [...given[0]].map(part => typeof part === "string" ? part : contents.get(part) || "").join(""));
    return blob;
  });
  wrap(win.URL, "createObjectURL", (it, given, go) => {
    let address = go(), text = contents.get(given[0]);
    if (text && againstAny("worker", text)) {
      texts.set(address, text);
      blobs.set(address, given[0]);
    }
    return address;
  });
}
