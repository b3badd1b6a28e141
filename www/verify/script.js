// The page of the verifier. The WebAssembly (verifier/) does the checks. This
// script reads the files and shows the result. What a file contains is always
// shown as text, never as HTML.
//
// constat_verifier is the glue that the build writes before this; __VERIFY_WASM__
// is the module in base64, __VERIFY_TEXTS__ is www/verify/texts.json.
(function (encodedModule, texts) {
  "use strict";

  var languages = ["fr", "nl", "de", "en"];
  var preferred = (navigator.languages || [navigator.language || ""]).map(function (tag) { return tag.slice(0, 2).toLowerCase(); });
  var language = preferred.find(function (code) { return languages.includes(code); }) || "en";
  var verifier = null;
  var checkedAt = null;
  // Files wait until the module is there; then each drop follows the one before.
  var work = constat_verifier({ module_or_path: bytesOf(encodedModule) }).then(function () {
    verifier = new constat_verifier.Verifier();
  });

  function bytesOf(base64) {
    return Uint8Array.from(atob(base64), function (char) { return char.charCodeAt(0); });
  }

  function byId(id) {
    return document.getElementById(id);
  }

  function textOf(key) {
    return texts[language][key];
  }

  // An element with a class, a text and children, whichever are given.
  function make(name, options, children) {
    var node = document.createElement(name);
    var wanted = options || {};
    if (wanted.is) node.className = wanted.is;
    if (wanted.text !== undefined) node.textContent = wanted.text;
    if (wanted.lang && wanted.lang !== language) node.lang = wanted.lang;
    (children || []).forEach(function (child) { node.append(child); });
    return node;
  }

  function colon() {
    return language === "fr" ? "\u00a0:" : ":";
  }

  function take(list) {
    var files = Array.from(list);
    if (!files.length) return;
    byId("status").textContent = textOf("reading");
    work = work.then(function () {
      return files.reduce(function (before, file) {
        return before.then(function () { return takeOne(file); });
      }, Promise.resolve());
    }).then(function () {
      checkedAt = new Date();
      show(true);
    });
    work = work.catch(fail);
  }

  // Shown as well as announced: without the module the page can do nothing.
  function fail() {
    byId("status").className = "private";
    byId("status").textContent = textOf("broken");
  }

  function takeOne(file) {
    if (!verifier) throw new Error("the module did not start");
    if (file.size > constat_verifier.Verifier.file_bytes_max()) {
      verifier.refuse_too_large(file.name);
      return null;
    }
    return file.arrayBuffer().then(function (buffer) {
      verifier.add(file.name, new Uint8Array(buffer));
    }, function () {
      verifier.refuse_unreadable(file.name);
    });
  }

  function show(announce) {
    if (!verifier || !checkedAt) return;
    var report = JSON.parse(verifier.report(language));
    byId("subjects").replaceChildren.apply(byId("subjects"), report.subjects.map(subjectNode));
    var others = report.others.map(function (other) {
      return make("li", {}, [make("b", { text: other.file + colon() }), " " + textOf(other.note)]);
    });
    byId("others").replaceChildren(others.length ? make("ul", { is: "others" }, others) : "");
    var when = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long" }).format(checkedAt);
    byId("checked").textContent = textOf("checked").replace("{version}", report.version).replace("{when}", when);
    byId("result").hidden = false;
    if (!announce) return;
    var lines = report.subjects.map(function (subject) { return subject.file + colon() + " " + textOf("verdict_" + subject.verdict); });
    lines = lines.concat(report.others.map(function (other) { return other.file + colon() + " " + textOf(other.note); }));
    byId("status").textContent = lines.join(" ");
    byId("result-title").focus({ preventScroll: true });
    byId("result").scrollIntoView({ block: "start" });
  }

  function subjectNode(subject) {
    var parts = [verdictNode(subject)];
    if (subject.findings.length) parts.push(part("findings", make("ul", { is: "findings" }, subject.findings.map(findingNode))));
    if (subject.statement) {
      parts.push(part("statement", make("blockquote", { text: subject.statement.text, lang: subject.statement.language })));
    }
    if (subject.choices.length) parts.push(part("choices", choicesNode(subject.choices)));
    if (subject.facts.length) parts.push(part("facts", factsNode(subject.facts)));
    return make("article", {}, parts);
  }

  function verdictNode(subject) {
    var proven = subject.verdict === "proven";
    var node = make("div", { is: proven ? "verdict proven" : "verdict" }, [
      sign(proven ? "M8 25l10 10 22-24" : "M11 11l26 26M37 11l-26 26"),
      make("div", {}, [
        make("h3", { text: textOf("verdict_" + subject.verdict) }),
        make("p", { is: "file", text: textOf(subject.kind) + colon() + " " + subject.file }),
      ]),
      make("p", { is: "explanation", text: textOf((subject.kind === "certificate" ? "bundle" : subject.kind) + "_" + subject.verdict) }),
    ]);
    if (subject.key_open) node.append(make("p", { is: "explanation", text: textOf("key_open") }));
    if (subject.why) node.append(make("p", { is: "why", text: subject.why }));
    return node;
  }

  function sign(path) {
    var space = "http://www.w3.org/2000/svg";
    var svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 48 48");
    svg.setAttribute("aria-hidden", "true");
    var line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function findingNode(point) {
    var label = point.label[0].toUpperCase() + point.label.slice(1) + colon();
    // A moment in time stays on one line.
    var words = point.detail.split(/(\d{4}-\d\d-\d\dT[\d:.]+Z)/).map(function (piece, at) {
      return at % 2 ? make("span", { is: "moment", text: piece }) : piece;
    });
    if (point.result === "failed") words.push(" ", make("code", { text: point.step }));
    var node = make("li", {}, [make("b", { text: label }), make("span", {}, words)]);
    node.dataset.step = point.step;
    node.dataset.result = point.result;
    return node;
  }

  function part(title, content) {
    return make("section", { is: title + "-part" }, [make("h3", { text: textOf(title) }), content]);
  }

  function choicesNode(groups) {
    var rows = [];
    groups.forEach(function (group) {
      if (group.id) {
        var title = group.title ? make("th", { is: "category", text: group.title.text, lang: group.title.language })
          : make("th", { is: "category", text: group.id });
        rows.push(row(title, textOf(group.exempt ? "exempt" : group.allowed ? "allowed" : "refused")));
      }
      group.vendors.forEach(function (vendor) {
        rows.push(row(make("th", { is: "vendor", text: vendor[0] }), textOf(vendor[1] ? "allowed" : "refused")));
      });
    });
    return make("table", {}, [make("tbody", {}, rows)]);
  }

  function row(head, answer) {
    head.scope = "row";
    return make("tr", {}, [head, make("td", { text: answer })]);
  }

  function factsNode(facts) {
    var nodes = [];
    facts.forEach(function (fact) { nodes.push(make("dt", { text: fact[0] }), make("dd", { text: fact[1] })); });
    return make("dl", { is: "facts" }, nodes);
  }

  function speak(code) {
    language = code;
    document.documentElement.lang = code;
    document.title = textOf("title") + " – Constat";
    byId("languages").setAttribute("aria-label", textOf("languages"));
    document.querySelectorAll("[data-text]").forEach(function (node) { node.textContent = textOf(node.dataset.text); });
    document.querySelectorAll("#languages button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.lang === code));
    });
    show(false);
  }

  languages.forEach(function (code) {
    var button = make("button", { text: code.toUpperCase() });
    button.type = "button";
    button.lang = code;
    button.setAttribute("aria-label", texts[code].name);
    button.addEventListener("click", function () { speak(code); });
    byId("languages").append(button);
  });
  byId("files").addEventListener("change", function (event) {
    take(event.target.files);
    // So that the same file can be chosen again after a change.
    event.target.value = "";
  });
  ["dragenter", "dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      // Anywhere on the page: a browser would otherwise open the file in its place.
      event.preventDefault();
      var leaving = kind === "drop" || (kind === "dragleave" && !event.relatedTarget);
      document.body.classList.toggle("over", !leaving);
      if (kind === "drop") take(event.dataTransfer.files);
    });
  });
  byId("print").addEventListener("click", function () { window.print(); });
  byId("clear").addEventListener("click", function () {
    verifier.free();
    verifier = new constat_verifier.Verifier();
    checkedAt = null;
    byId("result").hidden = true;
    byId("status").textContent = textOf("cleared");
    byId("files").focus();
  });
  speak(language);
  work = work.catch(fail);
})(__VERIFY_WASM__, __VERIFY_TEXTS__);
