// The dialog of a link: an address is typed, or an article that readers see is found by words of it.
import { crel, gettext } from "django-prose-editor/editor";
import { offer } from "./desk-suggestions.js";
import { LoggedOut, tell } from "./desk-login.js";
import { newId, openForm } from "./editor-ask.js";

/** The address somebody chose or typed, as `check` returns it; null when the dialog was left. */
export function askForLink({ value, check }) {
  const id = newId();
  const input = crel("input", {
    id,
    type: "text",
    value,
    autocomplete: "off",
    spellcheck: false,
    maxLength: 2000,
    "aria-describedby": `${id}-help ${id}-refusal`,
  });
  const list = crel("div", { id: `${id}-found`, "aria-label": gettext("Articles that readers see") });
  const problem = crel("p", { id: `${id}-refusal`, className: "editor-refusal", role: "alert" });
  const found = offer({
    input,
    list,
    isAddress: (typed) => check(typed) !== null,
    said: problem,
    trouble: gettext("The server does not answer, so no article could be looked for."),
  });
  let open = true;

  /** What is chosen or typed; null where there is none, with the reason said, or until the server has answered. */
  function answer(form) {
    const address = found.chosen()?.url ?? check(input.value);
    if (address) return address;
    if (found.isAsking()) found.whenAnswered(() => open && form.requestSubmit());
    else refuse();
    return null;
  }

  function refuse() {
    const how = gettext("An address looks like https://example.org/page.");
    if (!input.value.trim()) problem.textContent = gettext("Type words of an article, or an address.");
    else if (found.failed() instanceof LoggedOut) tell(problem, found.failed());
    else problem.textContent = `${found.nothing()} ${how}`;
    input.setAttribute("aria-invalid", "true");
    input.select();
  }

  const parts = [
    crel("label", { htmlFor: id, textContent: gettext("Words of an article, or an address") }),
    input,
    crel("p", {
      id: `${id}-help`,
      className: "editor-help",
      textContent: gettext(
        "Words of one of our articles; or a web address, an e-mail address, a page of this paper that begins with /.",
      ),
    }),
    problem,
    list,
  ];
  const given = openForm({ title: gettext("Link"), parts, answer, first: input });
  list.addEventListener("taken", () => input.form.requestSubmit());
  input.select();
  found.ask();
  return given.finally(() => (open = false));
}
