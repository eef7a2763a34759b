// Rows of corrections: add one, take one out. Without this script two empty rows wait, and an emptied row is gone.
// A new row begins with today, which its hidden field says too: a row left like that is empty.
for (const box of document.querySelectorAll("[data-corrections]")) start(box);

function start(box) {
  const adder = box.querySelector("[data-add]");
  const rows = () => [...box.querySelectorAll(".correction-row")];
  const parts = (row) => ["[type=date]", "textarea", "[type=hidden]"].map((kind) => row.querySelector(kind));
  let made = rows().length;

  function isEmpty(row) {
    const [day, text, offered] = parts(row);
    return !text.value.trim() && [offered.value, ""].includes(day.value);
  }

  function empty(row, offers) {
    const [day, text, offered] = parts(row);
    text.value = "";
    offered.value = offers;
    day.value = offers;
  }

  function show() {
    rows().forEach((row, index) => {
      row.setAttribute("aria-label", adder.dataset.name.replace("{number}", index + 1));
      row.querySelector("[data-remove]").hidden = isEmpty(row);
    });
  }

  function copyOf(row) {
    const copy = row.cloneNode(true);
    for (const field of parts(copy).slice(0, 2)) {
      const label = copy.querySelector(`label[for="${field.id}"]`);
      field.id = field.id.replace(/-\d+-(day|text)$/, `-${made}-$1`);
      label.htmlFor = field.id;
    }
    made += 1;
    return copy;
  }

  function add() {
    const row = rows().find(isEmpty) ?? copyOf(rows().at(-1));
    if (!row.isConnected) adder.closest("p").before(row);
    empty(row, adder.dataset.today);
    show();
    row.querySelector("textarea").focus();
  }

  adder.hidden = false;
  adder.addEventListener("click", add);
  box.addEventListener("input", show);
  box.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove]")?.closest(".correction-row");
    if (!row) return;
    if (rows().length > 2) row.remove();
    else empty(row, adder.dataset.today);
    show();
    adder.focus();
    adder.dispatchEvent(new Event("change", { bubbles: true })); // what keeps or checks the form hears of it
  });
  show();
}
