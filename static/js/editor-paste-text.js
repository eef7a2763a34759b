// Plain text that has a shape: Markdown, cells with tabs between, lines that a mail program broke.
import { unwrapAddress } from "./editor-paste-links.js";
import { withoutEnd } from "./editor-paste-scan.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\u202a-\u202e\u2066-\u2069\ufeff]/g;
const MARKDOWN =
  /^#{1,6} \S|^\*\*[^*\n]+\*\*|[\s(]\*\*[^*\n]+\*\*|\[[^\]\n]{1,300}\]\(https?:\/\/[^\s)]+\)|^\[\^\w{1,20}\]: /m; // signs that nobody types by chance
const WRAPPED = { least: 50, most: 80 }; // characters of a line that was broken to fit
const LONGEST = 300_000;

/** `text` in the form in which it is stored. */
export const normalText = (text) => text.replace(CONTROL, "").normalize("NFC");

/** Elements for `text`, or nothing if it is just lines. */
export function shapedText(given) {
  if (given.length > LONGEST) return null;
  const text = withoutEnd(normalText(given.replace(/\r\n?/g, "\n")), "\n");
  const made = MARKDOWN.test(text) ? markdown(text) : isTable(text) ? [table(text)] : unwrapped(text);
  if (!made) return null;
  const body = document.createElement("div");
  body.append(...made);
  return body;
}

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

function isTable(text) {
  const lines = text.split("\n");
  const tabs = lines.map((line) => line.split("\t").length);
  return lines.length > 1 && tabs[0] > 1 && tabs.every((count) => count === tabs[0]);
}

function table(text) {
  const row = (line) => element("tr", ...line.split("\t").map((words) => element("td", element("p", words.trim()))));
  return element("table", element("tbody", ...text.split("\n").map(row)));
}

/** Paragraphs whose lines were broken at a width, joined; nothing if no line was. */
function unwrapped(text) {
  let joined = false;
  const paragraphs = text.split(/\n[ \t]*\n+/).flatMap((block) => {
    const lines = block.split("\n").map((line) => line.trim());
    const isBroken =
      lines.length > 1 &&
      lines.slice(0, -1).every(({ length }) => length >= WRAPPED.least && length <= WRAPPED.most) &&
      lines.at(-1).length <= WRAPPED.most;
    joined ||= isBroken;
    return isBroken ? [lines.join(" ")] : lines;
  });
  return joined ? paragraphs.filter(Boolean).map((words) => element("p", words)) : null;
}

const ITEM = /^( {0,8})([-*+]|\d{1,4}[.)])\s+(.*)$/;

const DEEPEST = 5; // quotations within each other

function markdown(text, deep = 0) {
  const notes = new Map();
  const body = text.replace(/^\[\^(\w{1,20})\]: (.+)$/gm, (_all, name, words) => {
    notes.set(name, words);
    return "";
  });
  const made = [];
  const lines = body.split("\n");
  while (lines.length) {
    const line = lines[0];
    const heading = /^(#{1,6}) +(.+)$/.exec(line);
    if (!line.trim() || /^ {0,3}(?:[-*_] *){3,}$/.test(line)) lines.shift();
    else if (heading) {
      made.push(
        element(heading[1].length < 3 ? "h2" : "h3", ...spans(withoutEnd(heading[2].trimEnd(), "#").trimEnd(), notes)),
      );
      lines.shift();
    } else if (deep < DEEPEST && /^> ?/.test(line))
      made.push(
        element(
          "blockquote",
          ...markdown(
            taken(lines, (one) => /^> ?/.test(one))
              .map((one) => one.replace(/^> ?/, ""))
              .join("\n"),
            deep + 1,
          ),
        ),
      );
    else if (/^\|.+\|\s*$/.test(line))
      made.push(
        grid(
          taken(lines, (one) => /^\|.+\|\s*$/.test(one)),
          notes,
        ),
      );
    else if (ITEM.test(line))
      made.push(
        ...list(
          taken(lines, (one) => ITEM.test(one) || /^\s{2,}\S/.test(one)),
          notes,
        ),
      );
    else made.push(element("p", ...spans(taken(lines, isProse).join(" "), notes)));
  }
  return made;
}

const isProse = (line, at) =>
  Boolean(line.trim()) && (!at || !(/^(?:#{1,6} |> ?|\|.+\|\s*$)/.test(line) || ITEM.test(line)));

/** The lines from the first on that `belongs` takes, no longer in `lines`. */
function taken(lines, belongs) {
  let count = 1;
  while (count < lines.length && belongs(lines[count], count)) count += 1;
  return lines.splice(0, count).map((line) => line.trimEnd());
}

function list(lines, notes) {
  const items = [];
  for (const line of lines) {
    const found = ITEM.exec(line);
    if (found)
      items.push({
        deep: found[1].length,
        ordered: /\d/.test(found[2]),
        number: Number.parseInt(found[2], 10) || 1,
        words: found[3],
      });
    else items.at(-1).words += ` ${line.trim()}`;
  }
  const made = [];
  const open = []; // lists within each other, each with how deep it stands
  for (const { deep, ordered, number, words } of items) {
    while (open.length && open.at(-1).deep > deep + 1) open.pop();
    if (!open.length || deep > open.at(-1).deep + 1 || (open.at(-1).list.tagName === "OL") !== ordered) {
      if (open.length && deep <= open.at(-1).deep + 1) open.pop();
      const fresh = element(ordered ? "ol" : "ul");
      if (ordered && number > 1) fresh.setAttribute("start", number);
      if (open.length) open.at(-1).list.lastElementChild.append(fresh);
      else made.push(fresh);
      open.push({ deep, list: fresh });
    }
    open.at(-1).list.append(element("li", element("p", ...spans(words, notes))));
  }
  return made;
}

function grid(lines, notes) {
  const cells = lines.filter((line) => !/^[|\s:-]+$/.test(line)).map((line) => line.trim().slice(1, -1).split("|"));
  const headed = lines.length > 1 && /^[|\s:-]+$/.test(lines[1]);
  const row = (words, at) =>
    element(
      "tr",
      ...words.map((word) => element(headed && !at ? "th" : "td", element("p", ...spans(word.trim(), notes)))),
    );
  return element("table", element("tbody", ...cells.map(row)));
}

const SPAN =
  /\*\*([^*\n]+)\*\*|__([^_\n]+)__|(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])|(?<!\w)_([^_\s][^_\n]*)_(?!\w)|!\[[^\]\n]{0,300}\]\([^\s)]*\)|\[([^\]\n]{1,300})\]\((https?:\/\/[^\s)]+|mailto:[^\s)]+)\)|\[\^(\w{1,20})\]|`([^`\n]+)`/g;

/** What stands in a line. */
function spans(words, notes) {
  const made = [];
  let end = 0;
  for (const found of words.matchAll(SPAN)) {
    const [all, bold, bold2, slant, slant2, label, address, note, code] = found;
    made.push(words.slice(end, found.index));
    end = found.index + all.length;
    if (bold ?? bold2) made.push(element("strong", ...spans(bold ?? bold2, notes)));
    else if (slant ?? slant2) made.push(element("em", ...spans(slant ?? slant2, notes)));
    else if (address) {
      const link = element("a", label);
      link.setAttribute("href", unwrapAddress(address));
      made.push(link);
    } else if (note) {
      const sign = element("span", ...(notes.has(note) ? spans(notes.get(note), new Map()) : []));
      sign.setAttribute("data-footnote", "");
      made.push(notes.has(note) ? sign : all);
    } else if (code) made.push(code);
  }
  return [...made, words.slice(end)].filter((part) => part !== "");
}
