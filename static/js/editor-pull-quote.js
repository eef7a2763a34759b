// A pull quote: its words, and below them who says them and what they are (articles/body/pull_quotes.py).
import { Node, crel, gettext, pm } from "django-prose-editor/editor";
import { defineToggle, note } from "./editor-boxes.js";
import { insertFurniture } from "./editor-stock.js";

const SPEAKER = ["name", "role"]; // the lines below the words, in order

/** An aside as it may be stored, in the three lines that the editor has. */
function takeApart(aside) {
  const rest = aside.cloneNode(true);
  const speaker = SPEAKER.map((part) => {
    const said = rest.querySelector(`p[data-speaker="${part}"]`);
    said?.remove();
    return crel("p", { "data-speaker": part, textContent: said?.textContent ?? "" });
  });
  flatten(rest);
  return crel("div", {}, [crel("p", {}, [...rest.childNodes]), ...speaker]);
}

/** Make paragraphs of one text with line breaks. */
function flatten(aside) {
  for (const block of aside.querySelectorAll("p, div, h2, h3, h4, li, ul, ol, blockquote")) {
    if (block.nextElementSibling) block.after(document.createElement("br"));
    block.replaceWith(...block.childNodes);
  }
}

/** A line that says what belongs there as long as nothing does. */
const line = (attributes, placeholder) => () => {
  const dom = crel("p", { ...attributes, "data-placeholder": placeholder });
  return { dom, contentDOM: dom };
};

const Words = Node.create({
  name: "pullQuoteWords",
  content: "inline*",
  defining: true,
  isolating: true,
  parseHTML: () => [{ tag: "p", context: "pullQuote/", priority: 60 }],
  renderHTML: () => ["p", 0],
  addNodeView: () => line({}, gettext("Pull quote")),
});

const speakerLine = (name, part, placeholder) =>
  Node.create({
    name,
    content: "text*",
    marks: "",
    defining: true,
    isolating: true,
    parseHTML: () => [{ tag: `p[data-speaker="${part}"]`, context: "pullQuote/", priority: 70 }],
    renderHTML: () => ["p", { "data-speaker": part }, 0],
    addNodeView: () => line({ "data-speaker": part }, placeholder),
  });
const Name = speakerLine("pullQuoteName", "name", gettext("Who says it (or nothing)"));
const Role = speakerLine("pullQuoteRole", "role", gettext("What they are"));

export const PullQuote = Node.create({
  name: "pullQuote",
  group: "furniture",
  content: "pullQuoteWords pullQuoteName pullQuoteRole",
  defining: true,
  addExtensions: () => [Words, Name, Role],
  parseHTML: () => [{ tag: "aside[data-pull-quote]", contentElement: takeApart }],
  renderHTML: () => ["aside", { "data-pull-quote": "" }, 0],
  addNodeView: () => note("data-pull-quote", gettext("Pull quote")),
  addKeyboardShortcuts() {
    return {
      Enter: () => goOn(this.editor),
      "Shift-Enter": () => place(this.editor.state)?.line > 0, // a name is one line
      Backspace: () => goBack(this.editor),
    };
  },
  addCommands() {
    return {
      togglePullQuote:
        () =>
        ({ state, tr, dispatch }) =>
          toggle(state, tr, dispatch),
    };
  },
  addMenuItems({ menu, buttons }) {
    defineToggle(menu, this.editor, "pullQuote", buttons.material("campaign", gettext("Pull quote")));
  },
});

/** Where the cursor is in a pull quote: the number of its line; nothing elsewhere. */
function place({ selection: { $from, empty } }) {
  const isInside = $from.depth === 2 && $from.node(1).type.name === "pullQuote";
  return isInside ? { $from, empty, quote: $from.node(1), line: $from.index(1) } : null;
}

/** To the next line; from the last one, and from a name that is left out, below the quote. */
function goOn(editor) {
  const here = place(editor.state);
  if (!here) return false;
  const { $from, quote, line: at } = here;
  const isLast = at === SPEAKER.length || (at && !$from.parent.content.size);
  if (!isLast) return editor.commands.setTextSelection($from.after() + 1 + quote.child(at + 1).content.size);
  const below = $from.after(1);
  return editor
    .chain()
    .insertContentAt(below, { type: "paragraph" })
    .setTextSelection(below + 1)
    .scrollIntoView()
    .run();
}

/** At the start of a line to the end of the one before; at the start of the words the quote is a paragraph again. */
function goBack(editor) {
  const here = place(editor.state);
  if (!here?.empty || here.$from.parentOffset) return false;
  return here.line ? editor.commands.setTextSelection(here.$from.before() - 1) : editor.commands.togglePullQuote();
}

/** Make paragraphs of a pull quote, a pull quote of the paragraph with the cursor, or begin one below where it can't be that. */
function toggle(state, tr, dispatch) {
  const { nodes } = state.schema;
  const { $from, $to } = state.selection;
  const make = (words) =>
    nodes.pullQuote.create(null, [
      nodes.pullQuoteWords.create(null, words),
      nodes.pullQuoteName.create(),
      nodes.pullQuoteRole.create(),
    ]);
  const block = $from.depth ? $from.node(1) : null;
  const isText = [nodes.paragraph, nodes.heading].includes(block?.type) && $to.node(1) === block;
  const move = (to) => tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(to)));
  if (!dispatch) return !block || $to.node(1) === block;
  if (block?.type === nodes.pullQuote) {
    const lines = block.content.content.filter((each, at) => !at || each.content.size);
    tr.replaceWith(
      $from.before(1),
      $from.after(1),
      lines.map((each) => nodes.paragraph.create(null, each.content)),
    );
    move($from.before(1) + 1);
  } else if (isText) {
    const { pos } = $from;
    tr.replaceWith($from.before(1), $from.after(1), make(block.content));
    move(pos + 1);
  } else {
    insertFurniture(tr, make(null), 2);
  }
  return true;
}
