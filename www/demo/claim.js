// The claim form: shows the fields of the chosen kind of claim, checks them and
// thanks. Nothing leaves the page. Texts are in the page, in its language.

const form = document.querySelector("[data-claim]");
const done = document.querySelector("[data-done]");
const summary = form.querySelector("[data-summary]");

/** Shows the fields of one kind of claim; the others neither show nor count. */
function showKind() {
  const kind = form.elements.kind.value;
  for (const part of form.querySelectorAll("[data-kind]")) {
    part.hidden = part.disabled = part.dataset.kind !== kind;
  }
}

function fields() {
  return [...form.querySelectorAll("input, select, textarea")].filter((field) => field.willValidate);
}

/** Shows the error of a field under it, or removes an old one. */
function mark(field) {
  const message = document.getElementById(`${field.id}-error`);
  if (!message) return;
  const wrong = !field.validity.valid;
  message.hidden = !wrong;
  message.textContent = wrong ? field.dataset.error : "";
  if (wrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function send(event) {
  event.preventDefault();
  fields().forEach(mark);
  const wrong = fields().find((field) => !field.validity.valid);
  summary.hidden = !wrong;
  if (wrong) {
    wrong.focus();
    return;
  }
  form.hidden = true;
  done.hidden = false;
  done.querySelector("h2").focus();
}

function startAgain() {
  form.reset();
  showKind();
  done.hidden = true;
  form.hidden = false;
  form.elements.kind[0].focus();
}

// A link such as claim.html#home comes with its kind of claim chosen.
const wanted = [...form.elements.kind].find((radio) => radio.value === location.hash.slice(1));
if (wanted) wanted.checked = true;

// A claim is about something that has happened, by the visitor's own calendar.
const now = new Date();
form.elements.date.max = new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);

// Errors are shown in the page's language, not in the browser's.
form.noValidate = true;
form.addEventListener("submit", send);
form.addEventListener("change", (event) => {
  if (event.target.name === "kind") showKind();
  if (event.target.hasAttribute("aria-invalid")) mark(event.target);
});
done.querySelector("button").addEventListener("click", startAgain);
form.querySelector("[type=submit]").disabled = false;
showKind();
