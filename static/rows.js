// The rows of a page without reloads: added, taken away and moved where they stand, by button, by keyboard or by
// hand; each move is said aloud. Without this script the same buttons ask the server.
const said = document.querySelector("[data-said]");
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
  list.dispatchEvent(new Event("rows", {bubbles: true}));
}

function placeOf(row) {
  const list = row.parentElement;
  return `${list.dataset.what} en position ${rowsOf(list).indexOf(row) + 1} sur ${rowsOf(list).length}.`;
}

function add(name) {
  const list = document.querySelector(`[data-rows="${name}"]`);
  const taken = rowsOf(list).map((row) => row.querySelector(`[name="${name}-row"]`).value);
  const most = Number(list.dataset.most);
  if (taken.length >= most) {
    say(`Gardez au plus ${most} lignes dans cette liste.`);
    return null;
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
  return row;
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

document.querySelector("form:has([data-rows])").addEventListener("click", (event) => {
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
