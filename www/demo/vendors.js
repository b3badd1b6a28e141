// The cookie policy's list of third parties, drawn from what Constat publishes
// about this site: page and banner can never disagree. Every text is put in as
// text, never as HTML.

const TEXTS = {
  fr: {
    exempt: "Sans consentement",
    asked: "Seulement avec votre accord",
    empty: "Aucun service de cette catégorie.",
    none: "Aucun cookie déclaré",
    company: "Société",
    purposes: "Finalités",
    country: "Pays destinataire",
    transfer: "Garantie du transfert",
    policy: "Données personnelles",
    policy_of: "Politique de confidentialité : {name}",
    cookies: "Cookies et stockages",
    name: "Nom",
    purpose: "Finalité",
    duration: "Durée",
    kept: "Emplacement",
    session: "Jusqu’à la fermeture du navigateur",
    first_party: "déposé par notre site",
    third_party: "déposé par le tiers",
    loading: "Chargement de la liste…",
    failed: "La liste n’a pas pu être chargée. Vérifiez votre connexion, puis réessayez.",
    retry: "Réessayer",
    nothing: "Ce site ne fait actuellement appel à aucun service tiers.",
    categories: {
      essential: "Essentiels",
      functional: "Confort",
      audience: "Mesure d’audience",
      advertising: "Publicité",
      third_party: "Contenus de tiers",
    },
    transfers: {
      none: "Les données restent dans l’Espace économique européen",
      adequacy: "Décision d’adéquation de la Commission européenne (RGPD, article 45)",
      dpf: "Cadre de protection des données UE–États-Unis (décision d’adéquation du 10 juillet 2023)",
      scc: "Clauses contractuelles types (RGPD, article 46)",
      bcr: "Règles d’entreprise contraignantes (RGPD, article 47)",
    },
    storages: {
      cookie: "Cookie",
      local_storage: "Stockage local",
      session_storage: "Stockage de session",
    },
  },
  nl: {
    exempt: "Zonder toestemming",
    asked: "Alleen met uw toestemming",
    empty: "Geen diensten in deze categorie.",
    none: "Geen cookies opgegeven",
    company: "Bedrijf",
    purposes: "Doelen",
    country: "Land van ontvangst",
    transfer: "Waarborg voor de doorgifte",
    policy: "Persoonsgegevens",
    policy_of: "Privacybeleid van {name}",
    cookies: "Cookies en opslag",
    name: "Naam",
    purpose: "Doel",
    duration: "Duur",
    kept: "Plaats",
    session: "Tot u de browser sluit",
    first_party: "geplaatst door onze site",
    third_party: "geplaatst door de derde partij",
    loading: "De lijst wordt geladen…",
    failed: "De lijst kon niet worden geladen. Controleer uw verbinding en probeer het opnieuw.",
    retry: "Opnieuw proberen",
    nothing: "Deze site gebruikt op dit moment geen diensten van derden.",
    categories: {
      essential: "Essentieel",
      functional: "Gebruiksgemak",
      audience: "Bezoekersstatistieken",
      advertising: "Reclame",
      third_party: "Inhoud van derden",
    },
    transfers: {
      none: "De gegevens blijven in de Europese Economische Ruimte",
      adequacy: "Adequaatheidsbesluit van de Europese Commissie (AVG, artikel 45)",
      dpf: "Gegevensprivacykader EU-VS (adequaatheidsbesluit van 10 juli 2023)",
      scc: "Standaardcontractbepalingen (AVG, artikel 46)",
      bcr: "Bindende bedrijfsvoorschriften (AVG, artikel 47)",
    },
    storages: {
      cookie: "Cookie",
      local_storage: "Lokale opslag",
      session_storage: "Sessieopslag",
    },
  },
  de: {
    exempt: "Ohne Einwilligung",
    asked: "Nur mit Ihrer Einwilligung",
    empty: "Keine Dienste in dieser Kategorie.",
    none: "Keine Cookies angegeben",
    company: "Unternehmen",
    purposes: "Zwecke",
    country: "Empfängerland",
    transfer: "Garantie für die Übermittlung",
    policy: "Personenbezogene Daten",
    policy_of: "Datenschutzerklärung von {name}",
    cookies: "Cookies und Speicher",
    name: "Name",
    purpose: "Zweck",
    duration: "Dauer",
    kept: "Ort",
    session: "Bis zum Schließen des Browsers",
    first_party: "von unserer Website gesetzt",
    third_party: "vom Drittanbieter gesetzt",
    loading: "Die Liste wird geladen …",
    failed: "Die Liste konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
    retry: "Erneut versuchen",
    nothing: "Diese Website nutzt derzeit keine Dienste Dritter.",
    categories: {
      essential: "Notwendig",
      functional: "Komfort",
      audience: "Reichweitenmessung",
      advertising: "Werbung",
      third_party: "Inhalte Dritter",
    },
    transfers: {
      none: "Die Daten bleiben im Europäischen Wirtschaftsraum",
      adequacy: "Angemessenheitsbeschluss der Europäischen Kommission (DSGVO, Artikel 45)",
      dpf: "Datenschutzrahmen EU–USA (Angemessenheitsbeschluss vom 10. Juli 2023)",
      scc: "Standardvertragsklauseln (DSGVO, Artikel 46)",
      bcr: "Verbindliche interne Datenschutzvorschriften (DSGVO, Artikel 47)",
    },
    storages: {
      cookie: "Cookie",
      local_storage: "Lokaler Speicher",
      session_storage: "Sitzungsspeicher",
    },
  },
  en: {
    exempt: "Exempt from consent",
    asked: "Only with your consent",
    empty: "No services in this category.",
    none: "No cookies declared",
    company: "Company",
    purposes: "Purposes",
    country: "Country receiving the data",
    transfer: "Safeguard for the transfer",
    policy: "Personal data",
    policy_of: "Privacy policy of {name}",
    cookies: "Cookies and storage",
    name: "Name",
    purpose: "Purpose",
    duration: "Duration",
    kept: "Place",
    session: "Until the browser is closed",
    first_party: "set by our site",
    third_party: "set by the third party",
    loading: "Loading the list…",
    failed: "The list could not be loaded. Please check your connection and try again.",
    retry: "Try again",
    nothing: "This site currently uses no third-party services.",
    categories: {
      essential: "Essential",
      functional: "Convenience",
      audience: "Audience measurement",
      advertising: "Advertising",
      third_party: "Third-party content",
    },
    transfers: {
      none: "The data stay in the European Economic Area",
      adequacy: "Adequacy decision of the European Commission (GDPR, Article 45)",
      dpf: "EU–US Data Privacy Framework (adequacy decision of 10 July 2023)",
      scc: "Standard contractual clauses (GDPR, Article 46)",
      bcr: "Binding corporate rules (GDPR, Article 47)",
    },
    storages: {
      cookie: "Cookie",
      local_storage: "Local storage",
      session_storage: "Session storage",
    },
  },
};

const language = document.documentElement.lang;
const text = TEXTS[language];
const place = document.querySelector("[data-vendors]");

/** An element with attributes and children; strings become text. */
function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** A country's name in the page's language, or its code where that is unknown. */
function country(code) {
  try {
    return new Intl.DisplayNames(language, { type: "region" }).of(code);
  } catch {
    return code;
  }
}

function duration(days) {
  if (days === 0) return text.session;
  return new Intl.NumberFormat(language, { style: "unit", unit: "day", unitDisplay: "long" }).format(days);
}

function cookieRow(cookie) {
  const party = cookie.first_party ? text.first_party : text.third_party;
  const cell = (label, value) => element("td", { "data-label": label + (language === "fr" ? "\u00a0:" : ":") }, value);
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, element("code", {}, cookie.name)),
    cell(text.purpose, cookie.purpose),
    cell(text.duration, duration(cookie.duration_days)),
    cell(text.kept, `${text.storages[cookie.storage] ?? cookie.storage}, ${party}`),
  );
}

function cookieTable(cookies) {
  if (cookies.length === 0) return element("p", {}, text.none);
  const heads = [text.name, text.purpose, text.duration, text.kept];
  return element(
    "table",
    { class: "cookies" },
    element("caption", {}, text.cookies),
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...cookies.map(cookieRow)),
  );
}

function purposeLine(purpose) {
  return element("p", {}, element("strong", {}, purpose.title), element("br", {}), purpose.description);
}

function policyLink(vendor) {
  const words = text.policy_of.replace("{name}", () => vendor.name);
  return element("a", { href: vendor.policy_url, rel: "noopener noreferrer" }, words);
}

function vendorDetails(vendor) {
  const facts = [
    [text.company, vendor.company],
    [text.purposes, ...vendor.purposes.map(purposeLine)],
    [text.country, country(vendor.country)],
    [text.transfer, text.transfers[vendor.transfer] ?? vendor.transfer],
    [text.policy, policyLink(vendor)],
  ];
  const list = element("dl", { class: "facts" });
  for (const [term, ...values] of facts) {
    if (values.length > 0) list.append(element("dt", {}, term), element("dd", {}, ...values));
  }
  return element(
    "details",
    { class: "vendor", id: `vendor-${vendor.id}` },
    element("summary", {}, vendor.name, " ", element("span", { class: "quiet" }, vendor.company)),
    element("div", {}, list, cookieTable(vendor.cookies)),
  );
}

function categorySection(category) {
  const title = text.categories[category.id] ?? category.id;
  const tag = category.exempt ? text.exempt : text.asked;
  const heading = element("h3", {}, title, " ", element("span", { class: "tag" }, tag));
  const vendors = category.vendors.map(vendorDetails);
  if (vendors.length === 0) vendors.push(element("p", { class: "quiet" }, text.empty));
  return element("section", { class: "category" }, heading, ...vendors);
}

function show(site) {
  // The site's own cookies are listed above, in the page itself.
  const shown = site.categories.filter((category) => category.id !== "essential" || category.vendors.length > 0);
  const used = shown.some((category) => category.vendors.length > 0);
  place.replaceChildren(...(used ? shown.map(categorySection) : [element("p", {}, text.nothing)]));
}

function showFailure() {
  const retry = element("button", { type: "button", class: "button ghost" }, text.retry);
  retry.addEventListener("click", load);
  place.replaceChildren(element("div", { class: "notice", role: "alert" }, element("p", {}, text.failed), retry));
}

async function load() {
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(element("p", { class: "quiet", role: "status" }, text.loading));
  try {
    const response = await fetch(`/v1/sites/boreale/vendors?lang=${language}`);
    if (!response.ok) throw new Error(`the vendors route answered ${response.status}`);
    show(await response.json());
  } catch (error) {
    console.error(error);
    showFailure();
  } finally {
    place.removeAttribute("aria-busy");
  }
}

load();
