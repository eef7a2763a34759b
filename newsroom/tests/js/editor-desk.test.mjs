import assert from "node:assert/strict";
import { test } from "node:test";
import { minutesToRead, wordsIn } from "../../../static/js/editor-desk.js";
import { cases } from "./cases.mjs";

const { counts, minutes } = cases("reading");

test("words are counted as the server counts them", () => {
  for (const [text, count] of Object.entries(counts)) assert.equal(wordsIn(text), count, text);
});

test("the minutes to read them are those that readers are told", () => {
  for (const [words, expected] of Object.entries(minutes)) assert.equal(minutesToRead(Number(words)), expected, words);
});
