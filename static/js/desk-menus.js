// Menus: rows are dragged by their grip, or moved by the arrows beside it; the numbers follow.
const words = document.querySelector(".menu-usual").dataset;
const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.querySelector(".menu-usual").after(said);

/** The rows of a menu that hold a link, in their order on the screen. */
function rowsOf(table) {
  return [...table.querySelectorAll("tbody tr.form-row:not(.empty-form)")];
}

const isBlank = (row) => !row.classList.contains("has_original") && !row.querySelector("select").value;

function number(table) {
  rowsOf(table).forEach((row, at) => {
    const field = row.querySelector(".menu-order");
    if (!isBlank(row) && field.value !== String(at + 1)) {
      field.value = at + 1;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

function move(row, step) {
  const table = row.closest("table");
  const rows = rowsOf(table);
  const other = rows[rows.indexOf(row) + step];
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  number(table);
  const now = rowsOf(table);
  const parts = [nameIn(row), now.indexOf(row) + 1, now.filter((one) => one === row || !isBlank(one)).length];
  said.textContent = words.moved.replace(/%s/g, () => parts.shift());
}

/** What readers see of a link, as far as the form knows it. */
function nameIn(row) {
  const typed = ["label", "typed"]
    .map((field) => row.querySelector(`input[name$=-${field}]:not([hidden])`)?.value.trim())
    .find(Boolean);
  const { selectedOptions } = row.querySelector("select");
  return typed || (selectedOptions[0]?.value && selectedOptions[0].text.trim()) || words.unnamed;
}

function button(text, label, className) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = className;
  made.setAttribute("aria-label", label);
  return made;
}

function drag(start, row) {
  if (start.button) return;
  start.preventDefault();
  row.classList.add("menu-dragged");

  function over(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("tr.form-row");
    if (!under || under === row || under.closest("table") !== row.closest("table")) return;
    const { top, height } = under.getBoundingClientRect();
    const next = event.clientY < top + height / 2 ? under : under.nextElementSibling;
    if (next !== row && next !== row.nextElementSibling) next.before(row); // the hidden form for more comes last
  }

  function end() {
    for (const [name, act] of listeners) document.removeEventListener(name, act);
    row.classList.remove("menu-dragged");
    number(row.closest("table"));
  }

  // On the document, as a row that is put elsewhere lets go of the pointer.
  const listeners = [
    ["pointermove", over],
    ["pointerup", end],
    ["pointercancel", end],
  ];
  for (const [name, act] of listeners) document.addEventListener(name, act);
}

/** What is typed is asked for by a tag and by another site alone. */
function showTyped(row) {
  const isTyped = ["tag", "link"].includes(row.querySelector("select").value);
  row.querySelector("input[name$=-typed]").hidden = !isTyped;
}

function equip(row) {
  const field = row.querySelector(".menu-order");
  if (!field || row.querySelector(".menu-moves")) return;
  const moves = document.createElement("span");
  moves.className = "menu-moves";
  const grip = button("⠿", words.drag, "menu-grip");
  grip.tabIndex = -1;
  grip.addEventListener("pointerdown", (event) => drag(event, row));
  moves.append(grip);
  for (const [text, step] of [
    ["↑", -1],
    ["↓", 1],
  ]) {
    const arrow = button(text, "", "menu-arrow");
    arrow.addEventListener("click", () => {
      move(row, step);
      arrow.focus();
    });
    moves.append(arrow);
  }
  field.before(moves);
  const name = () => {
    showTyped(row);
    [words.up, words.down].forEach((label, at) =>
      moves.querySelectorAll(".menu-arrow")[at].setAttribute(
        "aria-label",
        label.replace("%s", () => nameIn(row)),
      ),
    );
  };
  for (const kind of ["input", "change"]) row.addEventListener(kind, name);
  name();
}

document.querySelectorAll("tr.form-row:not(.empty-form)").forEach(equip);
document.addEventListener("formset:added", ({ target }) => equip(target));
