// What the scripts of the article screen share: its form, pauses in typing, and talking to the server.
export const form = document.getElementById("article_form");
/** Where the article's own addresses begin: /admin/articles/article/12/, or …/article/0/ for one still to be begun. */
export const base = document.querySelector("[data-desk]")?.dataset.desk;
/** This window of the browser, by a name of its own that outlives a reload. */
export const windowName = remember("desk-window", () => crypto.randomUUID());

function remember(key, make) {
  let value = sessionStorage.getItem(key);
  if (!value) sessionStorage.setItem(key, (value = make()));
  return value;
}

/** The form as it would be sent, without its buttons; as JSON-ready lists by name. */
export function fieldsOf(from = form) {
  const fields = {};
  for (const [name, value] of new FormData(from)) {
    if (name !== "csrfmiddlewaretoken" && typeof value === "string") (fields[name] ??= []).push(value);
  }
  return fields;
}

/** Run `act` when nothing was typed or chosen for `rest` milliseconds; at the latest `most` after the first change. */
export function afterPause(rest, act, most = Infinity) {
  let timer;
  let since = null;
  const changed = () => {
    since ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(() => { since = null; act(); }, Math.max(0, Math.min(rest, most - (performance.now() - since))));
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  window.django?.jQuery?.(form).on("select2:select select2:unselect select2:clear", changed);
  return changed;
}

export class LoggedOut extends Error {}
export class Away extends Error {}

/** POST the form (or `body`) to `path` below the article's base. LoggedOut: the session ended; Away: no answer, or a 5xx. */
export async function post(path, body = new FormData(form), { keepalive = false, signal } = {}) {
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  let response;
  try {
    response = await fetch(base + path, {
      method: "POST", body, keepalive, signal, credentials: "same-origin", redirect: "manual", headers: { "X-Requested-With": "fetch" },
    });
  } catch {
    throw new Away();
  }
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) throw new LoggedOut();
  if (response.status >= 500) throw new Away();
  return response;
}
