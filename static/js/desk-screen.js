// The article screen itself: panels that remember whether they were open, counted characters, Ctrl+S wherever one is,
// preview links to copy.
import { afterPause, form } from "./desk-form.js";

const KEPT = "desk-panels";
const panels = [...document.querySelectorAll("details[data-panel]")];

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {}; // storage is blocked, or holds something else
  }
}

function keep(name, open) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [name]: open }));
  } catch {} // it lasts as long as the page
}

for (const panel of panels) {
  const { panel: name } = panel.dataset;
  const toMend = panel.querySelector(".errorlist, .errors");
  if (name in kept() && !toMend) panel.open = kept()[name];
  panel.querySelector(":scope > summary").addEventListener("click", () => keep(name, !panel.open)); // before it turns
}

/** What a closed panel holds, beside its title. */
function says(panel) {
  if (!panel.querySelector("select, input:not([type=hidden]), textarea")) return; // only shown: the server says it
  const words = [];
  for (const field of panel.querySelectorAll("select, input:not([type=hidden]), textarea")) {
    if (field.closest("details[data-panel]") !== panel || field.closest(".empty-form")) continue;
    if (/-(order|DELETE)$/.test(field.name) || field.type === "radio") continue;
    if (field.closest("[data-corrections]") && !field.matches("textarea")) continue; // a day is offered before there is a correction
    if (field instanceof HTMLSelectElement)
      words.push(...[...field.selectedOptions].filter((option) => option.value).map((option) => option.text));
    else if (field.type === "checkbox") words.push(field.checked ? field.labels[0]?.textContent : "");
    else if (!field.hidden) words.push(field.type === "datetime-local" ? field.value.replace("T", " ") : field.value);
  }
  panel
    .querySelectorAll(":scope :is(.chips li > span, .picks-list strong)")
    .forEach((chip) => words.push(chip.textContent));
  const text = words
    .map((word) => word?.trim())
    .filter(Boolean)
    .join(" · ");
  const place = panel.querySelector(":scope > summary [data-says]");
  if (place.textContent !== text) place.textContent = text;
}

const sayAll = () => panels.forEach(says);

function count(field) {
  const { most, counted, over } = field.dataset;
  const place = document.createElement("p");
  place.className = "counter";
  place.id = `${field.id}_counter`;
  field.after(place);
  const heard = place.cloneNode();
  heard.id = "";
  heard.className = "visually-hidden";
  heard.setAttribute("role", "status");
  place.after(heard);
  field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), place.id].filter(Boolean).join(" "));
  let was = null;
  const show = () => {
    const length = [...field.value.trim()].length;
    const excess = length - Number(most);
    place.textContent = counted.replace("%s", length).replace("%s", most);
    if (excess > 0) place.textContent += ` – ${over.replace("%s", excess)}`;
    place.classList.toggle("over", excess > 0);
    if (was !== null && was !== excess > 0) heard.textContent = place.textContent; // read aloud when it turns, only
    was = excess > 0;
  };
  field.addEventListener("input", show);
  field.addEventListener("change", show);
  show();
}

/** Save by the keyboard also where no field of the form has the focus. */
export function saveByKey(event) {
  if (
    event.defaultPrevented ||
    !(event.ctrlKey || event.metaKey) ||
    event.altKey ||
    event.shiftKey ||
    event.code !== "KeyS"
  )
    return;
  const button = form.querySelector("[name=_continue]");
  if (!button) return;
  event.preventDefault();
  if (!event.repeat) form.requestSubmit(button);
}

for (const field of form?.querySelectorAll("textarea[data-most]") ?? []) count(field);
if (form) {
  document.addEventListener("keydown", saveByKey);
  afterPause(150, sayAll);
  addEventListener("load", sayAll);
  document.addEventListener("desk:drawn", sayAll);
  sayAll();
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const heard = document.querySelector("[data-copy-says]");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      heard.textContent = "";
      requestAnimationFrame(() => (heard.textContent = button.dataset.copied));
      button.classList.add("copied");
      setTimeout(() => button.classList.remove("copied"), 2000);
    } catch {
      button.closest("li").querySelector("input").select(); // the browser refuses: the address is there to be copied
    }
  });
}

const days = document.getElementById("id_share_days");
const until = days?.closest("details").querySelector(".share-until");
const showUntil = () => (until.hidden = days.value !== "date");
if (until) {
  days.addEventListener("change", showUntil);
  showUntil();
}
