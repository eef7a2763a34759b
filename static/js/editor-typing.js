// Quotation marks, dashes and apostrophes as printers set them, while somebody types; by the article's language.
// Backspace right after gives back what was typed. Pasted text stays as it is.
import { Extension, InputRule } from "django-prose-editor/editor";
import { language } from "./editor-desk.js";

const CURLY = ["“", "”", "‘", "’"]; // a quotation's first and last, then of one within it
const ANGLED = ["«", "»", "„", "“"];
const DOUBLE_ANGLED = ["«", "»", "‹", "›"];
const LONG = "—";
const SHORT = "–";
const CYRILLIC = ["ru", "kk", "ky", "tg", "mn", "tt", "uk", "uz-Cyrl", "kaa-Cyrl"];
const LATIN = ["kk-Latn", "tg-Latn", "mn-Latn", "tt-Latn"]; // of languages that are usually in Cyrillic letters
const QUOTES = {
  ...Object.fromEntries(CYRILLIC.map((code) => [code, ANGLED])),
  ...Object.fromEntries(LATIN.map((code) => [code, CURLY])),
  ...Object.fromEntries(["fa", "ps", "ug", "kk-Arab", "ky-Arab", "uz-Arab"].map((code) => [code, DOUBLE_ANGLED])),
};
const DASHES = Object.fromEntries([...CYRILLIC.map((code) => [code, LONG]), ...LATIN.map((code) => [code, SHORT])]);
/** What `table` has for a language's code, or for the language in whichever script it is usually written. */
const usual = (table, code) => {
  const [language, script] = code.split("-");
  return table[code] ?? table[`${language}-${script}`] ?? table[language];
};
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
    const dash = () => usual(DASHES, spoken()) ?? SHORT;
    const isUzbek = () => /^uz(?!-(?:Cyrl|Arab))/.test(spoken());
    return [
      rule(new RegExp(`${AHEAD}"$`), ([, before]) => [1, quotation(before, usual(QUOTES, spoken()) ?? CURLY)]),
      rule(/[\p{L}\p{N}]'$/u, ([typed]) => [1, !isUzbek() ? "’" : /[og]/i.test(typed) ? "ʻ" : "ʼ"]),
      rule(new RegExp(`${AHEAD}'$`), ([, before]) => [1, OPENS.test(before) ? "‘" : "’"]),
      rule(/\.\.\.$/, () => [3, "…"]),
      rule(/(?:^|[^-])--$/, () => [2, dash()]),
      rule(/\S - $/, () => [2, `${dash()} `]),
    ];
  },
});
