import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, HEX, isReadable } from "../../../static/js/desk-look.js";
import { cases } from "./cases.mjs";

const { colours, contrasts } = cases("colours");

test("what is a colour", () => {
  for (const [text, expected] of Object.entries(colours)) assert.equal(HEX.test(text), expected, text);
});

test("contrast, and whether words can be read", () => {
  for (const { text, ground, contrast: expected, readable } of contrasts) {
    assert.equal(contrast(text, ground).toFixed(4), expected.toFixed(4), `${text} on ${ground}`);
    assert.equal(contrast(ground, text), contrast(text, ground));
    assert.equal(isReadable(text, ground), readable, `${text} on ${ground}`);
  }
});
