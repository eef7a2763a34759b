// A dialog that asks for one line, and says in words what is wrong with it.
import { crel, gettext } from "django-prose-editor/editor";

let asked = 0;

/** What was typed, as `check` returns it; null when the dialog was left. `check` returns null to refuse. */
export function ask({ title, label, help, refusal, value = "", check }) {
  const id = `editor-ask-${++asked}`;
  const input = crel("input", { id, type: "text", value, inputMode: "url", autocomplete: "off", spellcheck: false, "aria-describedby": `${id}-help ${id}-refusal` });
  const problem = crel("p", { id: `${id}-refusal`, className: "editor-refusal", role: "alert" });
  const cancel = crel("button", { type: "button", textContent: gettext("Cancel") });
  const form = crel("form", { method: "dialog", noValidate: true }, [
    crel("h2", { id: `${id}-title`, textContent: title }),
    crel("label", { htmlFor: id, textContent: label }),
    input,
    crel("p", { id: `${id}-help`, className: "editor-help", textContent: help }),
    problem,
    crel("div", { className: "editor-dialog-buttons" }, [
      crel("button", { type: "submit", className: "default", textContent: gettext("OK") }),
      cancel,
    ]),
  ]);
  const dialog = crel("dialog", { className: "editor-dialog", "aria-labelledby": `${id}-title` }, [form]);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer = check(input.value);
      if (answer) return dialog.close();
      problem.textContent = refusal;
      input.setAttribute("aria-invalid", "true");
      input.select();
    });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
    input.select();
  });
}
