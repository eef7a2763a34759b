// Suggestions below a field of the search while somebody types: a list to walk with the arrow keys. The field works
// without it. Loaded by theme.js when a field is focused.
const PAUSE = 150; // milliseconds without a key, before the server is asked
const known = new WeakSet();

export function start(field) {
  if (known.has(field)) return;
  known.add(field);
  const list = document.createElement("ul");
  Object.assign(list, { className: "suggestions", id: `${field.id}-suggestions`, role: "listbox", hidden: true });
  list.ariaLabel = field.labels[0]?.textContent.trim();
  field.parentElement.classList.add("suggesting");
  field.after(list);
  Object.assign(field, { role: "combobox", ariaExpanded: "false", ariaAutoComplete: "list" });
  field.setAttribute("aria-controls", list.id);
  let waiting,
    asked = "",
    chosen = -1;

  const options = () => [...list.children];

  function choose(number) {
    chosen = number;
    options().forEach((option, place) => (option.ariaSelected = place === chosen));
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", options()[chosen].id);
  }

  function show(suggestions) {
    list.replaceChildren(
      ...suggestions.map(({ text, url, kind, lang }, number) => {
        const option = document.createElement("li");
        Object.assign(option, {
          id: `${list.id}-${number}`,
          role: "option",
          textContent: text,
          lang: lang ?? "",
          dir: "auto",
        });
        if (!lang) option.removeAttribute("lang");
        if (kind) option.append(Object.assign(document.createElement("span"), { textContent: kind }));
        option.dataset.url = url;
        return option;
      }),
    );
    list.hidden = !suggestions.length;
    field.ariaExpanded = String(!list.hidden);
    choose(-1);
  }

  async function ask() {
    const typed = field.value.trim();
    if (typed === asked) return;
    asked = typed;
    if (typed.length < 2) return show([]);
    try {
      const answer = await fetch(`/search/suggest/?q=${encodeURIComponent(typed)}`);
      const { suggestions } = await answer.json();
      if (typed === asked && document.activeElement === field) show(suggestions);
    } catch {
      show([]); // without an answer there is the button
    }
  }

  field.addEventListener("input", () => {
    choose(-1); // what was chosen was found for other words
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the key is for the letters that are being put together
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "Escape" && count) {
      event.preventDefault(); // the field keeps its words
      show([]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      choose(((chosen + (event.key === "ArrowDown" ? 2 : count + 1)) % (count + 1)) - 1);
    } else if (event.key === "Enter" && chosen >= 0 && count) {
      event.preventDefault();
      location.assign(options()[chosen].dataset.url);
    }
  });
  if (field.value !== field.defaultValue) ask(); // somebody was quicker than this script
  field.addEventListener("blur", () => setTimeout(() => show([]), 200));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the cursor
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) location.assign(option.dataset.url);
  });
}
