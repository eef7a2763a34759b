import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, instants, written } from "../../../static/js/desk-times.js";
import { cases } from "./cases.mjs";

const { steps, words, typed } = cases("desk_times");

test("how far away a time is, to both sides of every step", () => {
  for (const { zone, now, said } of words)
    for (const [moment, expected] of Object.entries(said))
      assert.equal(inWords(Date.parse(moment), zone, steps, Date.parse(now)), expected, `${moment} at ${now}`);
});

test("a typed time is one instant; none where the clock is put forward over it, two where it is put back", () => {
  for (const { zone, typed: text, instants: expected } of typed)
    assert.deepEqual(instants(text, zone), expected.map(Date.parse), `${text} in ${zone}`);
  assert.equal(instants("2027-02-31T99:00", "UTC"), null);
});

test("a time is written by the paper's clock", () => {
  for (const { zone, instants: found, written: expected } of typed)
    if (expected) assert.equal(written(Date.parse(found[0]), zone), expected);
});
