// Rows of corrections: add one, remove one. Without this script a few empty rows wait, and an emptied row is gone.
for (const box of document.querySelectorAll("[data-corrections]")) start(box);

function start(box) {
  const adder = box.querySelector("[data-add]");
  const rows = () => [...box.querySelectorAll(".correction-row")];
  const isEmpty = (row) => [...row.querySelectorAll("input, textarea")].every((field) => !field.value);
  const pattern = rows().at(-1).cloneNode(true); // the last one is always empty
  let made = rows().length;

  function number() {
    rows().forEach((row, index) => row.setAttribute("aria-label", adder.dataset.name.replace("{number}", index + 1)));
  }

  function add() {
    const row = pattern.cloneNode(true);
    for (const field of row.querySelectorAll("input, textarea")) {
      const label = row.querySelector(`label[for="${field.id}"]`);
      field.id = field.id.replace(/-\d+-(day|text)$/, `-${made}-$1`);
      label.htmlFor = field.id;
    }
    made += 1;
    row.querySelector("input").value = adder.dataset.today;
    row.querySelector("[data-remove]").hidden = false;
    adder.closest("p").before(row);
    number();
    row.querySelector("textarea").focus();
  }

  for (const row of rows()) {
    if (isEmpty(row)) row.remove();
    else row.querySelector("[data-remove]").hidden = false;
  }
  // An empty pair of fields says that there are none: without any the server would leave those it has.
  if (!rows().length) box.append(...["day", "text"].map((part) => marker(pattern, part)));
  adder.hidden = false;
  adder.addEventListener("click", add);
  box.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest(".correction-row");
    if (!row) return;
    row.remove();
    if (!rows().length && !box.querySelector("input[type=hidden]")) box.append(...["day", "text"].map((part) => marker(pattern, part)));
    number();
    adder.focus();
    adder.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function marker(pattern, part) {
  const field = pattern.querySelector(part === "day" ? "input" : "textarea");
  return Object.assign(document.createElement("input"), { type: "hidden", name: field.name, value: "" });
}
