// Words typed into any form of the desk stay in this browser until they are saved; every page says which lie there.
// The article's form has a keeper of its own (desk-autosave.js); of its words this only says where they are.
import { BrowserCopies, allCopies } from "./desk-copies.js";
import { written } from "./desk-times.js";
import { hold, newWindow, openHere } from "./desk-windows.js";

const MACHINERY = ["csrfmiddlewaretoken", "carried", "_window", "_typed_by", "_unsaved"];
const REST = 1500; // milliseconds in which a page that was left lets go of its lock
const MOST = 5; // shown
const GESTURES = ["pointerdown", "keydown", "beforeinput", "paste", "drop"]; // before one of them nobody has typed
const SENT = "desk-sent"; // in the tab's storage: the window and form that were sent last
const SAVED = /^(?:__Host-)?desk_saved=/; // the cookie in which the server names windows whose words it saved
const template = document.querySelector("template[data-unsaved]");
const { user, by } = template.dataset;
let shown = "";
const sent = take(SENT);
const own = new Set(); // windows whose words this page holds
/** Whether a field is kept, by its name; unsaved_forms.py keeps the same. */
export const isKept = (name) => !MACHINERY.includes(name) && !/password/i.test(name);

/** A form as it would be sent, without tokens, passwords and files. */
function fieldsOf(form) {
  const secret = new Set([...form.querySelectorAll("input[type=password]")].map((field) => field.name));
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && isKept(name) && !secret.has(name)) (fields[name] ??= []).push(value);
  }
  return fields;
}

const textOf = (fields) =>
  JSON.stringify(
    Object.entries(fields)
      .filter(([name]) => name !== "_loaded")
      .sort(),
  );

class FormKeeper {
  constructor(form, place) {
    Object.assign(this, { form, name: newWindow(), copies: new BrowserCopies(user, place) });
    this.takeOver(place);
    for (const kind of GESTURES)
      document.addEventListener(kind, () => (this.first ??= textOf(fieldsOf(form))), { capture: true, once: true });
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", () => this.isKept && put(SENT, { name: this.name, place }));
    form.addEventListener("formdata", ({ formData }) => {
      formData.set("_window", this.name);
      formData.set("_typed_by", by);
    });
    form.addEventListener("desk:saved", () => this.forget()); // by a script, without leaving the page
    window.django?.jQuery?.(form).on("select2:select select2:unselect select2:clear", () => this.changed());
    new MutationObserver(() => this.changed()).observe(form, { childList: true }); // a board is drawn anew
  }

  /** A form that comes back with something to mend holds the words of the window that sent it. */
  takeOver(place) {
    if (sent?.place !== place || !this.copies.all().some((copy) => copy.window === sent.name)) return;
    Object.assign(this, { name: sent.name, first: "", isKept: true });
    hold(this.name);
    own.add(this.name);
  }

  /** Typed or chosen, by a person: what an editor does to its field while it begins is nobody's words. */
  changed() {
    if (this.first === undefined) return;
    const fields = fieldsOf(this.form);
    const isArranged = !this.form.matches("#board-form") || this.form.querySelector("[data-unsaved]"); // the board says it
    if (textOf(fields) === this.first || !isArranged) return this.forget();
    if (!this.isKept) hold(this.name);
    this.isKept = true;
    own.add(this.name);
    const title = document.title.split(" | ").slice(0, 2).join(" – ");
    this.copies.put(this.name, fields, Date.now(), { title, path: location.pathname + location.search });
  }

  forget() {
    if (this.isKept) this.copies.removeWindow(this.name);
    this.isKept = false;
  }
}

function put(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    /* blocked: the words are offered once too often */
  }
}

function take(key) {
  try {
    const value = JSON.parse(sessionStorage.getItem(key));
    sessionStorage.removeItem(key);
    return value;
  } catch {
    return null;
  }
}

/** What the server says it has saved lies here for nothing, in whichever window the same words were typed before. */
function forgetSaved() {
  const cookie = document.cookie.split("; ").find((one) => SAVED.test(one));
  if (!cookie) return;
  const copies = new BrowserCopies(user, "");
  for (const name of cookie.replace(SAVED, "").replaceAll('"', "").split(".")) {
    const saved = copies.all().find((copy) => copy.window === name);
    const isSame = (copy) => copy.base === saved.base && textOf(copy.fields) === textOf(saved.fields);
    if (saved)
      copies
        .all()
        .filter(isSame)
        .forEach((copy) => copies.remove(copy));
  }
  // biome-ignore lint/suspicious/noDocumentCookie: the other way, cookieStore, is too new for browsers of some years
  document.cookie = `${SAVED.exec(cookie)[0]}; path=/; max-age=0${cookie.startsWith("__Host-") ? "; secure" : ""}`;
}

/** Where an article's own keeper offers its words, from the address that its copies are under. */
const articleAt = (base) => (base.endsWith("/0/") ? base.replace(/0\/$/, "add/") : `${base}change/`);

/** Of the copies of articles, those that the server has not seen settled. */
async function unsettled(copies) {
  if (!copies.length) return [];
  const names = copies.map((copy) => copy.window).join(",");
  const response = await fetch(`${copies[0].base.replace(/\d+\/$/, "0/")}pulse/?windows=${names}`, {
    headers: { "X-Requested-With": "fetch" },
  });
  const { windows } = await response.json();
  const store = new BrowserCopies(user, "");
  for (const copy of copies)
    if (windows[copy.window]?.outcome && windows[copy.window].sequence >= copy.sequence) store.remove(copy);
  return copies.filter((copy) => !windows[copy.window]?.outcome || windows[copy.window].sequence < copy.sequence);
}

async function pending() {
  const open = await openHere();
  const mine = allCopies().filter(
    (copy) => copy.user === user && copy.fields && !open?.has(copy.window) && !own.has(copy.window),
  );
  const isForm = (copy) => copy.base.includes("#");
  const desk = document.querySelector("[data-desk]")?.dataset.desk;
  const articles = mine.filter((copy) => !isForm(copy) && copy.base !== desk);
  const linked = (copy) => document.querySelector(`.block-unsaved a[href="${CSS.escape(articleAt(copy.base))}"]`);
  const known = await unsettled(articles).catch(() => articles);
  return [...mine.filter(isForm), ...known.filter((copy) => !linked(copy))].sort(
    (one, other) => other.sequence - one.sequence,
  );
}

function rowOf(item, copy) {
  const row = item.cloneNode(true);
  const time = written(copy.sequence, template.dataset.zone);
  const title = copy.title || copy.fields.headline?.[0] || copy.base;
  const what = template.dataset.title.replace("%title", title).replace("%time", time);
  for (const place of row.querySelectorAll("[data-what]")) place.textContent = place.className ? `: ${what}` : what;
  const form = row.querySelector("form");
  if (copy.base.includes("#")) {
    form.elements.path.value = copy.path ?? copy.base.split("#")[0];
    form.elements.fields.value = JSON.stringify(copy.fields);
    form.addEventListener("formdata", ({ formData }) => formData.set("_window", copy.window));
  } else {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      location.assign(articleAt(copy.base));
    });
    row.querySelector("[data-drop]").remove(); // its own page drops it, on the server as well
  }
  row.querySelector("[data-drop]")?.addEventListener("click", () => {
    new BrowserCopies(user, "").remove(copy);
    const list = row.parentElement;
    row.remove();
    if (!list.children.length) list.closest("section").remove();
  });
  return row;
}

function show(copies) {
  const names = copies.map((copy) => copy.window + copy.sequence).join();
  if (names === shown) return;
  shown = names;
  document.querySelector(".unsaved-here")?.remove();
  if (!copies.length) return;
  const note = template.content.firstElementChild.cloneNode(true);
  const item = note.querySelector("li");
  if (item) item.replaceWith(...copies.slice(0, MOST).map((copy) => rowOf(item, copy)));
  document.getElementById("content").prepend(note); // before the heading, as the buttons at the right stand in its line
}

async function say() {
  show(
    user
      ? await pending()
      : allCopies()
          .filter((copy) => copy.fields)
          .slice(0, 1),
  );
}

if (user) {
  forgetSaved();
  const forms = [...document.querySelectorAll("#content form")].filter(
    (form) => form.method === "post" && !form.matches("#article_form, #changelist-form, dialog form, [data-not-kept]"),
  );
  forms.forEach((form, number) => new FormKeeper(form, `${location.pathname}#${form.id || number}`));
}
say();
setTimeout(say, REST); // the page before this one may not be gone yet
