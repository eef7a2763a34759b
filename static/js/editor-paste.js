// Text from Word, Google Docs, LibreOffice, Telegram and web pages, before the editor reads it: structure stays, looks go.
import { Extension, Plugin, pm } from "django-prose-editor/editor";
import { say } from "./editor-desk.js";
import { askAbout, takeFrames, unknownFrames } from "./editor-paste-frames.js";
import { foldSheets, styleOf, takeLeft, tellLeft } from "./editor-paste-left.js";
import { unwrapAddress } from "./editor-paste-links.js";
import { moveTo, takePictures } from "./editor-paste-pictures.js";
import { cutOut } from "./editor-paste-scan.js";
import { normalText, shapedText } from "./editor-paste-text.js";
import { LINKS } from "./editor-stock.js";

const DROPPED =
  "style, script, meta, link, title, xml, base, iframe, object, embed, img, svg, picture, video, audio, canvas, map, noscript, template, button, input, select, textarea, col, colgroup, hr";
/** What stays of the attributes of each element; markup.clean() keeps at least these. */
export const KEPT = {
  A: ["href"],
  OL: ["start"],
  P: ["data-speaker"],
  TD: ["colspan", "rowspan"],
  TH: ["colspan", "rowspan"],
  FIGURE: ["data-image", "data-apart", "data-embed", "data-poster", "data-chart", "data-read-also"],
  ASIDE: ["data-pull-quote", "data-fact-box"],
  DATA: ["data-rate", "data-form"],
  SPAN: ["data-footnote"],
};
const BLOCK =
  "p, h1, h2, h3, h4, h5, h6, li, div, blockquote, table, ul, ol, figure, aside, section, article, td, th, pre";
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/gi;
const EMOJI = "img[class*=emoji][alt], img[src*=emoji][alt]";
const HEADINGS = { H1: "h2", H4: "h3", H5: "h3", H6: "h3" };
const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^'"<>])*>/gi;

export const CleanPaste = Extension.create({
  name: "cleanPaste",
  addOptions: () => ({ uploadUrl: "/admin/articles/image/upload/", lookUrl: "/admin/articles/embedprovider/look/" }),
  addProseMirrorPlugins() {
    const { editor } = this;
    const { lookUrl } = this.options;
    const transformPastedHTML = (html) => {
      const { body, left } = cleanPaste(html);
      left.isNoted = note(editor, left.comments);
      setTimeout(() => say(editor, tellLeft(left))); // what is pasted now changes the text, which ends what is said
      return body;
    };
    const transformPastedText = (text) => normalText(text.replace(/\u00ad/g, "")).replace(ADDRESS, unwrapAddress);
    const clipboardTextParser = (text, context, isPlain) => {
      const shaped = isPlain ? null : shapedText(text);
      return shaped && pm.model.DOMParser.fromSchema(editor.schema).parseSlice(shaped, { context });
    };
    const learn = (html) => askAbout(lookUrl, unknownFrames(html));
    const take = (view, event) => takePictures(editor, view, event, learn) || takePage(view, event, learn);
    return [
      new Plugin({
        props: { transformPastedHTML, transformPastedText, clipboardTextParser, handlePaste: take, handleDrop: take },
      }),
    ];
  },
});

/** Paste a page with frames that are not known here once the server has said what they show. */
function takePage(view, event, learn) {
  const html = (event.clipboardData ?? event.dataTransfer)?.getData("text/html") ?? "";
  if (view.dragging || !unknownFrames(html).length) return false;
  event.preventDefault();
  if (event.dataTransfer) moveTo(view, event);
  learn(html).then(() => {
    if (view.isDestroyed) return;
    view.focus();
    view.pasteHTML(html);
  });
  return true;
}

/** Put comments where notes of the desk are written, beside the text; false where there is no such place. */
function note(editor, comments) {
  const field = editor.options.element.querySelector("textarea")?.form?.elements.namedItem("desk_note");
  if (!(field instanceof HTMLTextAreaElement) || !comments.length) return false;
  const fresh = comments.filter((words) => !field.value.includes(words));
  field.value = [field.value.trimEnd(), ...fresh].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** `html` as it was pasted in the elements of a body, and what of it was left out. */
export function cleanPaste(html) {
  // The policy blocks inline styles and scripts, even while parsing; what styles say is read from data-style.
  const sheets = [];
  const still = cutOut(html, /<style\b[^<>]*>/gi, /<\/style\s*>/gi, (sheet) => {
    sheets.push(sheet);
    return "";
  }).replace(TAG, (tag) => tag.replace(/([\s"'/])(style|on\w+)\s*=/gi, "$1data-$2="));
  const { body } = new DOMParser().parseFromString(still, "text/html");
  const own = body.querySelector("[data-pm-slice]"); // copied in this editor, or in one of its kind
  const slice = own?.getAttribute("data-pm-slice");
  normaliseTexts(body, !own);
  if (!own) foldSheets(body, sheets.join("\n"));
  const left = takeLeft(body);
  if (!own) takeFootnotes(body);
  Object.assign(left, dropForeign(body));
  if (!own) {
    readStyles(body);
    makeLists(body);
    mapHeadings(body);
    looseCells(body);
  }
  dropAttributes(body);
  if (!own) splitAtBreaks(body);
  if (own) own.setAttribute("data-pm-slice", slice);
  else dropEmpty(body);
  return { body: body.innerHTML, left };
}

/** Soft hyphens of another page suit its columns. */
function normaliseTexts(body, isForeign) {
  const texts = document.createNodeIterator(body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const normal = normalText(isForeign ? text.data.replace(/\u00ad/g, "") : text.data);
    if (normal !== text.data) text.data = normal;
  }
}

const each = (root, selector, change) => [...root.querySelectorAll(selector)].forEach(change);
const unwrap = (element) => element.replaceWith(...element.childNodes);
const isBlank = (element) =>
  !element.textContent.trim() && !element.querySelector("[data-image], [data-embed], [data-chart], [data-read-also]");

function rename(element, name) {
  const renamed = document.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
}

/** Take out what no body holds; how many pictures were among it, and frames of which sites. */
function dropForeign(body) {
  const comments = document.createNodeIterator(body, NodeFilter.SHOW_COMMENT);
  for (let comment; (comment = comments.nextNode()); ) comment.remove();
  const isPicture = ({ src, width, height }) => src && width !== 1 && height !== 1;
  const pictures = [...body.querySelectorAll(`img:not(${EMOJI})`)].filter(isPicture).length;
  const frames = takeFrames(body);
  each(body, "figure:not([data-image], [data-embed], [data-chart], [data-read-also])", takeFigure);
  each(body, EMOJI, (sign) => sign.replaceWith(sign.alt));
  each(body, "sup.reference, .MsoFootnoteReference, .EOP", (mark) => mark.remove());
  each(body, DROPPED, (element) => element.remove());
  each(body, "table > caption", (caption) => caption.closest("table").before(rename(caption, "p")));
  each(body, "b[id^=docs-internal-guid], google-sheets-html-origin", unwrap);
  each(body, "a", (link) => {
    const address = unwrapAddress((link.getAttribute("href") ?? "").trim());
    if (!LINKS.test(address) || !link.textContent.trim()) unwrap(link);
    else link.setAttribute("href", address);
  });
  return { pictures, frames };
}

/** Of a figure whose picture is left out its caption stays, as words; what else it holds stands alone. */
function takeFigure(figure) {
  const caption = figure.querySelector("figcaption");
  const shown = figure.querySelector("[data-image], [data-embed]");
  if (shown && caption && !shown.querySelector("figcaption")) shown.append(caption);
  if (shown || figure.querySelector("table, blockquote, pre")) unwrap(figure);
  else if (figure.querySelector("img, picture, video, iframe, svg")) {
    figure.replaceWith(...(caption ? [rename(caption, caption.querySelector(BLOCK) ? "div" : "p")] : []));
  }
}

/** A mark and its note, which link to each other as Word and LibreOffice write them, become one footnote at the mark. */
function takeFootnotes(body) {
  const places = new Map(
    [...body.querySelectorAll("a[name], [id]")].map((place) => [place.getAttribute("name") ?? place.id, place]),
  );
  const goal = (link) => places.get(link.getAttribute("href").slice(1));
  each(body, "a[href^='#']", (mark) => {
    const back = goal(mark);
    if (!back?.matches?.("a[href^='#']") || goal(back) !== mark || !(mark.compareDocumentPosition(back) & 4)) return;
    const whole = back.closest("div[id]");
    const isAlone = whole && !whole.contains(mark) && whole.querySelectorAll("a[href^='#']").length === 1;
    const note = isAlone ? whole : back.closest("p, li");
    if (!note || note === body || note.contains(mark)) return;
    (back.closest("sup") ?? back).remove();
    const made = document.createElement("span");
    made.setAttribute("data-footnote", "");
    made.append(...linesOf(note));
    const first = made.firstChild;
    if (first?.nodeType === 3) first.data = first.data.trimStart();
    note.remove();
    (mark.closest("sup") ?? mark).replaceWith(made);
  });
}

/** What stands in a note; a paragraph begins a line. */
function linesOf(note) {
  const paragraphs = note.matches("div") ? [...note.children] : [note];
  return paragraphs.flatMap((paragraph, at) => [
    ...(at ? [document.createElement("br")] : []),
    ...paragraph.childNodes,
  ]);
}

/** Bold and italic as elements, wherever a style said so; not where a style or a heading undoes them. */
function readStyles(body) {
  each(body, "[data-style*=mso-spacerun], .Apple-converted-space", (space) => space.replaceWith(" "));
  each(body, "b, strong, i, em, [data-style]", (element) => {
    const style = element.dataset.style ?? "";
    const weight = /(?:^|[;\s])font-weight\s*:\s*(\w+)/i.exec(style)?.[1];
    const slant = /(?:^|[;\s])font-style\s*:\s*(\w+)/i.exec(style)?.[1];
    const isBold = weight && (/^bold/i.test(weight) || Number(weight) >= 600);
    const isItalic = slant && /^(?:italic|oblique)/i.test(slant);
    const raised = styleOf(element, "vertical-align");
    const isInline = !element.matches("td, th, tr, table, img") && !element.querySelector(BLOCK);
    const small = /^(?:super|[1-9][\d.]*(?:px|pt|em|%))$/.test(raised)
      ? "sup"
      : /^(?:sub|-[1-9][\d.]*(?:px|pt|em|%))$/.test(raised)
        ? "sub"
        : "";
    if (small && isInline && !element.matches("sup, sub") && !element.closest("sup, sub")) wrapInside(element, small);
    if (element.closest("h1, h2, h3, h4, h5, h6, th")) {
      if (element.matches("b, strong")) unwrap(element);
    } else if (
      (element.matches("b, strong") && weight && !isBold) ||
      (element.matches("i, em") && slant && !isItalic)
    ) {
      unwrap(element);
    } else if (!element.querySelector(BLOCK)) {
      if (isBold && !element.matches("b, strong")) wrapInside(element, "strong");
      if (isItalic && !element.matches("i, em")) wrapInside(element, "em");
    }
  });
}

function wrapInside(element, name) {
  const wrapper = document.createElement(name);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

const MARKER = /^\s*(?:([·•▪●○◦§o–-])|\(?(?:\d{1,3}|[a-zа-я]|[ivxlc]{1,5})[.)])[\s\u00a0]+/i;

/** Word's lists are paragraphs with a marker typed before them. */
function makeLists(body) {
  let open = []; // the lists that the next item may join, one a level
  each(body, "p[class^=Mso], p[data-style*=mso-list]", (item) => {
    const found = readItem(item);
    if (!found) return;
    const { level, ordered } = found;
    if (item.previousElementSibling !== open[0]) open = [];
    open.length = Math.min(open.length, level);
    if (open.length === level && (open[level - 1].tagName === "OL") !== ordered) open.pop();
    while (open.length < level) {
      const list = document.createElement(ordered ? "ol" : "ul");
      if (open.length) lastItem(open.at(-1)).append(list);
      else item.before(list);
      open.push(list);
    }
    const line = open.at(-1).appendChild(document.createElement("li"));
    line.append(rename(item, "p"));
  });
}

const lastItem = (list) => list.lastElementChild ?? list.appendChild(document.createElement("li"));

/** The level and kind of a list paragraph, with its marker taken out; nothing for other paragraphs. */
function readItem(item) {
  const style = /mso-list\s*:\s*(?!none|skip)[^;]*?level(\d)/i.exec(item.dataset.style ?? "");
  const marker = item.querySelector("[data-style*='mso-list:Ignore' i], [data-style*='mso-list: Ignore' i]");
  const typed = /^MsoList/.test(item.className) && !marker ? MARKER.exec(item.textContent) : null;
  if (!style && !marker && !typed) return null;
  const sign = marker?.textContent ?? typed?.[0] ?? "·";
  if (marker) marker.remove();
  else if (typed) cutStart(item, typed[0].length);
  return {
    level: Math.min(Number(style?.[1] ?? 1), 6),
    ordered: /^[\s(]*(?:\d|[a-zа-я]{1,5}[.)])/i.test(sign) && !/^\s*o\s/.test(sign),
  };
}

function cutStart(element, length) {
  const texts = document.createNodeIterator(element, NodeFilter.SHOW_TEXT);
  for (let text; length && (text = texts.nextNode()); ) {
    const cut = Math.min(length, text.data.length);
    text.data = text.data.slice(cut);
    length -= cut;
  }
}

function mapHeadings(body) {
  each(body, "p.MsoTitle", (title) => rename(title, "h2"));
  each(body, "h1, h4, h5, h6", (heading) => rename(heading, HEADINGS[heading.tagName]));
  each(body, "td :is(h2, h3), li :is(h2, h3)", (heading) => rename(heading, "p"));
}

/** What a spreadsheet copies of one cell is a piece of text. */
function looseCells(body) {
  each(body, "table", (table) => {
    const cells = table.querySelectorAll("td, th");
    if (cells.length === 1 && cells[0].matches("td:not(:has(p, table))")) table.replaceWith(rename(cells[0], "div"));
  });
}

/** Two breaks between texts are what Telegram and mails have for a new paragraph. */
function splitAtBreaks(body) {
  for (const holder of [body, ...body.querySelectorAll("p, div")]) {
    if (!holder.querySelector(":scope > br + br")) continue;
    const parts = [[]];
    for (const node of [...holder.childNodes]) {
      const part = parts.at(-1);
      const afterBreak = part.at(-1)?.nodeName === "BR";
      if (isBlock(node)) parts.push([node], []);
      else if (node.nodeName === "BR" && afterBreak) parts.push([]);
      else if (part.length ? !(afterBreak && isBlankText(node)) : node.nodeName !== "BR") part.push(node);
    }
    const blocks = parts.filter((part) => part.length).map((part) => (isBlock(part[0]) ? part[0] : paragraph(part)));
    if (holder.tagName === "P") holder.replaceWith(...blocks);
    else holder.replaceChildren(...blocks);
  }
}

function paragraph(nodes) {
  const made = document.createElement("p");
  made.append(...nodes);
  while (made.lastChild?.nodeName === "BR") made.lastChild.remove();
  return made;
}

/** Whether nothing but a block, or nothing at all, stands on that side of `node`. */
function edge(node, side) {
  let beside = node[side];
  while (beside && isBlankText(beside)) beside = beside[side];
  return !beside || isBlock(beside);
}

const isBlankText = (node) => node.nodeType === 3 && !node.data.trim();
const isBlock = (node) => node.nodeType === 1 && node.matches(BLOCK);

function dropAttributes(body) {
  each(body, "*", (element) => {
    for (const name of element.getAttributeNames())
      if (!KEPT[element.tagName]?.includes(name)) element.removeAttribute(name);
  });
  each(body, "span:not([data-footnote]), font, o\\:p", unwrap);
}

function dropEmpty(body) {
  each(body, "br", (line) => {
    if (edge(line, "previousSibling") || edge(line, "nextSibling")) line.remove();
  });
  each(body, "b, strong, i, em, sup, sub, a", (mark) => mark.childNodes.length || mark.remove());
  each(body, "li, p, h2, h3, blockquote, div, figcaption", (block) => {
    if (isBlank(block) && !block.matches("td > :only-child, th > :only-child, figure > figcaption")) block.remove();
  });
  each(body, "ul, ol", (list) => list.childElementCount || list.remove());
  each(body, "table", (table) => isBlank(table) && table.remove());
}
