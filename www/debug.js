/*
 * The overlay of `?constat=debug`: what Constat holds, releases and removes in this page and why, what it tells
 * others, and which third parties the page asks though nobody declared them. Fetched for the owner alone, on a
 * local host or by the owner's link. It stores nothing and sends nothing.
 */

// The server puts in, by host: categories and ids of this site's vendors, the names of the catalogue's others, and what is the
// site's own or needs no consent.
const { own, declared, known } = __CONSTAT_HOSTS__;
const GROUPS = ["mistake", "held", "released", "removed", "signal", "early", "undeclared", "reported", "forbidden", "ignored"];
const ROWS_MAX = 200;

const WORDS = {
  en: {
    title: "Constat: this page", close: "Close", fold: "Fold", unfold: "Unfold",
    signalled: "The browser refuses by a signal. The visitor has not answered.",
    answered: "The visitor has answered.", unanswered: "The visitor has not answered: what needs consent waits.", allowed: "Allowed: {names}", refused: "Refused: {names}", none: "nothing",
    mistake: ["Mistakes in marks", "There is no mistake in a mark."],
    held: ["Held back", "Nothing is held back."], released: ["Released", "Nothing was released."], removed: ["Removed from the browser", "Nothing was removed."],
    signal: ["Told to others", "Nobody was told."], early: ["Asked without being allowed", "No service of the site file was asked before it was allowed."], undeclared: ["Third parties that the site file does not name", "The page asks no host that the site file does not name."],
    reported: ["Would be stopped by the Content Security Policy", "The policy that only reports would stop nothing."],
    forbidden: ["Stopped by the Content Security Policy", "The policy has stopped nothing."], ignored: ["Exempted in the page", "Nothing is exempted."],
    why: { type: "runs at once: write type=\"text/plain\"", category: "has no data-category", allowed: "allowed", undecided: "no answer yet", refused: "refused", unnamed: "the site file does not name it", cookie: "cookie", storage: "storage", unknown: "not in the catalogue" },
    more: "{count} earlier lines are not shown.",
  },
  fr: {
    title: "Constat : cette page", close: "Fermer", fold: "Replier", unfold: "Déplier",
    signalled: "Le navigateur refuse par un signal. Le visiteur n’a pas répondu.",
    answered: "Le visiteur a répondu.", unanswered: "Le visiteur n’a pas répondu : ce qui demande un consentement attend.", allowed: "Accepté : {names}", refused: "Refusé : {names}", none: "rien",
    mistake: ["Erreurs de marquage", "Aucune erreur de marquage."],
    held: ["Retenu", "Rien n’est retenu."], released: ["Libéré", "Rien n’a été libéré."], removed: ["Supprimé du navigateur", "Rien n’a été supprimé."],
    signal: ["Transmis à d’autres", "Personne n’a été prévenu."], early: ["Interrogé sans être accepté", "Aucun service du fichier du site n’a été interrogé sans être accepté."], undeclared: ["Tiers absents du fichier du site", "La page n’interroge aucun hôte absent du fichier du site."],
    reported: ["Serait bloqué par la Content Security Policy", "La politique qui ne fait que signaler ne bloquerait rien."],
    forbidden: ["Bloqué par la Content Security Policy", "La politique n’a rien bloqué."], ignored: ["Exempté dans la page", "Rien n’est exempté."],
    why: { type: "s’exécute aussitôt : écrire type=\"text/plain\"", category: "sans data-category", allowed: "accepté", undecided: "pas encore de réponse", refused: "refusé", unnamed: "absent du fichier du site", cookie: "cookie", storage: "stockage", unknown: "absent du catalogue" },
    more: "{count} lignes plus anciennes ne sont pas affichées.",
  },
  nl: {
    title: "Constat: deze pagina", close: "Sluiten", fold: "Inklappen", unfold: "Uitklappen",
    signalled: "De browser weigert met een signaal. De bezoeker heeft niet geantwoord.",
    answered: "De bezoeker heeft geantwoord.", unanswered: "De bezoeker heeft niet geantwoord: wat toestemming nodig heeft, wacht.", allowed: "Toegestaan: {names}", refused: "Geweigerd: {names}", none: "niets",
    mistake: ["Fouten in markeringen", "Er is geen fout in een markering."],
    held: ["Tegengehouden", "Er wordt niets tegengehouden."], released: ["Vrijgegeven", "Er is niets vrijgegeven."], removed: ["Uit de browser verwijderd", "Er is niets verwijderd."],
    signal: ["Aan anderen gemeld", "Er is niemand ingelicht."], early: ["Opgevraagd zonder toestemming", "Geen dienst uit het sitebestand is zonder toestemming opgevraagd."], undeclared: ["Derden die niet in het sitebestand staan", "De pagina vraagt geen host op die niet in het sitebestand staat."],
    reported: ["Zou door de Content Security Policy worden tegengehouden", "Het beleid dat alleen meldt, zou niets tegenhouden."],
    forbidden: ["Tegengehouden door de Content Security Policy", "Het beleid heeft niets tegengehouden."], ignored: ["Uitgezonderd in de pagina", "Er is niets uitgezonderd."],
    why: { type: "wordt meteen uitgevoerd: schrijf type=\"text/plain\"", category: "heeft geen data-category", allowed: "toegestaan", undecided: "nog geen antwoord", refused: "geweigerd", unnamed: "staat niet in het sitebestand", cookie: "cookie", storage: "opslag", unknown: "niet in de catalogus" },
    more: "{count} oudere regels worden niet getoond.",
  },
  de: {
    title: "Constat: diese Seite", close: "Schließen", fold: "Einklappen", unfold: "Ausklappen",
    signalled: "Der Browser lehnt durch ein Signal ab. Der Besucher hat nicht geantwortet.",
    answered: "Der Besucher hat geantwortet.", unanswered: "Der Besucher hat nicht geantwortet: Was eine Einwilligung braucht, wartet.", allowed: "Erlaubt: {names}", refused: "Abgelehnt: {names}", none: "nichts",
    mistake: ["Fehler in Markierungen", "Keine Markierung hat einen Fehler."],
    held: ["Zurückgehalten", "Nichts wird zurückgehalten."], released: ["Freigegeben", "Nichts wurde freigegeben."], removed: ["Aus dem Browser gelöscht", "Nichts wurde gelöscht."],
    signal: ["Anderen mitgeteilt", "Niemandem wurde etwas mitgeteilt."], early: ["Angefragt, ohne erlaubt zu sein", "Kein Dienst der Website-Datei wurde angefragt, ohne erlaubt zu sein."], undeclared: ["Dritte, die die Website-Datei nicht nennt", "Die Seite fragt keinen Host an, den die Website-Datei nicht nennt."],
    reported: ["Würde von der Content Security Policy gestoppt", "Die Richtlinie, die nur meldet, würde nichts stoppen."],
    forbidden: ["Von der Content Security Policy gestoppt", "Die Richtlinie hat nichts gestoppt."], ignored: ["In der Seite ausgenommen", "Nichts ist ausgenommen."],
    why: { type: "wird sofort ausgeführt: type=\"text/plain\" schreiben", category: "hat kein data-category", allowed: "erlaubt", undecided: "noch keine Antwort", refused: "abgelehnt", unnamed: "in der Website-Datei nicht genannt", cookie: "Cookie", storage: "Speicher", unknown: "nicht im Katalog" },
    more: "{count} ältere Zeilen werden nicht gezeigt.",
  },
};

const CSS = `
  :host { all: initial; position: fixed; inset: 0 0 auto auto; width: min(30em, 100vw); max-height: min(38em, 60vh); margin: 0; padding: 0; border: 1px solid #6b7a88; border-radius: 0 0 0 .5em; overflow: auto; background: #fff; color: #12212f; color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
  header { position: sticky; top: 0; display: flex; gap: .5em; align-items: center; padding: .4em .8em; background: #12212f; color: #fff; }
  h2 { flex: 1; margin: 0; font-size: 1em; }
  button { min-width: 24px; min-height: 24px; padding: .2em .7em; border: 1px solid; border-radius: .4em; background: none; color: inherit; font: inherit; cursor: pointer; }
  :focus-visible { outline: 2px solid #6fe3c6; outline-offset: 2px; }
  section { padding: .6em .8em; }
  p { margin: 0 0 .4em; }
  details { border-top: 1px solid #c5ced6; padding: .3em 0; }
  summary { cursor: pointer; font-weight: 600; min-height: 24px; }
  ol { margin: .2em 0 .4em; padding: 0; list-style: none; }
  li { display: grid; grid-template-columns: 4.5em 1fr; gap: .1em .6em; padding: .2em 0; overflow-wrap: anywhere; }
  li span:first-child { text-align: end; font-variant-numeric: tabular-nums; color: #4a5967; }
  li span:last-child { grid-column: 2; color: #4a5967; }
  @media (max-width: 40em) { :host { width: 100vw; max-height: 40vh; border-radius: 0; } }
  @media (prefers-color-scheme: dark) {
    :host { background: #122130; color: #e7eff6; }
    li span:first-child, li span:last-child { color: #b4c2cf; }
    details { border-color: #34495c; }
  }
`;

/* Shows what the loader notes, now and while the page is open. `holds` says whether there is an answer, and `isReleased`
   whether the loader has let a script go. */
export function open(notes, constat, style, holds, isReleased) {
  const words = WORDS[(navigator.language || "").slice(0, 2)] || WORDS.en;
  const host = document.createElement("constat-debug"), root = style(host.attachShadow({ mode: "open" }), CSS);
  const body = make("section"), close = make("button", words.close), fold = make("button", words.fold);
  const header = make("header", "", make("h2", words.title), fold, close);
  let due = 0;
  host.lang = words === WORDS.en ? "en" : navigator.language.slice(0, 2);
  host.setAttribute("role", "region");
  host.setAttribute("aria-label", words.title);
  fold.setAttribute("aria-expanded", "true");
  fold.onclick = () => {
    body.hidden = !body.hidden;
    fold.textContent = body.hidden ? words.unfold : words.fold;
    fold.setAttribute("aria-expanded", String(!body.hidden));
  };
  close.onclick = () => { host.remove(); };
  root.append(header, body);
  document.documentElement.append(host);
  try {
    host.popover = "manual";
    host.showPopover();
  } catch (_) { /* It lies in the page. */ }
  const draw = () => {
    due = due || requestAnimationFrame(() => {
      due = 0;
      const opened = new Set([...body.querySelectorAll("details[open]")].map(node => node.dataset.group));
      const rows = [...notes, ...mistakes(isReleased)];
      body.replaceChildren(...summary(constat, holds, words), ...GROUPS.map(group => list(group, rows, words, opened)));
    });
  };
  notes.changed = draw;
  watch(notes, constat, draw);
  violations(notes, draw);
  addEventListener("load", draw);
  document.addEventListener("constat:change", draw);
  draw();
}

function make(name, text, ...inside) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  node.append(...inside);
  return node;
}

/* What the visitor has said. */
function summary(constat, holds, words) {
  const now = constat.choices();
  if (!holds()) return [make("p", now ? words.signalled : words.unanswered)];
  const names = on => [...Object.entries(now.categories), ...Object.entries(now.vendors)].filter(([, is]) => is === on).map(([id]) => id).join(", ") || words.none;
  return [make("p", words.answered), make("p", words.allowed.replace("{names}", names(true))), make("p", words.refused.replace("{names}", names(false)))];
}

function list(group, notes, words, opened) {
  const rows = notes.filter(note => note.what === group && !note.past), [title, none] = words[group];
  const box = make("details", "", make("summary", title + " (" + rows.length + ")"));
  box.dataset.group = group;
  box.open = opened.has(group);
  if (!rows[0]) box.append(make("p", none));
  if (rows.length > ROWS_MAX) box.append(make("p", words.more.replace("{count}", rows.length - ROWS_MAX)));
  box.append(make("ol", "", ...rows.slice(-ROWS_MAX).map(({ at, name, why }) =>
    make("li", "", make("span", at >= 0 ? Math.round(at) + " ms" : ""), make("span", name), make("span", words.why[why] || why)))));
  return box;
}

/* What was meant to be a mark, and is none. */
function mistakes(isReleased) {
  const found = [];
  const look = (selector, why) => {
    for (const node of document.querySelectorAll(selector)) {
      const name = node.dataset.vendor || node.dataset.category || "?";
      if (!isReleased(node) && node.type !== "application/json") found.push({ what: "mistake", name: node.localName + " · " + name, why });
    }
  };
  look('script[data-category]:not([type="text/plain"]), script[data-vendor][data-src]:not([data-category], [type="text/plain"])', "type");
  look('script[type="text/plain"]:is([data-vendor], [data-src]):not([data-category]), iframe:is([data-vendor], [data-constat-src]):not([data-category])', "category");
  return found;
}

/* What a policy has stopped or would stop before the loader was there, in browsers that keep that. */
function violations(notes, draw) {
  if (!window.ReportingObserver) return;
  new ReportingObserver(reports => {
    for (const { body } of reports) {
      let name = body.blockedURL;
      try { name = new URL(name).host; } catch (_) { /* A word, such as `inline`. */ }
      const what = body.disposition === "report" ? "reported" : "forbidden", why = body.effectiveDirective;
      if (!notes.some(note => note.what === what && note.name === name && note.why === why)) notes.push({ what, name, why, at: -1 });
    }
    draw();
  }, { types: ["csp-violation"], buffered: true }).observe();
}

/* Notes each host of another domain that the page asks, once, unless the site file names it and what it serves is
   allowed. */
function watch(notes, constat, draw) {
  const seen = new Set();
  const note = entry => {
    let address;
    try { address = new URL(entry.name); } catch (_) { return; }
    const { hostname } = address;
    if (!/^(https?|wss?):$/.test(address.protocol) || seen.has(hostname)) return;
    if (hostname === location.hostname || hostname === new URL(import.meta.url).hostname) return;
    const vendors = find(declared, hostname);
    if (vendors ? vendors.some(([category, id]) => constat.allows(category, id)) : find(own, hostname)) return;
    seen.add(hostname);
    notes.push({ what: vendors ? "early" : "undeclared", name: hostname, why: vendors ? vendors.map(([, id]) => id).join(", ") : find(known, hostname) || "unknown", at: entry.startTime });
    draw();
  };
  new PerformanceObserver(seenNow => { seenNow.getEntries().forEach(note); }).observe({ type: "resource", buffered: true });
}

/* The name that the longest pattern of a host has: the host itself, or `*.` before a domain that it is or lies in. */
function find(names, host) {
  if (names[host]) return names[host];
  for (let rest = host; rest; rest = rest.slice(rest.indexOf(".") + 1)) {
    if (names["*." + rest]) return names["*." + rest];
    if (rest.indexOf(".") < 0) return undefined;
  }
  return undefined;
}
