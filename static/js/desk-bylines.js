// The order of the bylines by buttons and by drag. Authors change rows; the rows themselves, which Django's script
// counts, stay where they are, and each keeps the number of its place.
const panel = document.querySelector("[data-bylines]");
const $ = window.django?.jQuery;
const table = panel?.querySelector("table");

const rows = () => [...table.tBodies[0].querySelectorAll("tr.form-row:not(.empty-form)")];
const select = (row) => row.querySelector("select[name$=-author]");
const order = (row) => row.querySelector("input[name$=-order]");
const isGone = (row) => row.querySelector("input[name$=-DELETE]")?.checked;
const filled = () => rows().filter((row) => select(row)?.value && !isGone(row));
const nameIn = (row) => select(row).selectedOptions[0]?.text ?? "";
const with_ = (text, ...values) => values.reduce((done, value) => done.replace("%s", () => value), text);

/** Each author's place as the number that is sent; an empty row keeps what it had, and so stays unsent. */
function number() {
  filled().forEach((row, place) => (order(row).value = place));
  const movable = filled();
  for (const row of rows()) {
    const place = movable.indexOf(row);
    for (const button of row.querySelectorAll("[data-move]")) {
      button.hidden = place < 0 || movable.length < 2;
      button.disabled = button.dataset.move === "up" ? place === 0 : place === movable.length - 1;
      button.setAttribute("aria-label", with_(panel.dataset[button.dataset.move], nameIn(row)));
    }
    const handle = row.querySelector(".byline-handle");
    if (handle) handle.hidden = place < 0 || movable.length < 2;
  }
}

function swap(one, other) {
  const [first, second] = [select(one), select(other)];
  const [mine, theirs] = [[...first.options], [...second.options]];
  const [chosen, otherChosen] = [first.value, second.value];
  first.replaceChildren(...theirs);
  second.replaceChildren(...mine);
  first.value = otherChosen;
  second.value = chosen;
  for (const changed of [first, second])
    $ ? $(changed).trigger("change") : changed.dispatchEvent(new Event("change", { bubbles: true }));
  number();
  order(one).dispatchEvent(new Event("change", { bubbles: true }));
}

/** Move the author of `row` by `step` places; the row that has them then. */
function move(row, step) {
  const movable = filled();
  const to = movable[movable.indexOf(row) + step];
  if (!to) return row;
  swap(row, to);
  return to;
}

function say(row) {
  const movable = filled();
  panel.querySelector("[data-bylines-say]").textContent = with_(
    panel.dataset.moved,
    nameIn(row),
    movable.indexOf(row) + 1,
    movable.length,
  );
}

function button(way, step, sign) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "byline-move";
  made.dataset.move = way;
  made.textContent = sign;
  made.addEventListener("click", () => {
    const now = move(made.closest("tr"), step);
    const same = now.querySelector(`[data-move=${way}]`);
    (same.disabled ? now.querySelector("[data-move]:not([disabled])") : same)?.focus();
    say(now);
  });
  return made;
}

function handle() {
  const made = document.createElement("span");
  made.className = "byline-handle";
  made.setAttribute("aria-hidden", "true"); // the buttons do the same for keyboards
  made.textContent = "⠿";
  let held = null;
  made.addEventListener("pointerdown", (event) => {
    held = made.closest("tr");
    held.classList.add("held");
    made.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  made.addEventListener("pointermove", (event) => {
    if (!held) return;
    const over = filled().find((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return event.clientY >= top && event.clientY < bottom;
    });
    if (!over || over === held) return;
    held.classList.remove("held");
    const movable = filled();
    const step = Math.sign(movable.indexOf(over) - movable.indexOf(held));
    while (held !== over) held = move(held, step);
    held.classList.add("held");
  });
  const drop = () => {
    if (!held) return;
    held.classList.remove("held");
    say(held);
    held = null;
  };
  made.addEventListener("pointerup", drop);
  made.addEventListener("pointercancel", drop);
  return made;
}

function dress(row) {
  const cell = order(row)?.closest("td");
  if (!cell || cell.querySelector("[data-move]")) return;
  order(row).hidden = true;
  const gone = row.querySelector("input[name$=-DELETE]");
  if (gone) {
    const label = document.createElement("span"); // on a phone the rows have no table's head
    label.className = "byline-delete";
    label.setAttribute("aria-hidden", "true");
    label.textContent = table.tHead.rows[0].lastElementChild.textContent.trim();
    gone.after(label);
  }
  cell.append(handle(), button("up", -1, "↑"), button("down", 1, "↓"));
}

if (table) {
  rows().forEach(dress);
  number();
  document.addEventListener("formset:added", (event) => {
    if (!panel.contains(event.target)) return;
    dress(event.target);
    number();
  });
  document.addEventListener("formset:removed", () => setTimeout(number));
  panel.addEventListener("change", number);
  $?.(panel).on("select2:select select2:clear", number);
}
