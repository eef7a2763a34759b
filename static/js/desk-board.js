// The board without leaving the page: every step sends the form and puts in what the server draws; drag, keys, undo.
import { startDrag } from "./desk-board-drag.js";
import { pickPicture } from "./desk-board-picture.js";

const form = document.getElementById("board-form");
const live = document.getElementById("board-said");
const PAUSE = 300; // milliseconds without a key before headlines are searched
const done = []; // arrangements before each step
const undone = [];
let current; // the arrangement as it was last drawn
let last = Promise.resolve(); // the end of the steps that were asked for
let leaving = false;
let timer;

if (form) begin();

function begin() {
  dress();
  current = entries();
  form.addEventListener("submit", submitted);
  form.addEventListener("click", clicked);
  form.addEventListener("input", typed);
  form.addEventListener("change", changed);
  form.addEventListener("keydown", keyed);
  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip) startDrag(event, grip, dropped);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && form.querySelector("[data-unsaved]")) event.preventDefault();
  });
}

/** The form's fields as a list, without what guards it. */
function entries() {
  return [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
}

function submitted(event) {
  const button = event.submitter;
  if (button?.name === "_preview") return;
  if (button?.name === "_save" || button?.name === "_over") {
    leaving = true;
    return;
  }
  event.preventDefault();
  step(button?.name ?? "_show", button?.value ?? "1", button?.id);
}

/** Each step is one from where the one before it led, however quickly they come. */
function inTurn(act) {
  last = last.then(act, act);
  return last;
}

/** One step: remember what was, send it with the step, draw the answer. */
function step(name, value, focus) {
  return inTurn(() => draw([...entries(), [name, value]], focus, name === "_do" || name === "_edit" ? current : null));
}

/** Whether the board was drawn from these fields. */
async function draw(fields, focus, before) {
  const body = new FormData();
  for (const [name, content] of fields) body.append(name, content);
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const sent = JSON.stringify(entries());
  form.setAttribute("aria-busy", "true");
  let page;
  try {
    let response = await send(body);
    if (response.status === 403 && (await renewToken())) {
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      response = await send(body);
    }
    if (response.redirected || !(response.ok || response.status === 422 || response.status === 409)) throw new Error();
    page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("board-form");
    if (!page) throw new Error();
  } catch {
    say(form.dataset.failed);
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
  if (JSON.stringify(entries()) !== sent) {
    // typed on meanwhile: that is drawn instead
    await draw([...entries(), fields.at(-1)], focus, before);
    return false;
  }
  put(page, focus);
  if (before) {
    done.push(before);
    undone.length = 0;
  }
  current = entries();
  buttons();
  return true;
}

const send = (body) =>
  fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });

/** Take the token of the session of now: a log-in in another tab made the one of this page void. */
async function renewToken() {
  const response = await fetch(form.action, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const token = page.querySelector("#board-form [name=csrfmiddlewaretoken]")?.value;
  if (token) form.elements.csrfmiddlewaretoken.value = token;
  return Boolean(token);
}

/** Put in what the server drew; open details stay open, the focus and the caret stay where they were. */
function put(page, focus) {
  const active = document.activeElement;
  const id = focus || (form.contains(active) ? active.id : "");
  const caret = active?.selectionStart;
  const open = [...form.querySelectorAll("details[open]")].map((one) => one.id);
  const list = form.querySelector(".board-beside")?.scrollTop;
  form.replaceChildren(...page.childNodes);
  for (const one of open) document.getElementById(one)?.setAttribute("open", "");
  if (list) form.querySelector(".board-beside").scrollTop = list;
  dress();
  const said = form.querySelector("[data-said]").textContent.trim();
  if (said) say(said);
  const problems = document.getElementById("board-problems");
  if (problems) return problems.focus();
  const target = document.getElementById(id);
  if (target && !target.disabled) {
    target.focus({ preventScroll: true });
    if (caret != null && target.setSelectionRange && target.type !== "datetime-local") {
      try {
        target.setSelectionRange(caret, caret);
      } catch {
        /* a kind of field without a caret */
      }
    }
  } else if (id) {
    form.querySelector(".slot-name").focus({ preventScroll: true });
  }
}

function say(text) {
  live.textContent = "";
  setTimeout(() => {
    live.textContent = text;
  }, 50); // emptied first, so that the same words are read again
}

/** What only works with a script is shown. */
function dress() {
  for (const one of form.querySelectorAll("[data-grip], [data-pick]")) one.hidden = false;
  buttons();
}

function buttons() {
  const [undo, redo] = [form.querySelector("[data-undo]"), form.querySelector("[data-redo]")];
  undo.hidden = redo.hidden = false;
  undo.disabled = !done.length;
  redo.disabled = !undone.length;
}

function back(from, to, text) {
  return inTurn(async () => {
    const now = current;
    if (!from.length || !(await draw([...from.at(-1), ["_draw", "1"]], "", null))) return;
    from.pop();
    to.push(now);
    buttons();
    say(text);
  });
}

function clicked(event) {
  if (!event.target.closest("details.fields")) closeFields();
  const button = event.target.closest("button, a");
  if (!button) return;
  if ("undo" in button.dataset) back(done, undone, form.dataset.undone);
  else if ("redo" in button.dataset) back(undone, done, form.dataset.redone);
  else if ("leave" in button.dataset) leaving = true;
  else if (button.dataset.pick) {
    const field = button.dataset.pick;
    pickPicture(button).then((id) => {
      if (!id) return;
      document.getElementById(field).value = id; // looked up now: the board may have been drawn anew meanwhile
      step("_edit", "1", field);
    });
  }
}

function typed(event) {
  if (event.target.name !== "q") return;
  clearTimeout(timer);
  timer = setTimeout(() => step("_draw", "1"), PAUSE);
}

function changed(event) {
  if (event.target.name?.startsWith("row-") || event.target.name === "slots") step("_edit", "1");
}

/** The fields of a placement lie over the board: what is pressed beside them closes them. */
function closeFields() {
  const open = form.querySelector("details.fields[open]");
  open?.removeAttribute("open");
  return open;
}

/** Escape closes fields; arrow keys on a grip move the placement; Ctrl+Z takes the last step back, outside of text. */
function keyed(event) {
  const way = { ArrowUp: "up", ArrowLeft: "up", ArrowDown: "down", ArrowRight: "down" }[event.key];
  const row = event.target.closest?.("[data-grip]")?.closest("[data-row]")?.dataset.row;
  if (event.key === "Escape") closeFields()?.querySelector("summary").focus();
  else if (row && way) {
    event.preventDefault();
    step("_do", `${way}:${row}`, event.target.id);
  } else if (
    (event.ctrlKey || event.metaKey) &&
    event.key.toLowerCase() === "z" &&
    !event.target.matches("input, textarea")
  ) {
    event.preventDefault();
    if (event.shiftKey) back(undone, done, form.dataset.redone);
    else back(done, undone, form.dataset.undone);
  }
}

/** A grip was let go over a slot. */
function dropped(grip, slot) {
  const row = grip.closest("[data-row]")?.dataset.row;
  const article = grip.closest("[data-article]")?.dataset.article;
  if (row) step("_do", `to:${row}:${slot}`, grip.id);
  else if (article) step("_do", `place:${article}:${slot}`);
}
