/*
 * Others' signals: services besides Google's that have an interface of their own for the visitor's choice. This is
 * what their parts share, through `settings`: a part sees no names of another one.
 */

let announce = emit, services = [], answered;

/* A global of the page, now. An element with that id is none. */
settings.own = name => {
  let known = describe(window, name);
  return known && (known.get ? window[name] : known.value);
};

/* Calls `then` with a global, now or as soon as the page makes it. Until then the page finds nothing there: many a
   vendor's snippet does nothing more where it finds its function, as it has then run before. */
settings.coming = (name, then) => {
  let now = settings.own(name), define = more => { Object.defineProperty(window, name, { __proto__: null, configurable: true, enumerable: true, ...more }); };
  if (now) then(now); else if (!(name in window)) attempt(() => {
    define({
      get() {},
      set(value) {
        define({ writable: true, value: value });
        attempt(() => { then(value, true); });
      },
    });
  });
};

/* Notes for the owner what a service is told. */
settings.said = (service, words) => { if (bridge.note) bridge.note("signal", service, words); };

/* Has `tell` called with what the visitor allows of what decides a service. `remembers` says whether the service
   still keeps an allowance of before. */
settings.hear = (service, tell, remembers) => { services.push([service, tell, remembers]); };

emit = name => {
  // A signal of the browser is no answer: nothing is kept in the browser for it.
  let bits = choices.c + choices.v, known = holds();
  for (let [service, tell, remembers] of services) {
    let on = settings.signals[service].map(at => bits[at] > 0);
    // What is exempt waits for no answer, and what holds no more is denied again.
    if (known || answered || on.includes(true) || remembers && attempt(remembers)) attempt(() => {
      tell(on, name === "change");
    });
  }
  answered = known;
  announce(name);
};
