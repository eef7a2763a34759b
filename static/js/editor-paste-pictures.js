// Pictures pasted or dropped into the text: they are uploaded there, with their texts asked for, and stand where they came in.
import { gettext, pm } from "django-prose-editor/editor";
import { say } from "./editor-desk.js";
import { cutOut } from "./editor-paste-scan.js";
import { insertFurniture } from "./editor-stock.js";
import { uploadFiles } from "./editor-upload.js";

const WITHIN = /<img\b[^<>]*?\ssrc\s*=\s*(["'])data:image\/(png|jpe?g|gif|webp|avif);base64,([^"'<>]+)\1[^<>]*>/gi;
const ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const LEAST = 400; // letters of a picture in base64; smaller ones are spacers

const isPicture = ({ name, type }) => type.startsWith("image/") || /\.hei[cf]s?$/i.test(name);

/** Whether the pictures of a paste or a drop are taken care of here; `learn` is told its HTML before it is pasted. */
export function takePictures(editor, view, event, learn) {
  const data = event.clipboardData ?? event.dataTransfer;
  if (!data || view.dragging) return false;
  const html = withPicturesOfWord(data.getData("text/html"), data.getData("text/rtf"));
  const files = [...data.files];
  if (files.length && !hasWords(html)) {
    event.preventDefault(); // a dropped file would open in place of the form
    const pictures = files.filter(isPicture);
    if (event.dataTransfer) moveTo(view, event);
    if (pictures.length) putPictures(editor, pictures);
    else
      say(
        editor,
        gettext("“%s” is no picture: open it and paste its words, or put a link to it into the text.").replace(
          "%s",
          () => files[0].name,
        ),
      );
    return true;
  }
  if (html.search(WITHIN) < 0) return false;
  event.preventDefault();
  pasteWithPictures(editor, html, learn);
  return true;
}

/** Word names its pictures by places on its own disk; what they show comes with the same text as RTF, in the same order. */
function withPicturesOfWord(html, rtf) {
  const named = html.match(ON_DISK) ?? [];
  if (!named.length || !rtf) return html;
  const shown = rtf.split("{\\pict").slice(1).map(pictureOf).filter(Boolean);
  if (shown.length !== named.length) return html;
  return html.replace(ON_DISK, (_tag, before) => `${before}"${shown.shift()}">`);
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

const WORDLESS = ["style", "script", "xml", "title"].map((name) => [
  new RegExp(`<${name}\\b`, "gi"),
  new RegExp(`</${name}\\s*>`, "gi"),
]);

/** A copied picture comes with its file and an element that shows it; a copied text may come with a picture of itself. */
function hasWords(html) {
  let words = cutOut(html, /<!--/g, /-->/g);
  for (const [opening, closing] of WORDLESS) words = cutOut(words, opening, closing);
  return Boolean(words.replace(/<[^<>]*>|&nbsp;/gi, "").trim());
}

export function moveTo(view, event) {
  const place = view.posAtCoords({ left: event.clientX, top: event.clientY });
  if (!place) return;
  view.dispatch(view.state.tr.setSelection(pm.state.Selection.near(view.state.doc.resolve(place.pos))));
}

async function putPictures(editor, files) {
  const stored = await upload(editor, files);
  editor.commands.focus();
  if (!stored?.size) return;
  const { tr, schema } = editor.state;
  for (const image of stored.values())
    insertFurniture(tr, schema.nodes.libraryImage.create({ image: String(image), apart: true }));
  editor.view.dispatch(tr);
}

/** Text with pictures in it is pasted once they are in the library, each at its place; without those that were left out. */
async function pasteWithPictures(editor, html, learn) {
  const files = [];
  const texts = [];
  const places = html.replace(WITHIN, (tag, _quote, kind, letters) => {
    if (letters.length < LEAST) return "";
    const bytes = bytesOf(letters);
    if (!bytes) return tag; // with no file to it, it is left out, and that is told
    texts.push(ALT.exec(tag)?.slice(1).find(Boolean) ?? "");
    files.push(new File([bytes], `${gettext("picture")} ${files.length + 1}.${kind}`, { type: `image/${kind}` }));
    return `<figure data-image="new-${files.length - 1}"></figure>`;
  });
  const stored = files.length && (await upload(editor, files, texts));
  const whole = places.replace(/<figure data-image="new-(\d+)"><\/figure>/g, (_all, number) => {
    const image = stored?.get(files[number]);
    return image ? `<figure data-image="${image}" data-apart></figure>` : "";
  });
  await learn(whole);
  editor.commands.focus();
  editor.view.pasteHTML(whole);
}

/** What base64 stands for, also with its signs written as an address has them; null for what is no base64. */
function bytesOf(letters) {
  try {
    return Uint8Array.from(atob(decodeURIComponent(letters).replace(/\s+/g, "")), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** The numbers that files have in the library, in order; null when the dialog was left. `texts` say what those in a text show. */
async function upload(editor, files, texts) {
  const { uploadUrl } = editor.extensionManager.extensions.find(({ name }) => name === "cleanPaste").options;
  const { stored, problem } = await uploadFiles(uploadUrl, files, texts);
  if (problem) say(editor, problem);
  return stored;
}
