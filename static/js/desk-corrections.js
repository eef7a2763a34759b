// Rows of corrections: add one, take one out. Without this script two empty rows wait, and an emptied row is gone.
for (const box of document.querySelectorAll("[data-corrections]")) start(box);

function start(box) {
  const adder = box.querySelector("[data-add]");
  const rows = () => [...box.querySelectorAll(".correction-row")];
  const fields = (row) => [...row.querySelectorAll("input, textarea")];
  const isEmpty = (row) => fields(row).every((field) => !field.value);
  let made = rows().length;

  function show() {
    rows().forEach((row, index) => {
      row.setAttribute("aria-label", adder.dataset.name.replace("{number}", index + 1));
      row.querySelector("[data-remove]").hidden = isEmpty(row);
    });
  }

  function copyOf(row) {
    const copy = row.cloneNode(true);
    for (const field of fields(copy)) {
      const label = copy.querySelector(`label[for="${field.id}"]`);
      field.id = field.id.replace(/-\d+-(day|text)$/, `-${made}-$1`);
      label.htmlFor = field.id;
      field.value = "";
    }
    made += 1;
    return copy;
  }

  function add() {
    const row = rows().find(isEmpty) ?? copyOf(rows().at(-1));
    if (!row.isConnected) adder.closest("p").before(row);
    row.querySelector("input").value = adder.dataset.today;
    show();
    row.querySelector("textarea").focus();
  }

  adder.hidden = false;
  adder.addEventListener("click", add);
  box.addEventListener("input", show);
  box.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest(".correction-row");
    if (!row) return;
    for (const field of fields(row)) field.value = "";
    if (rows().length > 2) row.remove();
    show();
    adder.focus();
    adder.dispatchEvent(new Event("change", { bubbles: true })); // what keeps or checks the form hears of it
  });
  show();
}
