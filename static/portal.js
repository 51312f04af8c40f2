// Shows a chosen link on the path: the statement under the pointer, in focus or named in the address, with all
// that it is linked to. Without this script the path reads the same.
const links = (step) => step.querySelectorAll(".time [data-ends]");

function choose(node) {
  const step = node.closest(".thread");
  const chosen = [node.id, ...node.dataset.linked.split(" ").filter(Boolean)];
  step.classList.add("choosing");
  step.querySelectorAll(".node").forEach((other) => other.classList.toggle("chosen", chosen.includes(other.id)));
  links(step).forEach((link) => link.classList.toggle("chosen", link.dataset.ends.split(" ").includes(node.id)));
}

function release(step) {
  step.classList.remove("choosing");
  step.querySelectorAll(".chosen").forEach((element) => element.classList.remove("chosen"));
}

function chooseTarget() {
  document.querySelectorAll(".choosing").forEach(release);
  const node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (node?.matches(".node")) choose(node);
}

for (const step of document.querySelectorAll(".thread")) {
  for (const begin of ["pointerover", "focusin"]) {
    step.addEventListener(begin, (event) => {
      const node = event.target.closest(".node");
      if (node) choose(node);
    });
  }
  step.addEventListener("pointerleave", chooseTarget);
  step.addEventListener("focusout", chooseTarget);
}
addEventListener("hashchange", chooseTarget);
chooseTarget();

// A form that came back with errors says so first to those who do not see it.
document.querySelector(".error-summary")?.focus();

for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
}

// A key that does not answer: say so on the page, where allauth would tell the console only.
document.addEventListener("allauth.error", (event) => {
  const words = document.querySelector("[data-key-failed]");
  if (!words) return;
  event.preventDefault();
  words.hidden = false;
});

// What a tour de table keeps in this browser (room.js) goes with the person who signs out; asked first where it has
// not been sent.
document.addEventListener("submit", (event) => {
  const person = event.target.dataset.signsOut;
  if (!person) return;
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(`besoins:${person}:`));
  const question = "Un texte du tour de table n’est pas encore envoyé. Se déconnecter l’efface. Continuer?";
  if (kept.length && !confirm(question)) event.preventDefault();
  else kept.forEach((key) => localStorage.removeItem(key));
});

// « / » leads to the search, from every page; who speaks to their computer may turn it off on the search page.
const shortcut = document.querySelector("[data-shortcut]");
const withoutShortcut = () => localStorage.getItem("without-shortcut") === "1";

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || withoutShortcut()) return;
  if (event.target.closest("input, select, textarea, [contenteditable]") || document.querySelector("dialog[open]")) return;
  const field = document.querySelector("[data-search]");
  const link = document.querySelector(".find");
  if (!field && !link) return;
  event.preventDefault();
  if (!field) location.assign(link.href);
  field?.focus();
  field?.select();
});

if (shortcut) {
  shortcut.checked = !withoutShortcut();
  shortcut.closest("[hidden]").hidden = false;
  shortcut.addEventListener("change", () => localStorage.setItem("without-shortcut", shortcut.checked ? "0" : "1"));
}
