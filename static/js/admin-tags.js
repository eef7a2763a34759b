// Offers the tags that exist while one types them with commas; without this the field still takes any words.
const LIST = "tag-list";

for (const input of document.querySelectorAll("input[data-tags]")) offerTags(input);

function offerTags(input) {
  const list = document.createElement("ul");
  list.id = LIST;
  list.className = LIST;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Tags");
  list.hidden = true;
  const field = document.createElement("span");
  field.className = "tag-field";
  input.replaceWith(field);
  field.append(input, list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", LIST]]) {
    input.setAttribute(name, value);
  }
  let asked = 0;
  let chosen = -1;

  const before = () => input.value.slice(0, input.selectionStart ?? input.value.length);
  const word = () => before().split(",").pop().trim();

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    const rows = [...list.children];
    chosen = (index + rows.length) % rows.length;
    rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === chosen)));
    input.setAttribute("aria-activedescendant", rows[chosen].id);
    rows[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(name) {
    const start = before();
    const kept = start.slice(0, start.lastIndexOf(",") + 1);
    const rest = input.value.slice(start.length).replace(/^[^,]*,?\s*/, "");
    const head = `${kept}${kept && " "}${name}, `;
    input.value = head + rest;
    input.setSelectionRange(head.length, head.length);
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show(names) {
    list.replaceChildren(...names.map((name, number) => {
      const row = document.createElement("li");
      row.id = `${LIST}-${number}`;
      row.textContent = name;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.addEventListener("pointerdown", (event) => { event.preventDefault(); take(name); });
      return row;
    }));
    list.hidden = !names.length;
    chosen = -1;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    const mine = ++asked;
    const typed = word();
    if (!typed) return close();
    try {
      const response = await fetch(`${input.dataset.tags}?term=${encodeURIComponent(typed)}`);
      const { names } = await response.json();
      if (mine === asked && document.activeElement === input) show(names);
    } catch {
      close(); // the network is away: the field takes what is typed
    }
  }

  let waiting;
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) { event.preventDefault(); mark(chosen < 0 && moves[event.key] < 0 ? -1 : chosen + moves[event.key]); }
    else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(list.children[chosen].textContent); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
  });
}
