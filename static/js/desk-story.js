// The three parts of the article screen: what is chosen beside the text, the way from an error or a check to its field,
// the title in the head as it is typed, and the menu of further steps.
import { base, form } from "./desk-form.js";

const CHOSEN = "desk-part ";
const tabs = document.querySelector("[data-story-tabs]");
const head = document.querySelector("[data-story-head]");
const menu = document.querySelector("[data-story-menu]");
const title = document.querySelector("[data-story-name]");
const wide = matchMedia("(min-width: 992px)");

/** Have everything around `target` open: its part, the menu, folded panels. */
export function reveal(target) {
  const part = target.closest("[data-part]")?.dataset.part;
  if (part && part !== "text") show(part);
  else if (part && !isBeside()) show("text");
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

/** The part that was chosen last of this article, in this window. */
function remembered() {
  try {
    return sessionStorage.getItem(CHOSEN + base);
  } catch {
    return null; // storage is blocked
  }
}

function remember(part) {
  try {
    sessionStorage.setItem(CHOSEN + base, part);
  } catch {} // it lasts as long as the page
}

/** The part that the panel shows; on a narrow screen history and notes are one. */
export function show(part) {
  const name = !isBeside() && ["history", "notes"].includes(part) ? "more" : part;
  const choice = document.getElementById(`part-${name}`);
  if (choice) choice.checked = true;
}

/** The text alone where there is room for one; beside it the furniture, if nothing else is chosen. */
export function settle() {
  if (!tabs) return;
  offer();
  if (!isBeside()) show("text");
  else if (tabs.querySelector("[value=text]").checked) show("details");
}

/** What has no label here can't be chosen by the arrow keys either. */
function offer() {
  for (const choice of tabs.querySelectorAll("input")) choice.disabled = !choice.labels[0].checkVisibility();
}

/** Whether the panel stands beside the text, so that both are seen at once. */
const isBeside = () => wide.matches && !document.body.classList.contains("previewing");

/** The field itself; its row where the form is only shown. */
export function find(id) {
  const name = CSS.escape(id.replace(/^id_/, ""));
  return document.getElementById(id) ?? document.querySelector(`.field-${name}, .field-shown_${name}`);
}

/** What of a field takes the focus: the text for the body, a box before a choice that hides its own list. */
export function focusable(target) {
  const row = target.closest(".form-row, .inline-group, .step") ?? target;
  const usable = (element) => element && element.tabIndex >= 0 && element.checkVisibility();
  const text = target.closest(".prose-editor")?.querySelector(".tiptap");
  if (usable(text)) return text;
  if (usable(target) && !target.matches(".select2-hidden-accessible")) return target;
  const within = target.matches("select, textarea, input") ? (target.parentElement ?? row) : target;
  const all = [within, row].flatMap((place) => [
    ...place.querySelectorAll(".select2-selection, input, textarea, select, button, a[href]"),
  ]);
  const inside = all.find(usable);
  if (inside) return inside;
  row.tabIndex = -1;
  return row;
}

/** Lead to the field of that id, wherever it stands. */
export function goTo(id) {
  const target = find(id);
  if (!target) return null;
  reveal(target);
  const field = focusable(target);
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "center" });
  return field;
}

/** Where the head ends: below it stick the toolbar and the panel. */
function measure() {
  document.documentElement.style.setProperty("--story-head", `${head.offsetHeight}px`);
}

function followTitle() {
  const field = form.elements.headline;
  if (!field || !title) return;
  field.addEventListener("input", () => (title.textContent = field.value.trim() || title.dataset.empty));
}

/** The menu closes as menus do; an address that leads into it opens it. */
function tendMenu() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && menu.matches(link.hash)) {
      event.preventDefault();
      menu.open = true;
      menu.querySelector("summary").focus();
    } else if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

/** A link to something within a part that is not shown now, in the page or in its address. */
function follow(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target?.closest("[data-part]")) return;
  reveal(target);
  target.scrollIntoView();
}

if (tabs && form) {
  for (const kind of ["input", "change"]) tabs.addEventListener(kind, (event) => event.stopPropagation()); // nothing of the form
  if (isBeside()) show(remembered() ?? "details");
  offer();
  wide.addEventListener("change", settle);
  tabs.addEventListener("change", ({ target }) => {
    if (isBeside()) remember(target.value);
    else scrollTo({ top: 0, behavior: "instant" });
  });
  addEventListener("hashchange", () => follow(location.hash));
  follow(location.hash);
}
if (head && form) {
  new ResizeObserver(measure).observe(head);
  measure();
  followTitle();
}
if (menu) tendMenu();
const mend = document.querySelector("[data-mend]");
mend?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && goTo(link.hash.slice(1))) event.preventDefault();
});
if (mend) addEventListener("load", () => requestAnimationFrame(() => goTo(mend.querySelector("a").hash.slice(1))));
