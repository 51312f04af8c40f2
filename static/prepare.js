// The page of preparation without reloads: rows are added, taken away and moved where they stand, by button, by
// keyboard or by hand; each move is said aloud. Without this script the same buttons ask the server.
const said = document.querySelector("[data-said]");
const MOST_ROWS = 60; // as meetings/forms/rows.py
const NBSP = "\u00a0";

const rowsOf = (list) => [...list.querySelectorAll(":scope > .row")];

function say(words) {
  said.textContent = "";
  setTimeout(() => { said.textContent = words; });
}

function number(list) {
  rowsOf(list).forEach((row, index) => {
    row.querySelectorAll("[data-place]").forEach((place) => { place.textContent = index + 1; });
  });
  count();
}

function placeOf(row) {
  const list = row.parentElement;
  return `${list.dataset.what} en position ${rowsOf(list).indexOf(row) + 1} sur ${rowsOf(list).length}.`;
}

function add(name) {
  const list = document.querySelector(`[data-rows="${name}"]`);
  const taken = rowsOf(list).map((row) => row.querySelector(`[name="${name}-row"]`).value);
  if (taken.length >= MOST_ROWS) {
    say(`Gardez au plus ${MOST_ROWS} lignes dans cette liste.`);
    return;
  }
  let fresh = 1;
  while (taken.includes(`n${fresh}`)) fresh += 1;
  const source = document.querySelector(`[data-template="${name}"]`).innerHTML.replaceAll("__key__", `n${fresh}`);
  list.insertAdjacentHTML("beforeend", source);
  const row = list.lastElementChild;
  giveHandle(row);
  number(list);
  row.querySelector("textarea, input:not([type=hidden])").focus();
  say(`Ajouté : ${placeOf(row)}`);
}

function remove(row) {
  const list = row.parentElement;
  const near = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  number(list);
  const next = near?.querySelector('[value*="-remove-"]') ?? document.querySelector(`[value="${list.dataset.rows}-add"]`);
  next?.focus();
  say(`Retiré; il en reste ${rowsOf(list).length}.`);
}

function move(row, verb) {
  const list = row.parentElement;
  if (verb === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  number(list);
  row.querySelector(`[value*="-${verb}-"]`).focus();
  say(placeOf(row));
}

document.querySelector(".prepare").addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button) return;
  const [name, verb] = button.value.split("-");
  const row = button.closest(".row");
  if (verb === "add") add(name);
  else if (verb === "remove" && row) remove(row);
  else if (row) move(row, verb);
  else return;
  event.preventDefault();
});

// By hand: the handle is taken, and the row follows to the place where it is let go.
function giveHandle(row) {
  if (!row.querySelector('[value*="-up-"]')) return;
  const handle = document.createElement("span");
  handle.className = "handle";
  handle.setAttribute("aria-hidden", "true");
  handle.textContent = "⠿";
  row.prepend(handle);
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    row.classList.add("moving");
  });
  handle.addEventListener("pointermove", (event) => {
    if (!row.classList.contains("moving")) return;
    // Near an edge of the window the page follows.
    if (event.clientY > innerHeight - 90) scrollBy({top: 16, behavior: "instant"});
    else if (event.clientY < 90) scrollBy({top: -16, behavior: "instant"});
    // The others go around it: a row that were put elsewhere would let go of the pointer.
    const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
    const [above, below] = [row.previousElementSibling, row.nextElementSibling];
    if (below && event.clientY > middle(below)) row.before(below);
    else if (above && event.clientY < middle(above)) row.after(above);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    handle.addEventListener(end, () => {
      if (!row.classList.contains("moving")) return;
      row.classList.remove("moving");
      number(row.parentElement);
      say(placeOf(row));
    });
  }
}
document.querySelectorAll(".row").forEach(giveHandle);

// The agenda against the clock.
const clock = document.querySelector("[data-clock]");
const hourOf = (id) => {
  const [hour, minute] = document.getElementById(id).value.split(":").map(Number);
  return Number.isNaN(minute ?? NaN) ? null : hour * 60 + minute;
};
const inHours = (minutes) => {
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (!whole) return `${rest}${NBSP}min`;
  return `${whole}${NBSP}h${rest ? NBSP + rest : ""}`;
};

function count() {
  const [start, end] = [hourOf("id_start_time"), hourOf("id_end_time")];
  const rows = rowsOf(document.querySelector("[data-rows=agenda]"));
  let total = 0;
  for (const row of rows) {
    const at = start === null ? null : (start + total) % 1440;
    row.querySelector("[data-starts]").textContent = at === null ? "" : `${Math.floor(at / 60)}${NBSP}h${at % 60 ? NBSP + (at % 60) : ""}`;
    total += Math.max(0, parseInt(row.querySelector('[name$="-minutes"]').value, 10) || 0);
  }
  const room = start === null || end === null ? 0 : end - start;
  let words = `Total${NBSP}: ${inHours(total)}`;
  if (room > 0) {
    words += ` sur ${inHours(room)}`;
    if (room === total) words += ", tout juste.";
    else words += `; ${room > total ? "il reste" : "la rencontre déborde de"} ${inHours(Math.abs(room - total))}.`;
  } else words += ".";
  clock.textContent = rows.length ? words : "Aucun point pour l’instant.";
  clock.classList.toggle("over-time", room > 0 && total > room);
}
document.querySelector(".prepare").addEventListener("input", (event) => {
  if (/minutes$|_time$/.test(event.target.name)) count();
  if (event.target.name === "invited") showChosen();
});
document.querySelector("[data-recount]")?.remove();

// Who is chosen is asked only where not all are invited.
function showChosen() {
  const all = document.querySelector('[name=invited][value="all"]').checked;
  document.querySelector("[data-chosen]").hidden = all;
}
showChosen();

// The numbers of the objectives of the cycle that are ticked, said on the closed list.
document.querySelector(".prepare").addEventListener("change", (event) => {
  const list = event.target.closest(".row .aims");
  if (!list) return;
  const marks = [...list.querySelectorAll("input")].flatMap((box, index) => (box.checked ? [index + 1] : []));
  const words = marks.length > 1 ? `${marks.slice(0, -1).join(", ")} et ${marks.at(-1)}` : marks.join("");
  list.querySelector("summary").firstChild.textContent = `Objectifs du cycle${NBSP}: ${words || "aucun"} `;
});
