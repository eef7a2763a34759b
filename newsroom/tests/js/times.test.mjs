import assert from "node:assert/strict";
import { test } from "node:test";
import { inLine, inWords } from "../../../static/js/times.js";
import { cases } from "./cases.mjs";

const { published, said } = cases("readers_times");

test("a fresh time is words of the reader's clock, by the paper's days", () => {
  for (const { now, words } of said) assert.equal(inWords(published, Date.parse(now)), words, now);
});

test("a line of Latest says the minutes, the hour, the day of the week, and then its date", () => {
  for (const { now, line } of said) assert.equal(inLine(published, Date.parse(now)), line, now);
});

test("a stamp in UTC and one west of it have days of their own", () => {
  const now = Date.parse("2025-12-09T01:30:00Z");
  assert.equal(inWords("2025-12-08T23:30:00Z", now), "yesterday 23:30");
  assert.equal(inWords("2025-12-08T18:30:00-05:00", now), "today 18:30");
});

test("what is no stamp is left alone", () => assert.equal(inWords("8 December", Date.now()), null));
