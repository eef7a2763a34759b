// A fact box.
import { Node, crel, gettext, pm } from "django-prose-editor/editor";
import { insertFurniture } from "./editor-stock.js";

/** In the editor a box is no landmark of the page: it would be one of many without a name. */
export const note = (attribute, name) => () => {
  const dom = crel("aside", { [attribute]: "", role: "note", "aria-label": name });
  return { dom, contentDOM: dom };
};

/** The menu's button that turns paragraphs into a block `name` and back, by the editor's command toggleName. */
export function defineToggle(menu, editor, name, button) {
  const toggle = `toggle${name[0].toUpperCase()}${name.slice(1)}`;
  menu.defineItem({
    name,
    groups: "furniture",
    button,
    active: () => editor.isActive(name),
    enabled: () => editor.can()[toggle](),
    command: () => editor.chain().focus()[toggle]().run(),
  });
}

const FactBoxTitle = Node.create({
  name: "factBoxTitle",
  content: "inline*",
  marks: "italic",
  defining: true,
  priority: 200, // in a fact box before the stock heading
  parseHTML() {
    return [2, 3, 4].map((level) => ({ tag: `h${level}`, context: "factBox/" }));
  },
  renderHTML() {
    return ["h3", 0];
  },
});

export const FactBox = Node.create({
  name: "factBox",
  group: "furniture",
  content: "(paragraph | factBoxTitle | bulletList | orderedList)+",
  defining: true,
  addExtensions: () => [FactBoxTitle],
  parseHTML() {
    return [{ tag: "aside[data-fact-box]" }];
  },
  renderHTML() {
    return ["aside", { "data-fact-box": "" }, 0];
  },
  addNodeView: () => note("data-fact-box", gettext("Fact box")),
  addKeyboardShortcuts() {
    const place = () => {
      const { $from, empty } = this.editor.state.selection;
      return { $from, empty, box: $from.depth > 1 && $from.node(1).type === this.type ? $from.node(1) : null };
    };
    return {
      Enter: () => {
        const { $from, box } = place(); // an empty line ends the box, but only the last one
        const between = box && $from.depth === 2 && !$from.parent.content.size && $from.index(1) < box.childCount - 1;
        return Boolean(between) && this.editor.commands.splitBlock();
      },
      Backspace: () => {
        const { $from, empty, box } = place();
        if (!box || !empty || box.textContent) return false;
        return this.editor.commands.insertContentAt(
          { from: $from.before(1), to: $from.after(1) },
          { type: "paragraph" },
        );
      },
    };
  },
  addCommands() {
    return {
      toggleFactBox:
        () =>
        ({ state, tr, dispatch }) =>
          toggle(state, tr, dispatch),
    };
  },
  addMenuItems({ menu, buttons }) {
    defineToggle(menu, this.editor, "factBox", buttons.material("fact_check", gettext("Fact box")));
  },
});

/** Take the box off what it holds, put one around the chosen paragraphs, or begin an empty one. */
function toggle(state, tr, dispatch) {
  const { factBox, factBoxTitle, heading } = state.schema.nodes;
  const { $from, $to, empty } = state.selection;
  if ($from.depth && $from.node(1).type === factBox) {
    const free = [];
    $from
      .node(1)
      .forEach((block) => free.push(block.type === factBoxTitle ? heading.create({ level: 3 }, block.content) : block));
    if (dispatch) tr.replaceWith($from.before(1), $from.after(1), free);
    return true;
  }
  const range = empty ? null : $from.blockRange($to, (parent) => parent.type.name === "doc");
  const held = range
    ? Array.from({ length: range.endIndex - range.startIndex }, (_, at) => state.doc.child(range.startIndex + at))
    : [];
  if (held.length && held.every((block) => factBox.contentMatch.matchType(block.type))) {
    if (dispatch) tr.replaceWith(range.start, range.end, factBox.create(null, [factBoxTitle.create(), ...held]));
    if (dispatch) tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(range.start + 2)));
    return true;
  }
  if (dispatch) insertFurniture(tr, factBox.create(null, factBoxTitle.create()), 2);
  return true;
}
