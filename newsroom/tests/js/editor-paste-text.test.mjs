import assert from "node:assert/strict";
import { test } from "node:test";
import { cutOut, plainRules, withoutEnd } from "../../../static/js/editor-paste-scan.js";
import { shapedText } from "../../../static/js/editor-paste-text.js";

const html = (text) => shapedText(text)?.innerHTML ?? null;
const long = "A line of sixty letters or so, which a mail program has broken";

test("lines alone have no shape", () => {
  for (const text of ["One line", "Two\nlines", "2 * 3 * 4", "snake_case and #tag", "a\tb"])
    assert.equal(html(text), null);
});

test("Markdown becomes what it means", () => {
  const made = {
    "# Title\ntext": "<h2>Title</h2><p>text</p>",
    "### Small ###": "<h3>Small</h3>",
    "**Bold** and *slant*": "<p><strong>Bold</strong> and <em>slant</em></p>",
    "## L\n- a\n- b": "<h2>L</h2><ul><li><p>a</p></li><li><p>b</p></li></ul>",
    "## L\n3. a\n4. b": '<h2>L</h2><ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>',
    "## L\n- a\n  - b\n- c": "<h2>L</h2><ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>",
    "## Q\n> said\n> so": "<h2>Q</h2><blockquote><p>said so</p></blockquote>",
    "[here](https://example.org/?utm_source=x)": '<p><a href="https://example.org/">here</a></p>',
    "**x** a[^1]\n\n[^1]: note": '<p><strong>x</strong> a<span data-footnote="">note</span></p>',
    "## T\n|a|b|\n|-|-|\n|1|2|":
      "<h2>T</h2><table><tbody><tr><th><p>a</p></th><th><p>b</p></th></tr><tr><td><p>1</p></td><td><p>2</p></td></tr></tbody></table>",
  };
  for (const [text, expected] of Object.entries(made)) assert.equal(html(text), expected, text);
});

test("cells with tabs between them become a table, if every line has as many", () => {
  assert.equal(html("a\tb\r\n1\t2\n"), `<table><tbody>${["ab", "12"].map(rowOf).join("")}</tbody></table>`);
  assert.equal(html("a\tb\n1"), null);
});

const rowOf = ([one, other]) => `<tr><td><p>${one}</p></td><td><p>${other}</p></td></tr>`;

test("lines that were broken to fit are joined, and short ones are not", () => {
  assert.equal(html(`${long}\nand goes on.\n\nNext.`), `<p>${long} and goes on.</p><p>Next.</p>`);
  assert.equal(html("Short line\nand another\n\nNext."), null);
});

test("a text as long as a book is left as it is", () => assert.equal(html(`# T\n${"x".repeat(300_000)}`), null));

test("what stands between two signs is cut out; what has no end stays", () => {
  const text = "a<s>1</s>b<s>2</s>c<s>3";
  assert.equal(
    cutOut(text, /<s>/g, /<\/s>/g, (inside) => `[${inside}]`),
    "a[1]b[2]c<s>3",
  );
});

test("rules of a sheet that stand in no other", () => {
  const css = "@import 'x'; p { color: red } @media print { p { color: blue } } .a, b { top: 0 }";
  assert.deepEqual(
    plainRules(css).map(([about, says]) => [about.trim(), says.trim()]),
    [
      ["p", "color: red"],
      [".a, b", "top: 0"],
    ],
  );
});

test("signs at the end go", () => assert.equal(withoutEnd("a##b###", "#"), "a##b"));
