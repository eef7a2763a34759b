import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../../static/js/editor-charts.js";
import { ADDRESS } from "../../../static/js/editor-embeds.js";
import { KEPT } from "../../../static/js/editor-paste.js";
import { pageOf } from "../../../static/js/editor-paste-frames.js";
import { NUMBERS } from "../../../static/js/editor-read-also.js";
import { linkAddress } from "../../../static/js/editor-stock.js";
import { cases } from "./cases.mjs";

const { charts, embeds, read_also: readAlso, links, frames, attributes } = cases("shapes");
const each = (table, check) => {
  for (const [text, expected] of Object.entries(table)) assert.equal(check(text), expected, text);
};

test("what the editor takes for a chart", () => each(charts, (text) => Boolean(parse(text))));
test("what it takes for an embed", () => each(embeds, (text) => ADDRESS.test(text)));
test("what it takes for articles to read also", () => each(readAlso, (text) => NUMBERS.test(text)));
test("which addresses it lets a link have", () => each(links, (text) => Boolean(linkAddress(text))));

test("the page that a pasted frame shows", () => each(frames, (source) => pageOf(source) ?? null));
test("what stays of a pasted element's attributes", () => assert.deepEqual(KEPT, attributes));

test("a link's address is written down as it must be", () => {
  const written = {
    " example.org/x ": "https://example.org/x",
    "desk@example.org": "mailto:desk@example.org",
    "https://example.org/?utm_source=x&a=1": "https://example.org/?a=1",
    "//example.org/": null,
    "two words": null,
    word: null,
    "": null,
  };
  each(written, linkAddress);
});
