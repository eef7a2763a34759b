// The library in a dialog, to choose a picture for one place. Talks to articles/admin/picker.py.
import { ask, tell } from "./desk-login.js";

const PAUSE = 300;

/** The id of the picture that was chosen; null when the dialog was left. */
export function pickPicture(button) {
  const dialog = document.getElementById("picture-template").content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  const results = dialog.querySelector("[data-results]");
  const search = dialog.querySelector("input");
  let timer;
  let chosen = null;
  let asked = 0;

  async function show(parameters, further) {
    const mine = ++asked;
    let answer = "";
    let failed = null;
    try {
      answer = await (await ask(`${dialog.dataset.picker}?${new URLSearchParams(parameters)}`)).text();
    } catch (error) {
      failed = error;
    }
    if (mine !== asked) return;
    const part = new DOMParser().parseFromString(answer, "text/html").body;
    if (failed) tell(part, failed, dialog.dataset.failed);
    if (further) results.append(...part.childNodes);
    else results.replaceChildren(...part.childNodes);
  }

  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show({ q: search.value }), PAUSE);
  });
  dialog.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed?.name === "image") chosen = pressed.value;
    if (pressed?.name === "more") {
      pressed.closest("p").remove();
      show({ q: search.value, before: pressed.value }, true);
    } else if (pressed) dialog.close();
  });
  dialog.showModal();
  show({ q: "" });
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      button.focus();
      resolve(chosen);
    });
  });
}
