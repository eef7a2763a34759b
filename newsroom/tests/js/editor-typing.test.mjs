import assert from "node:assert/strict";
import { test } from "node:test";
import { Typing } from "../../../static/js/editor-typing.js";

/** What stands there once `keys` were typed one by one into an article in `language`. */
function typed(keys, language) {
  const field = { form: { elements: { namedItem: () => ({ value: language }) } } };
  const editor = { options: { element: { querySelector: () => field } } };
  const rules = Typing.config.addInputRules.call({ editor });
  let text = "";
  for (const key of keys) {
    text += key;
    const insertText = (written, from, to) => {
      text = text.slice(0, from) + written + text.slice(to);
    };
    for (const { find, handler } of rules) {
      const match = find.exec(text);
      const range = { from: match?.index, to: text.length };
      if (match && handler({ state: { tr: { insertText } }, range, match }) !== null) break;
    }
  }
  return text;
}

const ENGLISH = {
  '"Som," he said': "“Som,” he said",
  '("no")': "(“no”)",
  '"He said "no" twice"': "“He said ‘no’ twice”",
  "it's '90s": "it’s ‘90s",
  "dogs' 'a'": "dogs’ ‘a’",
  "wait...": "wait…",
  "2020--2025": "2020–2025",
  "---": "–-",
  "one - two": "one – two",
  " - a": " - a",
};
const OTHERS = [
  ["ru", '"Сом", - сказал он', "«Сом», — сказал он"],
  ["ky", '"Ал "жок" деди"', "«Ал „жок“ деди»"],
  ["uz", "o'zbek g'oya", "oʻzbek gʻoya"],
  ["uz", "ta'lim", "taʼlim"],
  ["ru", "об'явил", "об’явил"],
  ["uz-Latn-UZ", "o'zbek", "oʻzbek"],
  ["uz-Cyrl", '"об\'ект" - а', "«об’ект» — а"],
  ["kk-KZ", '"Сом" - а', "«Сом» — а"],
  ["kk-Latn", '"Som" - a', "“Som” – a"],
  ["fa-AF", '"کابل"', "«کابل»"],
  ["en-GB", '"Som"', "“Som”"],
];

test("quotation marks, apostrophes and dashes as English has them", () => {
  for (const [keys, text] of Object.entries(ENGLISH)) assert.equal(typed(keys, "en"), text, keys);
});

test("and as the language of the article has them", () => {
  for (const [language, keys, text] of OTHERS) assert.equal(typed(keys, language), text, keys);
});
