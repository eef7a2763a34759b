// Articles that readers see, offered under a field while somebody types words of them: in the editor's dialog of a link
// and under an alert's link.
import { ask as askServer, tell } from "./desk-login.js";

const REST = 120; // milliseconds after a key before the server is asked

/**
 * Offer in `list` what the server finds for the words in `input`. What `isAddress` says yes to is no words. In `said` stands
 * what is wrong, or nothing. The first of what is found is chosen at once if it is `eager`.
 */
export function offer({ input, list, isAddress, said, trouble, eager = true }) {
  const url = document.getElementById("palette")?.dataset.url;
  let rows = [];
  let chosen = -1;
  let timer;
  let asked = 0;
  let answered = 0;
  let then = null;
  let nothing = ""; // what is said when nothing was found
  let failed = null; // why there was no answer
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", list.id],
  ])
    input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  list.className = "found-list";
  show([]);

  function mark(place) {
    rows[chosen]?.item.setAttribute("aria-selected", "false");
    chosen = place;
    const item = rows[chosen]?.item;
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    rows = found.map((row, at) => {
      const item = element("div", "found-option");
      item.id = `${list.id}-${at}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.append(
        element("strong", "", row.title),
        " ",
        element("span", "found-detail", row.detail),
        ...row.excerpts.map(excerpt),
      );
      item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the cursor
      item.addEventListener("click", () => {
        mark(at);
        list.dispatchEvent(new CustomEvent("taken", { detail: row }));
      });
      return { row, item };
    });
    list.replaceChildren(...rows.map(({ item }) => item));
    list.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    chosen = -1;
    mark(eager && rows.length && input.value.trim() && !isAddress(input.value) ? 0 : -1); // an address that is typed is meant
  }

  async function ask() {
    const mine = ++asked;
    const words = isAddress(input.value) ? "" : input.value.trim();
    try {
      if (!url) throw new Error("no search");
      const response = await askServer(`${url}?format=json&for=link&q=${encodeURIComponent(words)}`);
      const answer = await response.json();
      if (mine !== asked) return;
      [nothing, failed] = [answer.nothing, null];
      show(answer.kinds.flatMap((kind) => kind.found));
    } catch (error) {
      if (mine !== asked) return;
      [nothing, failed] = [trouble, error];
      show([]);
    }
    answered = mine;
    if (rows.length || !words) said.textContent = "";
    else tell(said, failed, nothing);
    then?.();
    then = null;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    input.removeAttribute("aria-invalid");
    mark(-1); // what was chosen was found for other words
    then = null;
    asked += 1; // an answer under way is to other words
    timer = setTimeout(ask, REST);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the key is for the letters that are being put together
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 }[event.key];
    if (to === undefined || !rows.length) return;
    event.preventDefault();
    mark((to + rows.length) % rows.length);
  });

  return {
    ask,
    close: () => {
      clearTimeout(timer);
      asked += 1;
      answered = asked;
      show([]);
    },
    chosen: () => rows[chosen]?.row,
    isAsking: () => answered !== asked,
    nothing: () => nothing,
    failed: () => failed,
    whenAnswered: (todo) => (then = todo),
  };
}

/** A piece of text after the name of its place; every second part of it is what was found. */
export function excerpt({ place, parts }) {
  const made = element("span", "palette-excerpt");
  made.append(`${place}: `, ...parts.map((part, at) => (at % 2 ? element("mark", "", part) : part)));
  return made;
}

function element(name, className, textContent = "") {
  return Object.assign(document.createElement(name), { className, textContent });
}
