// A footnote: the note itself stands at its mark (articles/body/footnotes.py), shown as a label that opens it.
import {
  Bold,
  Document,
  Editor,
  HardBreak,
  History,
  Italic,
  Node,
  Paragraph,
  Subscript,
  Superscript,
  Text,
  crel,
  gettext,
} from "django-prose-editor/editor";
import { askBeforeLeaving, show } from "./editor-ask.js";
import { Rate } from "./editor-rates.js";
import { Link } from "./editor-stock.js";

const KEPT = { STRONG: [], EM: [], SUP: [], SUB: [], BR: [], A: ["href", "title"], DATA: ["data-rate", "data-form"] };
const RENAMED = { B: "strong", I: "em" };
const SHOWN = 40; // characters of a note in its label
const BARE = ["heading", "pullQuoteWords", "pullQuoteName", "pullQuoteRole", "factBoxTitle"]; // names and quotations of the text, without marks

/** What a note may hold of `element`, as HTML; the words of all else stay. */
function wordsOf(element) {
  const copy = element.cloneNode(true);
  for (const inner of [...copy.querySelectorAll("*")].reverse()) {
    const kept = KEPT[inner.tagName] ?? (RENAMED[inner.tagName] && []);
    if (!kept) {
      if (inner.matches("p + p")) inner.before(document.createElement("br"));
      inner.replaceWith(...inner.childNodes);
      continue;
    }
    const made = document.createElement(RENAMED[inner.tagName] ?? inner.tagName);
    for (const name of kept) if (inner.hasAttribute(name)) made.setAttribute(name, inner.getAttribute(name));
    made.append(...inner.childNodes);
    inner.replaceWith(made);
  }
  return copy.innerHTML.replace(/^(?:\s|&nbsp;)+/, "").trimEnd();
}

const plain = (words) => new DOMParser().parseFromString(words.replaceAll("<br>", " "), "text/html").body.textContent;

function short(words) {
  const text = plain(words);
  return text.length > SHOWN ? `${text.slice(0, SHOWN).trimEnd()}…` : text;
}

export const Footnote = Node.create({
  name: "footnote",
  group: "inline",
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => ({ words: { default: "", rendered: false, parseHTML: wordsOf } }),
  parseHTML: () => [{ tag: "span[data-footnote]" }],
  renderHTML({ node }) {
    const span = crel("span", { "data-footnote": "" });
    span.innerHTML = node.attrs.words; // of wordsOf(), or what the dialog's editor wrote
    return span;
  },
  renderText: () => "",
  addNodeView() {
    return ({ node, getPos }) => {
      const dom = crel("span", { className: "editor-footnote" });
      const draw = ({ words }) => {
        dom.textContent = `${gettext("Note")}: ${short(words) || "…"}`;
        dom.title = plain(words);
      };
      draw(node.attrs);
      dom.addEventListener("click", () => change(this.editor, getPos()));
      const update = (next) => {
        if (next.type !== node.type) return false;
        draw(next.attrs);
        return true;
      };
      return { dom, update };
    };
  },
  addKeyboardShortcuts() {
    const chosen = () => this.editor.state.selection.node?.type === this.type;
    const open = () => {
      write(this.editor);
      return true;
    };
    return { "Mod-Alt-f": open, Enter: () => chosen() && open() };
  },
  addMenuItems({ menu, buttons }) {
    const { editor } = this;
    menu.defineItem({
      name: "footnote",
      groups: "furniture",
      button: buttons.material("edit_note", gettext("Footnote")),
      active: () => editor.isActive("footnote"),
      enabled: () => isPlace(editor),
      command: () => write(editor),
    });
  },
});

/** Whether a note may stand where the cursor is: not in a heading, a pull quote or a caption. */
function isPlace({ state }) {
  const { parent } = state.selection.$to;
  return !BARE.includes(parent.type.name) && Boolean(parent.type.contentMatch.matchType(state.schema.nodes.footnote));
}

/** Change the chosen note, or put a new one after what is chosen. */
async function write(editor) {
  const { selection } = editor.state;
  if (selection.node?.type.name === "footnote") return change(editor, selection.from);
  if (!isPlace(editor)) return;
  const words = await askNote(editor, "");
  if (!words) return editor.commands.focus();
  editor
    .chain()
    .focus()
    .insertContentAt(selection.to, { type: "footnote", attrs: { words } })
    .setTextSelection(selection.to + 1)
    .run();
}

async function change(editor, at) {
  const words = await askNote(editor, editor.state.doc.nodeAt(at).attrs.words);
  if (words === "")
    editor
      .chain()
      .deleteRange({ from: at, to: at + 1 })
      .run();
  if (words) editor.view.dispatch(editor.state.tr.setNodeMarkup(at, null, { words }));
  editor
    .chain()
    .focus()
    .setTextSelection(words === "" ? at : at + 1)
    .run();
}

/** A dialog with the note in an editor of its own: its words, "" to remove it, null when it was left as it is. */
function askNote(outer, words) {
  const field = crel("div", { className: "editor-footnote-field" });
  const problem = crel("p", { className: "editor-refusal", role: "alert" });
  const warning = problem.cloneNode();
  const remove = crel("button", { type: "button", textContent: gettext("Remove") });
  const cancel = crel("button", { type: "button", textContent: gettext("Cancel") });
  const form = crel("form", { method: "dialog", noValidate: true }, [
    crel("h2", { id: "editor-footnote-title", textContent: gettext("Footnote") }),
    field,
    crel("p", {
      id: "editor-footnote-help",
      className: "editor-help",
      textContent: gettext(
        "Readers see a number here and the note at the end. Ctrl+K makes a link of selected words, Shift+Enter a new line.",
      ),
    }),
    problem,
    warning,
    crel("div", { className: "editor-dialog-buttons" }, [
      crel("button", { type: "submit", className: "default", textContent: gettext("OK") }),
      cancel,
      ...(words ? [remove] : []),
    ]),
  ]);
  const dialog = crel("dialog", { className: "editor-dialog", "aria-labelledby": "editor-footnote-title" }, [form]);
  if (!show(dialog, "footnote")) return Promise.resolve(null);
  return new Promise((resolve) => {
    let answer = null;
    const close = (value) => {
      answer = value;
      dialog.close();
    };
    const keys = {
      Enter: () => {
        form.requestSubmit();
        return true;
      },
      Escape: () => {
        cancel.click();
        return true;
      },
    };
    const inner = noteEditor(field, words, outer.options.injectNonce, keys);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (inner.getText().trim()) return close(inner.getHTML().replace(/^<p>|<\/p>$/g, ""));
      problem.textContent = gettext("Write the note first.");
      inner.commands.focus();
    });
    const before = inner.getHTML();
    askBeforeLeaving(dialog, cancel, {
      isTyped: () => inner.getHTML() !== before,
      warning,
      words: gettext("What you typed would be lost. Press Cancel once more to leave it."),
    });
    remove.addEventListener("click", () => close(""));
    dialog.addEventListener("close", () => {
      inner.destroy();
      resolve(answer);
    });
    inner.commands.focus("end");
  });
}

function noteEditor(element, words, injectNonce, keys) {
  const Line = Document.extend({ content: "paragraph", addKeyboardShortcuts: () => keys });
  const attributes = {
    role: "textbox",
    "aria-multiline": "true",
    "aria-labelledby": "editor-footnote-title",
    "aria-describedby": "editor-footnote-help",
  };
  return new Editor({
    element,
    injectNonce,
    extensions: [Line, Paragraph, Text, HardBreak, Bold, Italic, Superscript, Subscript, Link, Rate, History],
    content: `<p>${words}</p>`,
    editorProps: { attributes },
  });
}
