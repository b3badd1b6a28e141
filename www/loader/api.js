/*
 * What the page can ask of Constat: `window.constat` and its two events.
 */

function emit(name) {
  doc.dispatchEvent(newEvent("CustomEvent", "constat:" + name, named(choices)));
}

function call(then) {
  try { then(window.constat); } catch (error) { console.error(error); }
}

window.constat = {
  site: () => settings.site,
  choices: () => settled() ? named(choices) : null,
  allows: allows,
  open: () => { open("configure"); },
  withdraw: () => { answer("withdraw", "configuration"); },
  push: call,
};
