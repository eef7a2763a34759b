// Ctrl+K opens one field that finds any article, section, author, picture, tag or screen. Where the editor makes a link by
// that key it has already answered; Ctrl+Shift+K opens the field there too. Without this the button leads to a page.
import { excerpt } from "./desk-suggestions.js";
import { ask as askServer, tell } from "./desk-login.js";

const palette = document.getElementById("palette");
const button = document.querySelector("#user-tools .find");
const REST = 120; // milliseconds after a key before the server is asked
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

if (palette) start();

function start() {
  const words = palette.querySelector("input");
  const list = palette.querySelector("[role=listbox]");
  const said = palette.querySelector(".palette-said");
  let options = [];
  let chosen = -1;
  let timer;
  let asked;
  let answered = null; // the words whose answer is shown

  if (isMac)
    for (const key of document.querySelectorAll("#user-tools kbd, #palette kbd"))
      key.textContent = key.textContent.replace("Ctrl ", "⌘");
  button.setAttribute("role", "button");
  button.setAttribute("aria-haspopup", "dialog");

  function open() {
    if (palette.open) return words.select();
    palette.showModal();
    words.value = "";
    ask();
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    const now = words.value;
    try {
      const response = await askServer(`${palette.dataset.url}?format=json&q=${encodeURIComponent(words.value)}`, {
        signal,
      });
      const { kinds, nothing } = await response.json();
      answered = now;
      show(kinds, nothing);
    } catch (error) {
      if (signal.aborted) return;
      show([]);
      tell(said, error, palette.dataset.trouble);
    }
  }

  function show(kinds, nothing = "") {
    options = [];
    list.replaceChildren(
      ...kinds.map(({ name, found }, at) => {
        const group = element("div", { role: "group", "aria-labelledby": `palette-kind-${at}` });
        group.append(element("div", { id: `palette-kind-${at}`, role: "presentation", class: "palette-kind" }, name));
        for (const row of found) group.append(option(row));
        return group;
      }),
    );
    words.setAttribute("aria-expanded", String(options.length > 0));
    said.textContent = options.length ? palette.dataset.found.replace("%s", options.length) : nothing;
    mark(options.length ? 0 : -1);
  }

  function option(row) {
    const item = element("div", {
      id: `palette-option-${options.length}`,
      role: "option",
      class: "palette-option",
      "aria-selected": "false",
    });
    item.append(element("span", { class: "palette-title" }, row.title));
    if (row.detail) item.append(" ", element("span", { class: "palette-detail" }, row.detail));
    item.append(...row.excerpts.map(excerpt));
    const place = options.push({ row, item }) - 1;
    item.addEventListener("click", (event) => go(row, event.ctrlKey || event.metaKey));
    item.addEventListener("mousemove", () => place !== chosen && mark(place));
    return item;
  }

  function mark(place) {
    options[chosen]?.item.setAttribute("aria-selected", "false");
    chosen = place;
    const item = options[chosen]?.item;
    if (!item) return words.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    words.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function go({ url, by_post: byPost }, inNewTab) {
    if (byPost) return document.querySelector(`form[action="${CSS.escape(url)}"]`)?.requestSubmit();
    if (inNewTab) return window.open(url, "_blank", "noopener");
    palette.close();
    location.assign(url);
  }

  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, REST);
  });
  words.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the key is for the letters that are being put together
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 }[event.key];
    if (to !== undefined && options.length) mark((to + options.length) % options.length);
    else if (event.key === "Enter") enter(event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  });

  /** Of what is typed, not of what was found for the words before. */
  async function enter(inNewTab) {
    clearTimeout(timer);
    if (answered !== words.value) await ask();
    if (!palette.open || answered !== words.value) return; // closed, or typed on, while the answer was under way
    if (options[chosen]) go(options[chosen].row, inNewTab);
  }

  button.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    open();
  });
  palette.addEventListener("close", () => {
    clearTimeout(timer);
    asked?.abort();
  });
  palette.addEventListener("click", (event) => event.target === palette && palette.close()); // beside it
  const byKey = (event) => {
    if (event.code !== "KeyK" || !(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog:modal:not(#palette)")) return; // another question is open
    event.preventDefault();
    event.stopPropagation();
    open();
  };
  document.addEventListener("keydown", (event) => event.shiftKey && byKey(event), { capture: true }); // before the editor
  document.addEventListener("keydown", byKey);
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
