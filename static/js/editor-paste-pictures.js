// Pictures pasted or dropped into the text: they are uploaded there, with their texts asked for, and stand where they came in.
import { crel, gettext, pm } from "django-prose-editor/editor";
import { newId } from "./editor-ask.js";
import { say } from "./editor-desk.js";
import { cutOut } from "./editor-paste-scan.js";
import { insertFurniture } from "./editor-stock.js";
import { Batch } from "./picture-batch.js";

const WITHIN = /<img\b[^<>]*?\ssrc\s*=\s*(["'])data:image\/(png|jpe?g|gif|webp|avif);base64,([^"'<>]+)\1[^<>]*>/gi;
const ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const LEAST = 400; // letters of a picture in base64; smaller ones are spacers

const isPicture = ({ name, type }) => type.startsWith("image/") || /\.hei[cf]s?$/i.test(name);

/** Whether the pictures of a paste or a drop are taken care of here. */
export function takePictures(editor, view, event) {
  const data = event.clipboardData ?? event.dataTransfer;
  if (!data || view.dragging) return false;
  const html = withPicturesOfWord(data.getData("text/html"), data.getData("text/rtf"));
  const files = [...data.files];
  if (files.length && !hasWords(html)) {
    event.preventDefault(); // a dropped file would open in place of the form
    const pictures = files.filter(isPicture);
    if (event.dataTransfer) moveTo(view, event);
    if (pictures.length) putPictures(editor, pictures);
    else say(editor, gettext("“%s” is no picture: open it and paste its words, or put a link to it into the text.").replace("%s", () => files[0].name));
    return true;
  }
  if (html.search(WITHIN) < 0) return false;
  event.preventDefault();
  pasteWithPictures(editor, html);
  return true;
}

/** Word names its pictures by places on its own disk; what they show comes with the same text as RTF, in the same order. */
function withPicturesOfWord(html, rtf) {
  const named = html.match(ON_DISK) ?? [];
  if (!named.length || !rtf) return html;
  const shown = rtf.split("{\\pict").slice(1).map(pictureOf).filter(Boolean);
  if (shown.length !== named.length) return html;
  return html.replace(ON_DISK, (tag, before) => `${before}"${shown.shift()}">`);
}

const ON_DISK = /(<img\b[^<>]*?\ssrc\s*=\s*)"file:[^"<>]*"[^<>]*>/gi;
const BEGINNINGS = { png: /89504e47/i, jpeg: /ffd8ff/i };

function pictureOf(piece) {
  const kind = /\\(png|jpeg)blip/.exec(piece.slice(0, 4000))?.[1];
  const start = kind ? piece.search(BEGINNINGS[kind]) : -1;
  if (start < 0) return null;
  const digits = /^[\da-f\s]+/i.exec(piece.slice(start))[0].replace(/\s+/g, "");
  const bytes = digits.match(/../g).map((pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return `data:image/${kind};base64,${btoa(bytes.join(""))}`;
}

const WORDLESS = ["style", "script", "xml", "title"].map((name) => [new RegExp(`<${name}\\b`, "gi"), new RegExp(`</${name}\\s*>`, "gi")]);

/** A copied picture comes with its file and an element that shows it; a copied text may come with a picture of itself. */
function hasWords(html) {
  let words = cutOut(html, /<!--/g, /-->/g);
  for (const [opening, closing] of WORDLESS) words = cutOut(words, opening, closing);
  return Boolean(words.replace(/<[^<>]*>|&nbsp;/gi, "").trim());
}

function moveTo(view, event) {
  const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
  if (!place) return;
  view.dispatch(view.state.tr.setSelection(pm.state.Selection.near(view.state.doc.resolve(place.pos))));
}

async function putPictures(editor, files) {
  const stored = await upload(editor, files);
  editor.commands.focus();
  if (!stored?.size) return;
  const { tr, schema } = editor.state;
  for (const image of stored.values()) insertFurniture(tr, schema.nodes.libraryImage.create({ image: String(image) }));
  editor.view.dispatch(tr);
}

/** Text with pictures in it is pasted once they are in the library, each at its place; without those that were left out. */
async function pasteWithPictures(editor, html) {
  const files = [];
  const texts = [];
  const places = html.replace(WITHIN, (tag, _quote, kind, letters) => {
    if (letters.length < LEAST) return "";
    const bytes = Uint8Array.from(atob(letters.replace(/\s+/g, "")), (letter) => letter.charCodeAt(0));
    texts.push(ALT.exec(tag)?.slice(1).find(Boolean) ?? "");
    files.push(new File([bytes], `${gettext("picture")} ${files.length + 1}.${kind}`, { type: `image/${kind}` }));
    return `<figure data-image="new-${files.length - 1}"></figure>`;
  });
  const stored = files.length && (await upload(editor, files, texts));
  const whole = places.replace(/<figure data-image="new-(\d+)"><\/figure>/g, (_all, number) => {
    const image = stored && stored.get(files[number]);
    return image ? `<figure data-image="${image}"></figure>` : "";
  });
  editor.commands.focus();
  editor.view.pasteHTML(whole);
}

/** The numbers that files have in the library, in order; null when the dialog was left. `texts` say what those in a text show. */
async function upload(editor, files, texts) {
  const { uploadUrl } = editor.extensionManager.extensions.find(({ name }) => name === "cleanPaste").options;
  const page = await fetchScreen(uploadUrl);
  if (page.problem) {
    say(editor, page.problem);
    return null;
  }
  const given = await openUpload(page, new URL(uploadUrl, location).pathname, files, texts);
  if (!given) say(editor, gettext("The pictures were left out."));
  return given;
}

async function fetchScreen(address) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin" });
  } catch {
    return { problem: gettext("The library does not answer, so the pictures were left out. Check your connection and paste them again.") };
  }
  if (response.redirected) return { problem: gettext("You are signed out, so the pictures were left out. Sign in again in another tab, then paste them again.") };
  if (!response.ok) return { problem: gettext("You may not put pictures into the library: ask somebody who may.") };
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  addStyles(page);
  return { form: page.querySelector("[data-upload-batch]"), template: page.querySelector("template[data-row]") };
}

function addStyles(page) {
  const href = page.querySelector("link[href*='css/desk-library']")?.getAttribute("href");
  if (href && !document.querySelector(`link[href="${href}"]`)) document.head.append(crel("link", { rel: "stylesheet", href }));
}

function openUpload({ form, template }, address, files, texts) {
  const id = newId();
  const put = crel("button", { type: "button", className: "default", textContent: gettext("Put those stored into the text"), hidden: true });
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
      if (stored.length && stored.length === batch.rows.length) finish();
    });
    askBeforeLeaving(dialog, batch, cancel, warning);
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

/** Texts that were typed are not thrown away by one key. */
function askBeforeLeaving(dialog, batch, cancel, warning) {
  const leave = (event) => {
    const typed = batch.rows.some((row) => row.isOpen && row.isTyped);
    if (typed && !warning.textContent) {
      event.preventDefault();
      warning.textContent = gettext("The texts you typed would be lost. Press Cancel once more to leave the pictures out.");
    } else if (event.type === "click") dialog.close();
  };
  cancel.addEventListener("click", leave);
  dialog.addEventListener("cancel", leave);
}
