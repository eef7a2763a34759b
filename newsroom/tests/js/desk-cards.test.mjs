import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, description, pageTitle } from "../../../static/js/desk-cards.js";
import { cases } from "./cases.mjs";

const { cuts, descriptions, titles } = cases("cards");

test("a text is cut after a whole word", () => {
  for (const { text, most, cut: expected } of cuts) assert.equal(cut(text, most), expected, text);
});

test("a short description is followed by the next", () => {
  for (const { parts, description: expected } of descriptions) assert.equal(description(...parts), expected);
});

test("a title carries the paper's name where both fit", () => {
  for (const { text, paper, title } of titles) assert.equal(pageTitle(text, paper), title, text);
});
