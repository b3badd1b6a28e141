/*
 * The template APIs of Google Tag Manager that our template uses, as
 * https://developers.google.com/tag-platform/tag-manager/templates/api and …/templates/permissions have them (read on
 * 2026-11-28), with the test APIs of …/templates/tests. What the template's permissions do not name throws.
 */

/* A value of the permissions section. */
let plain = ({ type, string, boolean, listItem, mapKey, mapValue }) =>
  type === 1 ? string : type === 8 ? boolean : type === 2 ? listItem.map(plain) : Object.fromEntries(mapKey.map((key, at) => [plain(key), plain(mapValue[at])]));

/* A text of a value, in which the order of keys does not matter. */
let canonical = value => JSON.stringify(value, (_, inner) => inner && typeof inner === "object" && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner);

let must = (holds, what) => { if (!holds) throw new Error(what); };

/* Runs code that sees these names and no other. */
function evaluate(code, names) {
  let sandbox = new Proxy({ __proto__: null, undefined: undefined, ...names }, {
    has: () => true,
    get(known, name) {
      if (name === Symbol.unscopables) return;
      must(name in known, "the sandbox has no " + String(name));
      return known[name];
    },
    set(_, name) { throw new Error("the sandbox has no " + String(name)); },
  });
  return new Function("sandbox", "with (sandbox) { return (() => { 'use strict'; " + code + "\n})(); }")(sandbox);
}

/* What each API needs of the permissions; it throws where they do not have it. */
function checks(permissions) {
  let granted = (id, key) => {
    let found = permissions.find(({ instance }) => instance.key.publicId === id);
    return found ? plain(found.instance.param.find(param => param.key === key).value) : [];
  };
  let global = (key, right) => must(granted("access_globals", "keys").some(one => one.key === key && one[right]), right + " of the global " + key + " is not permitted");
  let consent = state => Object.keys(state).filter(type => type !== "region" && type !== "wait_for_update").forEach(type => {
    must(granted("access_consent", "consentTypes").some(one => one.consentType === type && one.write), type + " is not permitted");
    must(state[type] === "granted" || state[type] === "denied", type + " is neither granted nor denied");
  });
  return {
    copyFromWindow: key => global(key, "read"),
    setInWindow: key => global(key, "write"),
    updateConsentState: consent,
    setDefaultConsentState(state) {
      consent(state);
      must(!state.region || Array.isArray(state.region) && state.region.every(code => /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(code)), "a region is no code");
      must(state.wait_for_update === undefined || state.wait_for_update >= 0, "the wait is no number");
    },
    gtagSet: options => Object.keys(options).forEach(key => must(granted("write_data_layer", "keyPatterns").includes(key), key + " of the data layer is not permitted")),
    makeNumber: () => {},
  };
}

/* What the APIs do in a page; what Google would hear goes to `heard`. */
let inPage = heard => ({
  copyFromWindow: key => window[key],
  setInWindow(key, value, override) {
    if (window[key] !== undefined && !override) return false;
    window[key] = value;
    return true;
  },
  setDefaultConsentState: state => heard(["consent", "default", state]),
  updateConsentState: state => heard(["consent", "update", state]),
  gtagSet: options => heard(["set", options]),
  makeNumber: Number,
});

/* Runs the template. `called` hears of every call of an API. */
function run({ code, permissions }, data, apis, called) {
  let check = checks(permissions);
  let require = name => {
    must(check[name], "require of " + name);
    return (...given) => {
      check[name](...given);
      called(name, given);
      return apis[name](...given);
    };
  };
  evaluate(code, { require, data: { ...data, gtmOnSuccess: () => called("gtmOnSuccess", []), gtmOnFailure: () => called("gtmOnFailure", []) } });
}

/* One scenario of the tests section: nothing, or what is wrong. */
function scenario(template, code) {
  let apis = inPage(() => {}), calls = [];
  let same = (name, given) => calls.some(([other, had]) => other === name && canonical(had) === canonical(given));
  try {
    evaluate(template.setup + "\n" + code, {
      mock: (name, instead) => { apis[name] = typeof instead === "function" ? instead : () => instead; },
      runCode: data => run(template, data, apis, (...call) => { calls.push(call); }),
      assertApi: name => ({
        wasCalled: () => must(calls.some(([other]) => other === name), name + " was not called"),
        wasNotCalled: () => must(!calls.some(([other]) => other === name), name + " was called"),
        wasCalledWith: (...given) => must(same(name, given), name + " was not called with " + canonical(given)),
      }),
      assertThat: found => ({ isEqualTo: expected => must(canonical(found) === canonical(expected), canonical(found) + " is not " + canonical(expected)) }),
    });
  } catch (error) {
    return String(error);
  }
}

/* Each scenario with what is wrong. */
window.testTemplate = template => template.scenarios.map(([name, code]) => [name, scenario(template, code) || null]);

/* A container that has nothing but the template: what the page has put into the data layer counts from before, and
   whatever Google hears is kept in `window.heard`. */
window.startContainer = (template, data) => {
  if (!window.heard) {
    let layer = window.dataLayer = window.dataLayer || [], push = layer.push;
    window.heard = [];
    let read = entry => { heard.push(Object.prototype.toString.call(entry) === "[object Arguments]" ? [...entry] : entry); };
    layer.forEach(read);
    layer.push = function (...given) {
      let count = push.apply(this, given);
      given.forEach(read);
      return count;
    };
  }
  run(template, data, inPage(entry => { heard.push(JSON.parse(JSON.stringify(entry))); }), () => {});
};
