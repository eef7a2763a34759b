// Tags as chips, and those that exist offered while one types, with a row of its own for one that does not exist yet.
// The names are sent with commas between them, as the field takes them without this.
import { ask as askServer, tell } from "./desk-login.js";

const LIST = "tag-list";

/** The names in what is typed. */
export const split = (text) =>
  text
    .split(/[,;]/)
    .map((name) => name.trim().replace(/\s+/g, " "))
    .filter(Boolean);

for (const input of document.querySelectorAll("input[data-tags]")) offerTags(input);

function offerTags(input) {
  const sent = document.createElement("input");
  Object.assign(sent, { type: "hidden", name: input.name, value: input.value });
  const chips = document.createElement("ul");
  chips.className = "chips";
  const list = document.createElement("ul");
  list.id = LIST;
  list.className = LIST;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent.replace(/:\s*$/, "") ?? "");
  const field = document.createElement("span");
  field.className = "tag-field";
  input.replaceWith(field);
  input.removeAttribute("name"); // what is still being typed; `sent` has it too
  field.append(chips, input, list, sent);
  const said = document.createElement("p");
  said.className = "help tag-said";
  said.setAttribute("role", "status");
  field.after(said);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-expanded", "false"],
    ["aria-controls", LIST],
  ]) {
    input.setAttribute(name, value);
  }
  let tags = [];
  let asked = 0;
  let chosen = -1;
  let waiting;
  const known = new Map(); // what was typed, and the tag that it is in other letters

  const same = (one, other) => one.toLocaleLowerCase() === other.toLocaleLowerCase();

  /** Take what is in the hidden field, which others may have set. */
  function read() {
    tags = [];
    split(sent.value).forEach(add);
    input.value = "";
    draw();
  }

  function add(typed) {
    const name = known.get(typed) ?? typed;
    if (!tags.some((tag) => same(tag, name))) tags.push(name);
  }

  function send() {
    const value = [...tags, ...split(input.value)].join(", ");
    if (value === sent.value) return;
    sent.value = value;
    sent.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "tags" }));
  }

  function draw() {
    chips.replaceChildren(
      ...tags.map((tag) => {
        const [chip, name, remove] = ["li", "span", "button"].map((kind) => document.createElement(kind));
        name.textContent = tag;
        Object.assign(remove, { type: "button", textContent: "×" });
        remove.setAttribute(
          "aria-label",
          input.dataset.remove.replace("%s", () => tag),
        );
        remove.addEventListener("click", () => {
          tags = tags.filter((other) => other !== tag);
          draw();
          send();
          input.focus();
        });
        chip.append(name, remove);
        return chip;
      }),
    );
    chips.hidden = !tags.length;
  }

  function forget() {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
  }

  function close() {
    forget();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function mark(index) {
    const rows = [...list.children];
    chosen = (index + rows.length) % rows.length;
    rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === chosen)));
    input.setAttribute("aria-activedescendant", rows[chosen].id);
    rows[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(text) {
    split(text).forEach(add);
    input.value = "";
    close();
    draw();
    send();
  }

  function row(name, text, number) {
    const made = document.createElement("li");
    made.id = `${LIST}-${number}`;
    made.dataset.name = name;
    made.textContent = text;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    made.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the cursor
    made.addEventListener("click", () => take(name));
    return made;
  }

  function show(names, typed, tag) {
    const rows = names.map((name, number) => row(name, name, number));
    if (tag) known.set(typed, tag);
    if (!tag && !names.some((name) => same(name, typed))) {
      rows.push(
        row(
          typed,
          input.dataset.new.replace("%s", () => typed),
          rows.length,
        ),
      );
      rows.at(-1).classList.add("tag-new");
    }
    list.replaceChildren(...rows);
    list.hidden = false;
    chosen = -1;
    input.setAttribute("aria-expanded", "true");
  }

  async function ask() {
    const mine = ++asked;
    const typed = split(input.value).at(-1);
    if (!typed) return close();
    try {
      const response = await askServer(`${input.dataset.tags}?term=${encodeURIComponent(typed)}`);
      const { names, same: tag } = await response.json();
      said.textContent = "";
      if (mine === asked && document.activeElement === input && input.value) show(names, typed, tag);
    } catch (error) {
      close(); // the field takes what is typed
      tell(said, error, "");
    }
  }

  input.addEventListener("input", () => {
    const parts = input.value.split(/[,;]/);
    if (parts.length > 1) {
      // what stands before a comma is finished
      const rest = parts.pop().trimStart();
      parts.flatMap(split).forEach(add);
      draw();
      input.value = rest;
    }
    send();
    forget(); // what was chosen was found for other words
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  input.addEventListener("blur", () => {
    asked += 1;
    if (input.value.trim()) take(input.value);
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the key is for the letters that are being put together
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Backspace" && !input.value && tags.length) {
      tags.pop();
      draw();
      send();
    } else if (event.key === "Enter") {
      if (!input.value.trim()) return;
      event.preventDefault();
      take(chosen >= 0 && !list.hidden ? list.children[chosen].dataset.name : input.value);
    } else if (list.hidden) return;
    else if (event.key in moves) {
      event.preventDefault();
      mark(chosen < 0 && moves[event.key] < 0 ? -1 : chosen + moves[event.key]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  for (const kind of ["input", "change"]) sent.addEventListener(kind, (event) => event.detail === "tags" || read());
  read();
}
