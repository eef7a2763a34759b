// What the scripts of the article screen share: its form, pauses in typing, and talking to the server.
import { Away, LoggedOut } from "./desk-login.js";

export { Away, LoggedOut };
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
    timer = setTimeout(
      () => {
        since = null;
        act();
      },
      Math.max(0, Math.min(rest, most - (performance.now() - since))),
    );
  };
  onChange(changed);
  return changed;
}

/** Run `act` at every change of the form, also of the type-ahead choices, which tell jQuery alone. */
export function onChange(act) {
  form.addEventListener("input", act);
  form.addEventListener("change", act);
  window.django?.jQuery?.(form).on("select2:select select2:unselect select2:clear", act);
}

const reasonIn = async (response, otherwise) =>
  (
    await response
      .clone()
      .json()
      .catch(() => ({}))
  ).reason?.replace("_", "-") ?? otherwise;
const isJson = (response) => response.headers.get("Content-Type")?.startsWith("application/json");

async function send(path, options) {
  try {
    return await fetch(base + path, {
      credentials: "same-origin",
      redirect: "manual",
      headers: { "X-Requested-With": "fetch" },
      ...options,
    });
  } catch {
    throw new Away();
  }
}

async function checked(response) {
  if (response.type === "opaqueredirect") throw new LoggedOut();
  if (response.status === 401 || response.status === 403) throw new LoggedOut(await reasonIn(response, "logged-out"));
  if (response.status >= 500) throw new Away(await reasonIn(response, "away"));
  return response;
}

/** GET `path` below the article's base; errors as of post(). */
export async function get(path, { signal } = {}) {
  return checked(await send(path, { signal }));
}

/** Have every form of the page send this token: a log-in in another tab made the old one void. */
export function useToken(token) {
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
}

/** POST the form (or `body`) to `path` below the article's base. LoggedOut: the session ended; Away: no answer, or a 5xx. */
export async function post(path, body = new FormData(form), { keepalive = false, signal } = {}) {
  const once = () => {
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    return send(path, { method: "POST", body, keepalive, signal });
  };
  let response = await once();
  if (response.status === 403 && !isJson(response) && !keepalive) {
    useToken((await (await get("pulse/", { signal })).json()).token);
    response = await once();
  }
  return checked(response);
}
