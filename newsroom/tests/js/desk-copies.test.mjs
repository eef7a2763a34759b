import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { allCopies, BrowserCopies } from "../../../static/js/desk-copies.js";

const FORM = "/admin/articles/article/12/";
const now = Date.now();
const windows = (copies) => copies.map((copy) => copy.window);

describe("copies in the browser", () => {
  beforeEach(() => {
    for (const key of Object.keys(localStorage)) localStorage.removeItem(key);
    localStorage.room = Infinity;
  });

  test("a window has one copy, the newest; a person's come with the oldest first", () => {
    const copies = new BrowserCopies("7", FORM);
    copies.put("b", { headline: ["New"] }, now);
    copies.put("a", { headline: ["Old"] }, now - 5);
    copies.put("b", { headline: ["Newer"] }, now + 1, { title: "An article" });
    new BrowserCopies("8", FORM).put("c", { headline: ["Another's"] }, now);
    assert.deepEqual(windows(copies.all()), ["a", "b"]);
    const { fields, base, title } = copies.all()[1];
    assert.deepEqual({ fields, base, title }, { fields: { headline: ["Newer"] }, base: FORM, title: "An article" });
    assert.equal(allCopies().length, 3);
  });

  test("where there is no room the oldest of others goes; a browser that keeps nothing says so", () => {
    const copies = new BrowserCopies("7", FORM);
    localStorage.room = 2;
    for (const [place, name] of ["a", "b", "c"].entries()) assert.equal(copies.put(name, {}, now + place), true);
    assert.deepEqual(windows(copies.all()), ["b", "c"]);
    for (const copy of copies.all()) copies.remove(copy);
    localStorage.room = 0;
    assert.equal(copies.put("d", {}, now), false);
  });

  test("of more than forty the oldest go", () => {
    for (let place = 0; place < 45; place += 1) new BrowserCopies("7", FORM).put(`w${place}`, {}, now + place);
    const copies = windows(new BrowserCopies("7", FORM).all());
    assert.deepEqual([copies.length, copies[0], copies.at(-1)], [40, "w5", "w44"]);
  });

  test("what is older than a month goes", () => {
    const day = 86_400_000;
    const copies = new BrowserCopies("7", FORM);
    for (const days of [31, 29]) {
      const sequence = now - days * day;
      localStorage.setItem(`desk-copy:7:w${days}`, JSON.stringify({ window: `w${days}`, sequence, fields: {} }));
    }
    copies.put("now", {}, now);
    assert.deepEqual(windows(copies.all()), ["w29", "now"]);
  });

  test("what is no copy is passed over", () => {
    localStorage.setItem("desk-copy:7:torn", '{"window": ');
    localStorage.setItem("another", "{}");
    assert.deepEqual(new BrowserCopies("7", FORM).all(), []);
    new BrowserCopies("7", FORM).removeWindow("torn");
    assert.deepEqual(allCopies(), []);
  });
});
