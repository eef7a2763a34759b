// The library in a dialog, and what an article's pictures look like. Talks to articles/admin/picker.py.
import { crel, gettext } from "django-prose-editor/editor";
import { show as showDialog } from "./editor-ask.js";
import { LoggedOut, tell } from "./desk-login.js";
import { uploadFiles } from "./editor-upload.js";

const PAUSE = 300; // milliseconds of not typing before the library is searched
const SIGNED_OUT = gettext("You are signed out. Sign in again in another tab, then try once more here.");
const FAILED = gettext("The library does not answer. Check your connection and try again.");

/** An answer of the picker's address; an Error with words to show otherwise. */
async function get(url, parameters) {
  let response;
  try {
    response = await fetch(`${url}?${new URLSearchParams(parameters)}`, { credentials: "same-origin" });
  } catch {
    throw new Error(FAILED);
  }
  if (response.redirected) throw new LoggedOut("logged-out", SIGNED_OUT);
  if (response.status === 403) throw new Error(gettext("You may not look at the library."));
  if (!response.ok) throw new Error(FAILED);
  return response;
}

const known = new Map(); // id: promise of a picture
let wanted = new Map(); // id: its promise's resolve
const MANY = 100;

/** What is known of picture `id`: its address, size and texts, or a `problem` to show. Asks for many at once. */
export function describe(url, id) {
  if (!known.has(id)) {
    if (!wanted.size) setTimeout(() => fetchWanted(url));
    known.set(id, new Promise((resolve) => wanted.set(id, resolve)));
  }
  return known.get(id);
}

/** Ask about picture `id` anew: it was changed. */
export const forget = (id) => known.delete(String(id));

async function fetchWanted(url) {
  const asked = [...wanted];
  wanted = new Map();
  for (let from = 0; from < asked.length; from += MANY) {
    const part = asked.slice(from, from + MANY);
    let images = {};
    let problem = gettext("This picture is no longer in the library.");
    try {
      images = (await (await get(url, { ids: part.map(([id]) => id).join(",") })).json()).images;
    } catch (error) {
      problem = error.message;
      part.forEach(([id]) => known.delete(id)); // asked again next time
    }
    part.forEach(([id, resolve]) => resolve(images[Number(id)] ?? { problem }));
  }
}

/** The id of the picture that was chosen; null when the dialog was left. With `several`, all `ids` in their order, and whether they were asked for as a series. */
export function openPicker(url, { several = false } = {}) {
  const dialog = crel("dialog", {
    className: "editor-dialog editor-picker",
    "aria-label": gettext("Picture from the library"),
  });
  if (!showDialog(dialog, "picker")) return Promise.resolve(null);
  return new Promise((resolve) => {
    let chosen = null;
    const choose = (ids, isSeries = false) => {
      chosen = several ? { ids, isSeries } : ids[0];
      dialog.close();
    };
    dialog.addEventListener("close", () => resolve(chosen));
    fill(dialog, url, choose, several);
  });
}

async function fill(dialog, url, choose, several) {
  let page;
  try {
    page = await (await get(url, {})).text();
  } catch (error) {
    const close = crel("button", { type: "button", textContent: gettext("Close") });
    close.addEventListener("click", () => dialog.close());
    const problem = crel("p", { className: "editor-refusal", role: "alert" });
    tell(problem, error, error.message);
    dialog.replaceChildren(problem, close);
    return close.focus();
  }
  dialog.innerHTML = page; // our own server's, escaped there
  const results = dialog.querySelector("[data-results]");
  const status = dialog.querySelector("[role=status]");
  const form = dialog.querySelector("form");
  let asked = 0;
  let timer;
  const many = new Many(dialog, choose, several);
  takeFiles(dialog.querySelector("input[type=file]"), several, (ids) => choose(ids, many.isOn), status);

  async function show(parameters, place) {
    const mine = ++asked;
    clearTimeout(timer);
    try {
      const answer = await (await get(url, parameters)).text();
      if (mine === asked) place(answer);
    } catch (error) {
      if (mine === asked) tell(status, error, error.message);
    }
  }
  function replace(answer) {
    results.innerHTML = answer;
    many.show();
    status.textContent = results.firstElementChild.dataset.status;
  }
  const search = () => show({ q: form.q.value }, replace);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  form.q.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.name === "image") many.take(button);
    else if (button.name === "refresh") search();
    else if (button.name === "close") dialog.close();
    else if (button.name === "more") {
      show({ q: form.q.value, before: button.value }, (answer) => {
        button.closest("p").remove();
        results.insertAdjacentHTML("beforeend", answer);
        many.show();
        const next = results.lastElementChild.querySelector("button") ?? form.q;
        status.textContent = results.lastElementChild.dataset.status;
        next.focus();
      });
    }
  });
  form.q.focus();
}

/** Pictures from the disk of whoever writes: on a phone, its photos. */
function takeFiles(input, several, choose, status) {
  if (!input) return;
  input.multiple = several;
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    if (!files.length) return;
    const { stored, problem } = await uploadFiles(input.dataset.upload, files, undefined, () => input.isConnected);
    if (stored?.size) choose([...stored.values()].map(String));
    else status.textContent = problem;
  });
}

/** One press takes a picture, or, once that is wanted, marks it as one of a series. */
class Many {
  constructor(dialog, choose, isOffered) {
    this.dialog = dialog;
    this.choose = choose;
    this.ids = [];
    this.isOn = false;
    this.mode = dialog.querySelector("[name=several]");
    this.put = dialog.querySelector("[name=put]");
    if (!this.mode) return;
    this.mode.hidden = !isOffered;
    this.mode.addEventListener("click", () => {
      this.isOn = !this.isOn;
      this.ids = [];
      this.mode.setAttribute("aria-pressed", String(this.isOn));
      this.show();
    });
    this.put.addEventListener("click", () => choose(this.ids, true));
  }

  take({ value }) {
    if (!this.isOn) return this.choose([value]);
    this.ids = this.ids.includes(value) ? this.ids.filter((id) => id !== value) : [...this.ids, value];
    this.show();
  }

  show() {
    for (const button of this.dialog.querySelectorAll("button[name=image]")) {
      if (this.isOn) button.setAttribute("aria-pressed", String(this.ids.includes(button.value)));
      else button.removeAttribute("aria-pressed");
    }
    if (!this.put) return;
    this.put.hidden = !this.ids.length;
    this.put.textContent = this.put.dataset.say.replace("{count}", this.ids.length);
  }
}
