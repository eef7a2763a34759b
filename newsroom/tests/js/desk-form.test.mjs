import assert from "node:assert/strict";
import { mock, test } from "node:test";

test("a pause in typing is waited for, but not for ever", async () => {
  let type;
  const form = { addEventListener: (_kind, act) => (type = act) };
  mock.method(document, "getElementById", () => form);
  const { afterPause } = await import("../../../static/js/desk-form.js?with-a-form");
  mock.timers.enable({ apis: ["setTimeout"] });
  let clock = 0;
  mock.method(performance, "now", () => clock);
  const pass = (milliseconds) => {
    clock += milliseconds;
    mock.timers.tick(milliseconds);
  };
  let acts = 0;
  afterPause(100, () => (acts += 1), 250);

  type();
  pass(99);
  type();
  pass(99);
  assert.equal(acts, 0);
  type(); // 198 after the first: 52 are left of the 250
  pass(51);
  assert.equal(acts, 0);
  pass(1);
  assert.equal(acts, 1);
  pass(1000);
  assert.equal(acts, 1); // nothing was typed

  type();
  pass(99);
  assert.equal(acts, 1); // the next change is a first one again
  pass(1);
  assert.equal(acts, 2);
  mock.restoreAll();
  mock.timers.reset();
});
