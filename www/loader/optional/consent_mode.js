/*
 * Google Consent Mode, version 2: Google's tags read in the data layer what they may do. Before them comes one
 * default, which denies, then one update for each decision, and for the one that a returning visitor has made.
 */

let { layer: layerName, wait, options, map, regions } = settings.google;
let TYPES = ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage", "functionality_storage", "personalization_storage"];
let SPEAKER = "constatConsentMode"; // The function of Tag Manager's template, which tells Google in our place; true once we have begun.

/* The data layer as it is now: the page may have replaced it, or have an element of that name. */
function entries() {
  let known = describe(window, layerName), now = known && (known.get ? window[layerName] : known.value);
  return now && now.push ? now : window[layerName] = [];
}

// Google's tags tell commands from other entries by their kind, which is that of `arguments`.
function command(...words) {
  entries().push(arguments);
  note(words);
}

/* Tells the owner's view what Google is told. */
function note([name, what, types]) {
  let granted = Object(types), subject = Object(what) === what ? Object.keys(what) : what;
  if (bridge.note) bridge.note("signal", "Google · " + name + " " + subject, TYPES.filter(type => granted[type] === "granted").join(", "));
}

/* What each type is, where `on` says it of a number. */
function types(on) {
  let state = { __proto__: null };
  TYPES.forEach((type, at) => { state[type] = on(at) ? "granted" : "denied"; });
  return { ...state, security_storage: "granted" };
}

let heard; // The data layer that has heard it all.

/* A default of the page itself, or of the snippet, is the one of this page view. */
function begin() {
  heard = entries();
  if (attempt(() => [...entries()].some(entry => entry && entry[0] === "consent" && entry[1] === "default"))) return;
  command("consent", "default", { ...types(() => false), wait_for_update: wait });
  for (let [codes, granted, denied] of regions || []) {
    // What is granted there waits for the choice like the rest.
    let differs = { region: codes, wait_for_update: wait };
    for (let at of granted) differs[TYPES[at]] = "granted";
    for (let at of denied) differs[TYPES[at]] = "denied";
    command("consent", "default", differs);
  }
  if (options) command("set", options);
}

/* A page that makes its data layer anew takes away what was said in it: what comes then finds it all the same. */
function renew(words) {
  if (speaker || heard === entries()) return;
  begin();
  if (words) tell(words);
}

function tell(words) {
  command(...words);
  entries().push({ event: "constat_choice" });
}

let speaker = describe(window, SPEAKER), announce = emit, executeOne = execute, said, last;
speaker = speaker && typeof speaker.value === "function" && speaker.value;
if (!speaker) attempt(() => {
  window[SPEAKER] = true;
  begin();
});

emit = name => {
  // What has ended is denied again.
  if (settled() || said) attempt(() => {
    let state = types(at => (choices.c + choices.v)[map[at]] > 0);
    last = ["consent", "update", state];
    renew();
    if (!speaker) return tell(last);
    speaker(state);
    note(last);
    entries().push({ event: "constat_choice" });
  });
  said = settled();
  announce(name);
};

execute = script => {
  attempt(() => { renew(last); });
  return executeOne(script);
};
