// Quotation marks, dashes and apostrophes as printers set them, while somebody types; by the article's language.
// Backspace right after gives back what was typed. Pasted text stays as it is.
import { Extension, InputRule } from "django-prose-editor/editor";
import { language } from "./editor-desk.js";

const CURLY = ["“", "”", "‘", "’"]; // a quotation's first and last, then of one within it
const ANGLED = ["«", "»", "„", "“"];
const QUOTES = { ru: ANGLED, kk: ANGLED, ky: ANGLED, tg: ANGLED };
const LONG = "—";
const DASHES = { ru: LONG, kk: LONG, ky: LONG, tg: LONG };
const OPENS = /(?:^|[\s([{«“‘„—–/])$/; // what a quotation may begin after
const AHEAD = "([^\\n]{0,200})";

/** The `count` characters typed last become another text: `write` says how many, and which. */
const rule = (find, write) =>
  new InputRule({
    find,
    handler({ state, range, match }) {
      const written = write(match);
      if (!written) return null;
      const [count, text] = written;
      state.tr.insertText(text, range.to - count, range.to);
      return undefined;
    },
  });

/** The mark for a quotation that begins or ends after `before`; within another one where that is open. */
function quotation(before, [first, last, innerFirst, innerLast]) {
  const count = (mark) => before.split(mark).length;
  const isWithin = count(first) > count(last);
  if (OPENS.test(before)) return isWithin ? innerFirst : first;
  return count(innerFirst) > count(innerLast) ? innerLast : last;
}

export const Typing = Extension.create({
  name: "typing",
  addInputRules() {
    const spoken = () => language(this.editor);
    const dash = () => DASHES[spoken()] ?? "–";
    return [
      rule(new RegExp(`${AHEAD}"$`), ([, before]) => [1, quotation(before, QUOTES[spoken()] ?? CURLY)]),
      rule(/[\p{L}\p{N}]'$/u, ([typed]) => [1, spoken() !== "uz" ? "’" : /[og]/i.test(typed) ? "ʻ" : "ʼ"]),
      rule(new RegExp(`${AHEAD}'$`), ([, before]) => [1, OPENS.test(before) ? "‘" : "’"]),
      rule(/\.\.\.$/, () => [3, "…"]),
      rule(/(?:^|[^-])--$/, () => [2, dash()]),
      rule(/\S - $/, () => [2, `${dash()} `]),
    ];
  },
});
