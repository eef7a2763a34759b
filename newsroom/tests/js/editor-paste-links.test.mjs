import assert from "node:assert/strict";
import { test } from "node:test";
import { unwrapAddress } from "../../../static/js/editor-paste-links.js";

const inner = "https://example.org/a?b=1";
const wrapped = encodeURIComponent(inner);

test("an address leaves its wrappers", () => {
  const wrappers = [
    `https://www.google.com/url?sa=t&url=${wrapped}`,
    `https://www.google.kg/url?q=${wrapped}`,
    `https://l.facebook.com/l.php?u=${wrapped}&h=AT0`,
    `https://eur01.safelinks.protection.outlook.com/?url=${wrapped}&data=05`,
    `https://vk.com/away.php?to=${wrapped}`,
    `https://t.me/iv?url=${wrapped}&rhash=1`,
    `https://urldefense.com/v3/__${inner}__;!!x`,
    `https://www.google.com/amp/s/example.org/a?b=1`,
    `https://l.facebook.com/l.php?u=${encodeURIComponent(`https://www.google.com/url?q=${wrapped}`)}`,
  ];
  for (const address of wrappers) assert.equal(unwrapAddress(address), inner, address);
});

test("a wrapper that holds no web address stays", () => {
  for (const address of ["https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/search?q=som"])
    assert.equal(unwrapAddress(address), address);
});

test("marks of counting go, and nothing else of the address changes", () => {
  const plain = {
    "https://example.org/?utm_source=x": "https://example.org/",
    "https://example.org/?a=%20&UTM_Medium=y&b#c": "https://example.org/?a=%20&b#c",
    "https://example.org/?fbclid=1#c": "https://example.org/#c",
    "https://youtu.be/abc?si=1&t=5": "https://youtu.be/abc?t=5",
    "https://example.org/?si=1": "https://example.org/?si=1",
    "https://example.org/?about=utm_source": "https://example.org/?about=utm_source",
    "mailto:a@example.org?utm_source=x": "mailto:a@example.org?utm_source=x",
    "/about/?utm_source=x": "/about/?utm_source=x",
  };
  for (const [address, expected] of Object.entries(plain)) assert.equal(unwrapAddress(address), expected);
});
