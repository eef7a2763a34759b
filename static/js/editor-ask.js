// Dialogs of the editor: a form that says in words what is wrong with it, and one that asks for a line.
import { crel, gettext } from "django-prose-editor/editor";
import { tell } from "./desk-login.js";

let asked = 0;
let turn = 0; // of dialogs that were opened or asked for

/** Wait for what a dialog shows; false if by then another was opened or asked for, by a second press for instance. */
export async function isMyTurn(known) {
  const mine = (turn += 1);
  await Promise.resolve(known).catch(() => {}); // what went wrong is for the one whose turn it is
  return mine === turn;
}

const open = new Set(); // names of dialogs

/** Show `dialog`, which stands for `name`, and take it away when it is closed; false where one of that name is open already. */
export function show(dialog, name) {
  turn += 1; // none that was asked for before may open any more
  if (open.has(name)) return false;
  open.add(name);
  dialog.addEventListener("close", () => {
    open.delete(name);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

/** An id for an element of a dialog, and for what belongs to it. */
export const newId = () => `editor-ask-${++asked}`;

/** What was typed in a dialog is not thrown away by one key: the first try to leave it says `words` in `warning`. */
export function askBeforeLeaving(dialog, cancel, { isTyped, warning, words }) {
  const leave = (event) => {
    if (isTyped?.() && !warning.textContent) {
      event.preventDefault();
      warning.textContent = words;
    } else if (event.type === "click") dialog.close();
  };
  cancel.addEventListener("click", leave);
  dialog.addEventListener("cancel", leave);
  dialog.addEventListener("input", () => {
    warning.textContent = "";
  }); // typed on: asked again
}

/**
 * What `answer` makes of the form when it is sent; null when the dialog was left. It returns null to refuse, saying why by
 * itself. Without words on its button, to `send`, it only tells something. `isTyped` says whether leaving it loses words.
 */
export function openForm({ title, parts, answer, first, send = gettext("OK"), isTyped }) {
  const id = newId();
  const cancel = crel("button", { type: "button", textContent: send ? gettext("Cancel") : gettext("Close") });
  const warning = crel("p", { className: "editor-refusal", role: "alert" });
  const form = crel("form", { method: "dialog", noValidate: true }, [
    crel("h2", { id, textContent: title }),
    ...parts,
    ...(isTyped ? [warning] : []),
    crel("div", { className: "editor-dialog-buttons" }, [
      ...(send ? [crel("button", { type: "submit", className: "default", textContent: send })] : []),
      cancel,
    ]),
  ]);
  const dialog = crel("dialog", { className: "editor-dialog", "aria-labelledby": id }, [form]);
  if (!show(dialog, title)) return Promise.resolve(null);
  return new Promise((resolve) => {
    let given = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      given = await answer(form);
      if (given) dialog.close();
    });
    askBeforeLeaving(dialog, cancel, {
      isTyped,
      warning,
      words: gettext("What you typed would be lost. Press Cancel once more to leave it."),
    });
    dialog.addEventListener("close", () => resolve(given));
    first.focus();
  });
}

/** What was typed, as `check` returns it; null when the dialog was left. It returns null to refuse, or throws what to say. */
export function ask({ title, label, help, refusal, value = "", check }) {
  const id = newId();
  const input = crel("input", {
    id,
    type: "text",
    value,
    inputMode: "url",
    autocomplete: "off",
    spellcheck: false,
    "aria-describedby": `${id}-help ${id}-refusal`,
  });
  const problem = crel("p", { id: `${id}-refusal`, className: "editor-refusal", role: "alert" });
  const parts = [
    crel("label", { htmlFor: id, textContent: label }),
    input,
    crel("p", { id: `${id}-help`, className: "editor-help", textContent: help }),
    problem,
  ];
  async function answer() {
    try {
      const checked = await check(input.value);
      if (checked) return checked;
      problem.textContent = refusal;
    } catch (error) {
      tell(problem, error, error.message);
    }
    input.setAttribute("aria-invalid", "true");
    input.select();
    return null;
  }
  const given = openForm({ title, parts, answer, first: input });
  input.select();
  return given;
}
