// Files that become pictures of the library without leaving the text: a dialog asks what they show, and sends them.
import { crel, gettext } from "django-prose-editor/editor";
import { askBeforeLeaving, newId } from "./editor-ask.js";
import { Batch } from "./picture-batch.js";

const AWAY = gettext(
  "The library does not answer, so the pictures were left out. Check your connection and choose them again.",
);

/**
 * `stored`: the numbers that `files` have in the library now, by file, in their order; null, with a `problem` to show, when
 * they were left out. `texts` say what those in a pasted text show. Nothing opens once it is no longer `isWanted`.
 */
export async function uploadFiles(uploadUrl, files, texts, isWanted = () => true) {
  const page = await fetchScreen(uploadUrl);
  if (!isWanted()) return { stored: null, problem: "" };
  if (page.problem) return { stored: null, problem: page.problem };
  const stored = await openUpload(page, new URL(uploadUrl, location).pathname, files, texts);
  return { stored, problem: stored ? "" : gettext("The pictures were left out.") };
}

async function fetchScreen(address) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin" });
  } catch {
    return { problem: AWAY };
  }
  if (response.redirected)
    return {
      problem: gettext(
        "You are signed out, so the pictures were left out. Sign in again in another tab, then choose them again.",
      ),
    };
  if (response.status === 403)
    return { problem: gettext("You may not put pictures into the library: ask somebody who may.") };
  if (!response.ok) return { problem: AWAY };
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  addStyles(page);
  return { form: page.querySelector("[data-upload-batch]"), template: page.querySelector("template[data-row]") };
}

function addStyles(page) {
  const href = page.querySelector("link[href*='css/desk-library']")?.getAttribute("href");
  if (href && !document.querySelector(`link[href="${href}"]`))
    document.head.append(crel("link", { rel: "stylesheet", href }));
}

function openUpload({ form, template }, address, files, texts) {
  const id = newId();
  const put = crel("button", {
    type: "button",
    className: "default",
    textContent: gettext("Put those stored into the text"),
    hidden: true,
  });
  const cancel = crel("button", { type: "button", textContent: gettext("Cancel") });
  const warning = crel("p", { className: "editor-refusal", role: "alert" });
  const dialog = crel("dialog", { className: "editor-dialog editor-upload", "aria-labelledby": id }, [
    crel("h2", { id, textContent: gettext("Pictures for the text") }),
    document.importNode(form, true),
    document.importNode(template, true),
    warning,
    crel("div", { className: "editor-dialog-buttons" }, [put, cancel]),
  ]);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let given = null;
    const finish = () => {
      given = new Map(batch.rows.filter(({ image }) => image).map(({ file, image }) => [file, image.id]));
      dialog.close();
    };
    const batch = new Batch(dialog, address, () => {
      const stored = batch.rows.filter(({ image }) => image);
      put.hidden = batch.isOpen || !stored.length;
      const isTypedInVain = batch.rows.some(({ state, isTyped }) => state === "refused" && isTyped); // let it be seen why
      if (stored.length && stored.length === batch.rows.length && !isTypedInVain) finish();
    });
    const isTyped = () => batch.rows.some((row) => row.isOpen && row.isTyped);
    askBeforeLeaving(dialog, cancel, {
      isTyped,
      warning,
      words: gettext("The texts you typed would be lost. Press Cancel once more to leave the pictures out."),
    });
    put.addEventListener("click", finish);
    dialog.addEventListener("close", () => {
      batch.end();
      dialog.remove();
      resolve(given);
    });
    dialog.showModal();
    batch.part("drop").hidden = Boolean(texts); // further ones would have no place in what is pasted
    batch.add(files, texts);
  });
}
