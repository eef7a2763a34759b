// Gives the admin's stock choices (select2) the names and relations that screen readers need.
function name(container) {
  const select = container.previousElementSibling;
  const label = select?.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const cell = select?.closest("td");
  const heading = cell?.closest("table").tHead?.rows[0]?.cells[cell.cellIndex];
  const text = (label ?? heading)?.textContent.trim().replace(/:$/, "");
  const box = container.querySelector(".select2-selection");
  if (!text || !box) return;
  const chosen = container.querySelector("span.select2-selection__rendered");
  for (const attribute of ["role", "aria-readonly"]) chosen?.removeAttribute(attribute);
  box.removeAttribute("aria-labelledby");
  box.setAttribute("aria-label", chosen?.title ? `${text}: ${chosen.title}` : text);
  if (box.hasAttribute("aria-owns")) box.setAttribute("aria-controls", box.getAttribute("aria-owns"));
  container.querySelector(".select2-search__field")?.setAttribute("aria-label", text);
}

function nameOpened(container) {
  container.setAttribute("role", "region");
  container.setAttribute("aria-label", "Choices");
  container.querySelector(".select2-search__field")?.setAttribute("aria-label", "Search");
}

function nameAll() {
  document.querySelectorAll(".select2-container:has(.select2-selection)").forEach(name);
  document.querySelectorAll("body > .select2-container").forEach(nameOpened);
}

window.addEventListener("load", () => {
  nameAll();
  new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
});
