import assert from "node:assert/strict";
import { test } from "node:test";
import "../../../static/js/desk-slugs.js";
import { cases } from "./cases.mjs";

const { names, letters } = cases("slugs");

test("the address offered is the one that the server would make of the name", () => {
  for (const [text, slug] of Object.entries({ ...names, ...letters }))
    assert.equal(window.URLify(text, 80, false), slug, text);
});
