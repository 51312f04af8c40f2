// The page of preparation: its rows are in rows.js.
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
document.querySelector(".prepare").addEventListener("rows", count);
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
