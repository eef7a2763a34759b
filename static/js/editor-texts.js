// What is said of a picture, typed where it stands in an article. Talks to articles/admin/image_texts.py.
import { crel, gettext } from "django-prose-editor/editor";
import { useToken } from "./desk-form.js";
import { isMyTurn, newId, openForm } from "./editor-ask.js";
import { forget } from "./editor-picker.js";

const FAILED = gettext(
  "The library does not answer, so it is not known whether this was saved. Your words are still here: send them again.",
);
const AWAY = gettext("The library does not answer. Check your connection and try again.");
const SIGNED_OUT = gettext("You are signed out. Sign in again in another tab, then try once more here.");
const OUT = gettext("You are signed out, so nothing was saved. Sign in again in another tab, then send it again here.");
const MAY_NOT = gettext(
  "You may not change what is said of this picture, as others show it, too: ask a picture editor or an editor of its section.",
);
const NEWER = gettext(
  "Somebody changed these texts meanwhile. Theirs stand below yours: send yours once more to put them in place of theirs.",
);

/** Ask for the texts of picture `id` of the library; true once other ones are stored. */
export async function openTexts(pickerUrl, id) {
  const address = new URL(`../${id}/texts/`, new URL(pickerUrl, location)).href;
  const answer = send(address);
  if (!(await isMyTurn(answer))) return false;
  const { status, data: said, problem } = await answer;
  if (!said)
    return tell(
      { 403: gettext("You may not look at the library."), 404: gettext("This picture is no longer in the library.") }[
        status
      ] ??
        problem ??
        AWAY,
    );
  const parts = fields(said);
  if (said.may)
    parts.all.push(
      crel("p", {}, [
        crel("a", {
          href: new URL(`../${id}/change/`, new URL(pickerUrl, location)).href,
          target: "_blank",
          rel: "noopener",
          textContent: gettext("Crop, rotate, focal point and the rest, in a new tab"),
        }),
      ]),
    );
  else parts.problem.textContent = MAY_NOT;
  const given = await openForm({
    title: said.title ? gettext("Texts of “%s”").replace("%s", () => said.title) : gettext("Texts of the picture"),
    parts: parts.all,
    first: parts.alt.input,
    send: said.may && gettext("Save the texts"),
    answer: () => save(address, said, parts),
    isTyped: parts.isTyped,
  });
  if (given) forget(id);
  return Boolean(given);
}

/** Why the texts can't be shown. */
async function tell(problem) {
  const text = crel("p", { className: "editor-refusal", role: "alert", tabIndex: -1, textContent: problem });
  await openForm({ title: gettext("Texts of the picture"), parts: [text], first: text, send: "", answer: () => null });
  return false;
}

function fields({ texts, may }) {
  const line = (name, label, most) => {
    const id = newId();
    const input = crel("input", {
      id,
      name,
      type: "text",
      value: texts[name] ?? "",
      maxLength: most,
      autocomplete: "off",
      readOnly: !may,
      "aria-describedby": `${id}-error`,
    });
    const error = crel("p", { id: `${id}-error`, className: "editor-refusal" });
    return { input, error, all: [crel("label", { htmlFor: id, textContent: label }), input, error] };
  };
  const alt = line("alt", gettext("Alternative text: what it shows, for people who can’t see it"), 250);
  const caption = line("caption", gettext("Caption in the library; one typed below the picture goes before it"), 400);
  const credit = line("credit", gettext("Credit"), 160);
  const box = crel("input", {
    type: "checkbox",
    name: "decorative",
    checked: Boolean(texts.decorative),
    disabled: !may,
  });
  const follow = () => {
    alt.input.disabled = box.checked;
  };
  box.addEventListener("change", follow);
  follow();
  const decorative = crel("label", { className: "editor-tick" }, [box, ` ${gettext("Decorative: it tells nothing")}`]);
  const problem = crel("p", { className: "editor-refusal", role: "alert" });
  const typed = () => JSON.stringify([box.checked, ...[alt, caption, credit].map(({ input }) => input.value)]);
  const before = typed();
  const isTyped = () => typed() !== before;
  return {
    alt,
    caption,
    credit,
    box,
    problem,
    isTyped,
    all: [...alt.all, decorative, ...caption.all, ...credit.all, problem],
  };
}

/** The answer when the texts are stored; null when they are not, saying why beside what was typed. */
async function save(address, said, parts) {
  const body = new FormData();
  const { alt, caption, credit, box, problem } = parts;
  for (const { input } of [alt, caption, credit]) body.set(input.name, input.value);
  if (box.checked) body.set("decorative", "on");
  body.set("mark", said.mark);
  let answer = await post(address, body);
  if (answer.status === 403) answer = await postAgain(address, body);
  const { data, status, problem: why } = answer;
  problem.textContent = "";
  for (const { input, error } of [alt, caption, credit]) {
    error.textContent = (data?.errors?.[input.name] ?? []).join(" ");
    input.toggleAttribute("aria-invalid", Boolean(error.textContent));
  }
  if (data?.newer) {
    said.mark = data.newer.mark;
    problem.textContent = `${NEWER} ${Object.values(data.newer.texts)
      .filter((text) => typeof text === "string" && text)
      .join(" · ")}`;
    return null;
  }
  if (data?.errors) return null;
  if (status === 200 && data) return data;
  problem.textContent = why ?? (status === 403 ? MAY_NOT : FAILED);
  return null;
}

function post(address, body) {
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  return send(address, { method: "POST", body });
}

/** With the token of the session of now: a log-in in another tab made the one of this page void. */
async function postAgain(address, body) {
  const { data, problem } = await send(address);
  if (!data?.may) return { status: 403, problem: problem && OUT };
  useToken(data.token);
  return post(address, body);
}

/** `status` and `data` of an answer; a `problem` in words when there was none of the library's own. */
async function send(address, options = {}) {
  try {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    if (response.redirected) return { status: 0, problem: options.method ? OUT : SIGNED_OUT };
    return { status: response.status, data: await response.json().catch(() => null) };
  } catch {
    return { status: 0 };
  }
}
