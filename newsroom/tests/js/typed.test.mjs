import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { split } from "../../../static/js/admin-tags.js";
import { normalText } from "../../../static/js/editor-paste-text.js";
import { cases } from "./cases.mjs";

const { tags, texts, fields } = cases("typed");

test("the names in a line of tags", () => {
  for (const [text, names] of Object.entries(tags)) assert.deepEqual(split(text), names, text);
});

test("pasted text loses what controls or shows nothing", () => {
  for (const [text, normal] of Object.entries(texts)) assert.equal(normalText(text), normal, JSON.stringify(text));
});

test("which fields of a form are kept while they are typed", async () => {
  mock.method(document, "querySelector", () => ({ dataset: {} })); // the template that stands on every page of the desk
  const { isKept } = await import("../../../static/js/desk-unsaved.js");
  for (const [name, kept] of Object.entries(fields)) assert.equal(isKept(name), kept, name);
  mock.restoreAll();
});
