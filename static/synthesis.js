// The desk of a synthesis: it saves by itself, keeps on this device what is not saved yet, undoes, and tells what is
// left to answer. Its rows are in rows.js. Without this script the page saves and undoes by its buttons.
const desk = document.querySelector(".desk");
const points = desk.querySelector('[data-rows="points"]');
const keptAs = desk.dataset.kept;
const words = desk.querySelector("[data-kept-words]");
const CALM = 1500; // milliseconds without a key before saving
const AGAIN = 5000; // and before trying again

const ticked = (boxes) => [...boxes].filter((box) => box.checked).map((box) => box.value);
const field = (row, name) => row.querySelectorAll(`[name$="-${name}"]`);

function read() {
  return {
    met: ticked(desk.querySelectorAll("[name=met]")),
    rows: rowsOf(points).map((row) => ({
      key: row.querySelector('[name="points-row"]').value,
      text: field(row, "text")[0].value,
      answers: ticked(field(row, "answers")),
      takes: ticked(field(row, "takes")),
    })),
  };
}

function fresh(key) {
  points.insertAdjacentHTML("beforeend", desk.querySelector('[data-template="points"]').innerHTML.replaceAll("__key__", key));
  giveHandle(points.lastElementChild);
  return points.lastElementChild;
}

function write(state) {
  const standing = new Map(rowsOf(points).map((row) => [row.querySelector('[name="points-row"]').value, row]));
  desk.querySelectorAll("[name=met]").forEach((box) => { box.checked = state.met.includes(box.value); });
  for (const told of state.rows) {
    const row = standing.get(told.key) ?? fresh(told.key);
    standing.delete(told.key);
    points.append(row);
    field(row, "text")[0].value = told.text;
    for (const name of ["answers", "takes"]) field(row, name).forEach((box) => { box.checked = told[name].includes(box.value); });
  }
  standing.forEach((row) => row.remove());
  number(points);
}

// What is left to answer.
function tell() {
  const state = read();
  for (const item of desk.querySelectorAll("[data-objective]")) {
    const count = state.rows.filter((row) => row.answers.includes(item.dataset.objective)).length;
    const met = state.met.includes(item.dataset.objective);
    item.dataset.state = count ? "answered" : met ? "met" : "open";
    const open = met ? "Atteint en séance" : "Aucun point n’y répond";
    item.querySelector("[data-state-words]").textContent = count > 1 ? `${count} points y répondent` : count ? "Un point y répond" : open;
  }
  const taken = new Set(state.rows.flatMap((row) => row.takes));
  for (const source of desk.querySelectorAll("[data-source]")) source.hidden = taken.has(source.dataset.source);
}

// Undo and redo, in this page.
const steps = [JSON.stringify(read())];
let step = 0;
const [back, again] = [desk.querySelector("[data-back]"), desk.querySelector("[data-again]")];
desk.querySelector("[data-undo]").hidden = false;

function note() {
  const now = JSON.stringify(read());
  if (now === steps[step]) return;
  steps.splice(step + 1, steps.length, now);
  step += 1;
  offer();
}

function offer() {
  back.disabled = step === 0;
  again.disabled = step === steps.length - 1;
}

function go(by) {
  note();
  step = Math.min(Math.max(step + by, 0), steps.length - 1);
  write(JSON.parse(steps[step]));
  offer();
  changed(false);
  say(by < 0 ? "Annulé." : "Rétabli.");
}
back.addEventListener("click", () => go(-1));
again.addEventListener("click", () => go(1));

// Kept on this device until the portal has it.
let saved = JSON.stringify(read());
let timer = 0;
let sending = false;

function keep(state) {
  const {revision, base} = desk.elements;
  try {
    localStorage.setItem(keptAs, JSON.stringify({revision: revision.value, base: base.value, at: Date.now(), state}));
  } catch { /* no room on this device: the portal still has what it saved */ }
}

function changed(noted = true) {
  tell();
  const state = read();
  if (JSON.stringify(state) === saved) return;
  keep(state);
  words.textContent = "Pas encore enregistré…";
  clearTimeout(timer);
  timer = setTimeout(() => { if (noted) note(); save(); }, CALM);
}
desk.addEventListener("input", () => changed());
desk.addEventListener("rows", () => changed());

// A row that the portal has written is known by its number from now on.
function rename(from, to) {
  const row = document.getElementById(`points-${from}`);
  if (!row || from === to) return;
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const name of ["id", "name", "for", "value", "formaction", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value === from || value?.includes(`-${from}`)) {
        element.setAttribute(name, value === from ? to : value.replace(new RegExp(`-${from}(?=$|-|_)`), `-${to}`));
      }
    }
  }
  for (let index = 0; index < steps.length; index += 1) {
    steps[index] = steps[index].replaceAll(`"key":"${from}"`, `"key":"${to}"`);
  }
}

function took(answer) {
  desk.elements.revision.value = answer.revision;
  desk.elements.base.value = answer.base;
  Object.entries(answer.keys).forEach(([from, to]) => rename(from, to));
}

async function save() {
  if (sending) return;
  const sent = JSON.stringify(read());
  sending = true;
  try {
    const response = await fetch(desk.action, {method: "POST", body: new FormData(desk), headers: {"X-Autosave": "1"}});
    if (response.redirected || response.status === 403) throw new Error("signed out");
    const answer = await response.json();
    words.textContent = answer.said;
    desk.querySelector("[data-outdated]").hidden = response.status !== 409;
    if (response.ok) {
      const same = JSON.stringify(read()) === sent;
      took(answer);
      saved = same ? JSON.stringify(read()) : sent;
      if (same) localStorage.removeItem(keptAs);
      else changed();
    }
  } catch (error) {
    words.textContent = error.message === "signed out"
      ? "Votre session est terminée. Ce que vous avez écrit est gardé sur cet appareil : ouvrez une session, puis revenez."
      : "Le portail ne répond pas. Ce que vous avez écrit est gardé sur cet appareil; on essaie de nouveau.";
    if (error.message !== "signed out") timer = setTimeout(save, AGAIN);
  } finally {
    sending = false;
  }
}
desk.addEventListener("submit", () => { clearTimeout(timer); keep(read()); });

// What a crash left on this device.
const found = JSON.parse(localStorage.getItem(keptAs) ?? "null");
const notice = desk.querySelector("[data-found]");
if (found && JSON.stringify(found.state) !== saved) {
  const at = new Date(found.at);
  notice.querySelector("[data-found-at]").textContent = `le ${at.toLocaleDateString("fr-CA", {day: "numeric", month: "long"})} à ${at.getHours()}${NBSP}h${NBSP}${String(at.getMinutes()).padStart(2, "0")}`;
  notice.hidden = false;
} else localStorage.removeItem(keptAs);
notice.querySelector("[data-recover]").addEventListener("click", () => {
  desk.elements.revision.value = found.revision;
  desk.elements.base.value = found.base;
  write(found.state);
  notice.hidden = true;
  note();
  say("Votre texte est repris.");
});
notice.querySelector("[data-forget]").addEventListener("click", () => {
  localStorage.removeItem(keptAs);
  notice.hidden = true;
});

// A source is taken up in a new point.
desk.addEventListener("click", (event) => {
  const button = event.target.closest('[value^="points-take-"]');
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const key = button.value.replace("points-take-", "");
  const row = add("points");
  if (!row) return;
  row.querySelectorAll('[name$="-takes"]').forEach((box) => { box.checked = box.value === key; });
  field(row, "text")[0].value = button.closest("[data-source]").dataset.text;
  changed();
}, true);

// By keyboard.
desk.addEventListener("keydown", (event) => {
  const row = event.target.closest(".row");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    const made = add("points");
    if (made && row) { row.after(made); number(points); field(made, "text")[0].focus(); }
  } else if (row && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const active = document.activeElement;
    move(row, event.key === "ArrowUp" ? "up" : "down");
    active.focus();
  }
});
tell();
