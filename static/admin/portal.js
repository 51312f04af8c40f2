// Select2, which draws the admin's fields with suggestions, gives them no name: theirs is that of their list.
function nameSuggestions() {
  for (const box of document.querySelectorAll(".select2-selection:not([aria-label])")) {
    const list = box.closest(".select2").parentElement.querySelector("select");
    const name = list.getAttribute("aria-label") || document.querySelector(`label[for="${list.id}"]`)?.textContent;
    if (!name) continue;
    box.setAttribute("aria-label", name.trim());
    for (const attribute of ["role", "aria-readonly"]) {
      box.querySelector(".select2-selection__rendered")?.removeAttribute(attribute);
    }
  }
}
new MutationObserver(nameSuggestions).observe(document.getElementById("container"), {childList: true, subtree: true});
nameSuggestions();
