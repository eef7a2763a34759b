// Moves what is to come: by dragging it to another day or hour, or by its button “Move…”; both open a dialog that says from
// when to when, and nothing moves before that is confirmed. Without this the button leads to a page with the same form.
const dialog = document.getElementById("move-dialog");
const form = dialog.querySelector("form");
const { entry, was, to } = form.elements;
const refusal = form.querySelector(".refusal");
const change = form.querySelector(".move-change");
const words = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
let opened = null;
let dragged = null;

/** A typed time in words; it is the paper's clock, so no zone has a say. */
const inWords = (typed) => (Number.isNaN(Date.parse(`${typed}Z`)) ? "…" : words.format(Date.parse(`${typed}Z`)));

function open(item, typed) {
  opened = item;
  entry.value = item.dataset.entry;
  was.value = item.dataset.was;
  to.value = typed;
  refusal.textContent = "";
  dialog.querySelector(".move-what").textContent =
    `${item.querySelector(".entry-title").textContent} – ${item.querySelector(".entry-kind").textContent}`;
  dialog.showModal();
  to.dispatchEvent(new Event("input", { bubbles: true }));
  to.focus();
}

const sayChange = () => (change.textContent = `${inWords(opened.dataset.at)} → ${inWords(to.value)}`);
to.addEventListener("input", sayChange);
form.querySelector(".leave").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => opened?.querySelector(".entry-move").focus());

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "fetch" },
      redirect: "error",
    });
    const answer = await response.json();
    if (answer.goto) return location.assign(answer.goto);
    refusal.textContent = answer.refusal;
  } catch {
    refusal.textContent =
      "The server did not answer, or you are logged out, so it is not known whether this was moved. Load the page anew and look.";
  }
  button.disabled = false;
});

for (const item of document.querySelectorAll("[data-entry]")) {
  item.draggable = true;
  item.addEventListener("dragstart", (event) => {
    dragged = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.entry);
    item.classList.add("dragged");
  });
  item.addEventListener("dragend", () => {
    item.classList.remove("dragged");
    dragged = null;
  });
  item.querySelector(".entry-move").addEventListener("click", (event) => {
    event.preventDefault();
    open(item, item.dataset.at);
  });
}

for (const cell of document.querySelectorAll("[data-day]")) {
  cell.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    cell.classList.add("aimed");
  });
  cell.addEventListener("dragleave", () => cell.classList.remove("aimed"));
  cell.addEventListener("drop", (event) => {
    cell.classList.remove("aimed");
    if (!dragged) return;
    event.preventDefault();
    const hour = cell.dataset.hour?.padStart(2, "0") ?? dragged.dataset.at.slice(11, 13);
    open(dragged, `${cell.dataset.day}T${hour}:${dragged.dataset.at.slice(14, 16)}`);
  });
}
document.querySelector(".with-script").hidden = !document.querySelector("[data-entry]");

// The hours are links, which a keyboard would pass one by one: with this it stops once, and arrow keys go from hour to hour.
const hours = [...document.querySelectorAll("a.plan")];
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** The link of the nearest hour in a direction; none at the end. */
function next(link, [days, steps]) {
  const day = link.closest(".day");
  const here = Number(link.closest(".cell").dataset.hour);
  if (steps) {
    const column = [...day.querySelectorAll("a.plan")];
    return column[column.indexOf(link) + steps];
  }
  let other = day;
  do other = days > 0 ? other.nextElementSibling : other.previousElementSibling;
  while (other && !(other.matches(".day") && other.querySelector("a.plan")));
  const column = [...(other?.querySelectorAll("a.plan") ?? [])];
  return column.sort((one, two) => distance(one, here) - distance(two, here))[0];
}

const distance = (link, hour) => Math.abs(Number(link.closest(".cell").dataset.hour) - hour);

hours.forEach((link, place) => (link.tabIndex = place ? -1 : 0));
document.querySelector(".calendar.week")?.addEventListener("keydown", (event) => {
  const link = event.target.closest("a.plan");
  const to = link && WAYS[event.key] && next(link, WAYS[event.key]);
  if (!to) return;
  event.preventDefault();
  link.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
});
