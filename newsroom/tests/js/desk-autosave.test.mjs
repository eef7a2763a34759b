import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { Keeper } from "../../../static/js/desk-autosave.js";

const SENTENCES = {
  ...{ idle: "Nothing typed", typing: "Typing", kept: "Kept at %time", full: "No room" },
  ...{ away: "No answer", loggedOut: "Logged out", large: "Too long", nowhere: "Kept nowhere", database: "Read only" },
};
let heard;

/** A keeper with words that the server does not have; `sent` counts how often they are sent. */
function keeper() {
  const made = Object.assign(Object.create(Keeper.prototype), {
    ...{ status: { dataset: { ...SENTENCES } }, seen: "new", stored: "old", failures: 0, sent: 0, inBrowser: true },
    async send() {
      made.sent += 1;
    },
  });
  return made;
}

describe("the keeper of an article's form", () => {
  beforeEach(() => {
    heard = { textContent: "" };
    mock.method(document, "querySelector", () => heard);
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => {
    mock.restoreAll();
    mock.timers.reset();
  });

  test("a failure is told by the server's word for it; what has no sentence is no answer", () => {
    const made = keeper();
    made.failed({ reason: "logged-out" });
    assert.equal(made.status.textContent, "Logged out");
    made.failed({ reason: "window" });
    assert.equal(made.status.textContent, "No answer");
    made.failed(new TypeError("fetch failed"));
    assert.equal(made.reason, "away");
  });

  test("it is tried again, each time later, up to half a minute", () => {
    const made = keeper();
    for (const seconds of [2, 4, 8, 15, 30, 30]) {
      made.sent = 0;
      made.failed({ reason: "away" });
      mock.timers.tick(seconds * 1000 - 1);
      assert.equal(made.sent, 0, `before ${seconds} seconds`);
      mock.timers.tick(1);
      assert.equal(made.sent, 1, `after ${seconds} seconds`);
    }
  });

  test("a text that is too long is not sent again as it is, nor one that the server has", () => {
    const made = keeper();
    made.failed({ reason: "large" });
    mock.timers.tick(60_000);
    assert.equal(made.sent, 0);
    made.failed({ reason: "away" });
    made.stored = made.seen;
    mock.timers.tick(60_000);
    assert.equal(made.sent, 0);
  });

  test("where the browser keeps nothing either, nobody is told that it does", () => {
    const made = Object.assign(keeper(), { inBrowser: false });
    made.failed({ reason: "away" });
    assert.equal(made.status.textContent, "Kept nowhere");
    const shown = ["away", "database", "logged-out"].map((reason) => made.shown(reason));
    assert.deepEqual(shown, ["nowhere", "nowhere", "logged-out"]);
    assert.equal(keeper().shown("away"), "away");
  });

  test("what is grave is read aloud when it begins and when it is over, and not at every key", () => {
    const made = keeper();
    const said = (state, at) => {
      heard.textContent = "";
      made.say(state, at);
      return heard.textContent;
    };
    const states = ["idle", "typing", "kept", "away", "away", "logged-out", "typing", "kept", "kept"];
    assert.deepEqual(
      states.map((state) => said(state, "14:05")),
      ["", "", "", "No answer", "", "Logged out", "", "Kept at 14:05", ""],
    );
  });
});
