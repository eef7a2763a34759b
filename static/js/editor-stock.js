// The package's own nodes and marks, made to write only what markup.clean() keeps.
import * as stock from "django-prose-editor/editor";
import { askForLink } from "./editor-link.js";
import { unwrapAddress } from "./editor-paste-links.js";

const { pm } = stock;

// Pictures, embeds, boxes and tables stand between paragraphs, never in a list, a quote or a cell.
export const Document = stock.Document.extend({ content: "(block | furniture)+" });

export const LINKS = /^(?:https?:\/\/|mailto:|tel:|\/(?!\/))/i;

/** A link's address as it is written down, or nothing if it can't be one. */
export function linkAddress(typed) {
  const value = typed.trim();
  if (!value || /[\s"<>\\]/.test(value)) return null;
  if (LINKS.test(value)) return value.startsWith("/") || URL.canParse(value) ? unwrapAddress(value) : null;
  if (/^[^@/:]+@[^@/:]+\.[^@/:.]{2,}$/.test(value)) return `mailto:${value}`;
  return /^[^/:?#]+\.[^/:?#.]{2,}(?:[/:?#].*)?$/.test(value) && URL.canParse(`https://${value}`)
    ? `https://${value}`
    : null;
}

export const Link = stock.Link.extend({
  addOptions() {
    return {
      ...this.parent?.(),
      isAllowedUri: (address) => LINKS.test(address),
      shouldAutoLink: (typed) => /^(?:https?:\/\/|www\.)/i.test(typed), // “Akorda.kz” may be a name
    };
  },
  addAttributes() {
    return { href: { default: null }, title: { default: null } };
  },
  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          if (editor.state.selection.empty && !editor.isActive("link")) return false;
          askLink(editor);
          return true;
        },
    };
  },
  addKeyboardShortcuts() {
    const makeLink = () => this.editor.commands.addLink(); // false where there is nothing to link: the palette opens then
    return { ...this.parent?.(), "Mod-k": makeLink };
  },
});

async function askLink(editor) {
  const address = await askForLink({ value: editor.getAttributes("link").href ?? "", check: linkAddress });
  if (address) editor.chain().focus().extendMarkRange("link").setLink({ href: address }).run();
}

export const OrderedList = stock.OrderedList.extend({
  addAttributes() {
    const read = (list) => Math.min(Math.max(Number.parseInt(list.getAttribute("start"), 10) || 1, 1), 9999);
    return { start: { default: 1, parseHTML: read, renderHTML: ({ start }) => (start > 1 ? { start } : {}) } };
  },
  addInputRules() {
    return [stock.wrappingInputRule({ find: /^1[.)]\s$/, type: this.type })]; // the package has none
  },
  addNodeView: null,
});

const span = (name) => ({
  default: 1,
  parseHTML: (cell) => Math.min(Math.max(Number.parseInt(cell.getAttribute(name), 10) || 1, 1), 20),
  renderHTML: (attributes) => (attributes[name] > 1 ? { [name]: attributes[name] } : {}),
});
const cell = {
  addAttributes: () => ({
    colspan: span("colspan"),
    rowspan: span("rowspan"),
    colwidth: { default: null, rendered: false, parseHTML: () => null }, // the package's commands read it
  }),
};
export const TableCell = stock.TableCell.extend(cell);
export const TableHeader = stock.TableHeader.extend(cell);

export const Table = stock.Table.extend({
  group: "furniture",
  addNodeView: null, // the package's sets widths by style
  addCommands() {
    const insert =
      () =>
      ({ editor, tr, dispatch }) => {
        if (editor.isActive("table")) return false;
        const { table, tableRow, tableHeader, tableCell } = editor.schema.nodes;
        const row = (type) =>
          tableRow.create(
            null,
            [1, 2, 3].map(() => type.createAndFill()),
          );
        if (dispatch) insertFurniture(tr, table.create(null, [row(tableHeader), row(tableCell), row(tableCell)]), 4);
        return true;
      };
    return { ...this.parent?.(), insertTableWithOptions: insert };
  },
  addProseMirrorPlugins() {
    return [...(this.parent?.() ?? []), new stock.Plugin({ props: { decorations: emptyHeadings } })];
  },
});

/** A heading cell is none to a screen reader as long as nothing stands in it. */
function emptyHeadings({ doc }) {
  const { Decoration, DecorationSet } = pm.view;
  const empty = [];
  doc.forEach((block, at) => {
    if (block.type.name !== "table") return;
    block.descendants((cell, inside) => {
      if (cell.type.name === "tableHeader" && !cell.textContent)
        empty.push(Decoration.node(at + 1 + inside, at + 1 + inside + cell.nodeSize, { role: "cell" }));
      return cell.type.name === "tableRow";
    });
  });
  return DecorationSet.create(doc, empty);
}

/** Put `node` below the block with the cursor, or in its place if that is empty; the cursor goes `inside` it. */
export function insertFurniture(tr, node, inside = 1) {
  const { $from, to } = tr.selection;
  const block = $from.depth ? $from.node(1) : null;
  const empty = block?.isTextblock && !block.content.size && block.type.name === "paragraph";
  const place = empty ? $from.before(1) : block ? $from.after(1) : to;
  tr.replaceWith(place, empty ? $from.after(1) : place, node);
  tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(place + inside)));
  tr.scrollIntoView();
}
