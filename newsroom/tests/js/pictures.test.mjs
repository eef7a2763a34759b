import assert from "node:assert/strict";
import { test } from "node:test";
import { cutOut } from "../../../static/js/admin-focal.js";
import { Trim } from "../../../static/js/admin-trim.js";
import { isUsable } from "../../../static/js/picture-batch.js";
import { cases } from "./cases.mjs";

const { least, sizes, crops, trims } = cases("pictures");
const percent = (fraction) => Math.round(100 * fraction);

/** A trim whose fields hold these edges (fractions) and this turn (degrees). */
function trimOf(edges, turn) {
  const fields = edges.map((edge) => ({ value: String(100 * edge), dispatchEvent() {} }));
  return Object.assign(Object.create(Trim.prototype), {
    ...{ isThere: true, fields, turnField: { value: String(turn) }, changed() {} },
    ...{ box: { dataset: { width: "1000", height: "500" } } },
  });
}

test("a picture that the server would refuse is known before it is sent", () => {
  for (const { size, usable } of sizes) assert.equal(isUsable(...size), usable, String(size));
});

test("a crop is cut around its point, as near as the edges allow", () => {
  for (const { size, crop, point, within } of crops) {
    const cut = cutOut(
      crop,
      size,
      point.map((part) => part / 100),
    );
    const found = cut.map((axis, at) => percent((point[at] / 100 - axis.start) / axis.size));
    assert.deepEqual(found, within, `${crop} of ${size} around ${point}`);
  }
});

test("a place of the original is found on what is shown of it", () => {
  for (const { edges, turn, point, shown } of trims) {
    const found = trimOf(edges, turn).toShown(point.map((part) => part / 100));
    assert.deepEqual(found.map(percent), shown, `${point} without ${edges}, turned by ${turn}`);
  }
});

test("edges cut on the turned picture are written down as those of the upright one", () => {
  for (const turn of [0, 90, 180, 270]) {
    const trim = trimOf([0, 0, 0, 0], turn);
    trim.edges = [0.1, 0.2, 0.3, 0.25];
    assert.deepEqual(trim.edges.map(percent), [10, 20, 30, 25]);
    const back = trim.unturned(trim.turned([0.2, 0.7])).map(percent);
    assert.deepEqual(back, [20, 70]);
  }
  const quarter = trimOf([0, 0, 0, 0], 90);
  quarter.edges = [0.1, 0, 0, 0]; // the left of a picture turned clockwise was its bottom
  assert.deepEqual(quarter.cutOff, [0, 0, 0, 0.1]);
});

test("an edge is pushed no further than leaves the pixels that a side needs", () => {
  const trim = trimOf([0, 0, 0, 0], 0);
  trim.put([0.95, 0, 0, 0]);
  trim.put([...trim.edges.slice(0, 1), 0.9, 0, 0]);
  assert.deepEqual(trim.edges, [1 - least / 1000, 1 - least / 500, 0, 0]);
});

test("a rectangle is moved as a whole, up to the edge", () => {
  const trim = trimOf([0.1, 0.2, 0.3, 0.4], 0);
  trim.moveBy(trim.edges, [0.9, -0.05]);
  assert.deepEqual(trim.edges.map(percent), [40, 15, 0, 45]);
});
