// “Read also”: a block that names own articles by their numbers (articles/public/picks.py); readers see those that are live.
import { Node, crel, gettext } from "django-prose-editor/editor";
import { tell } from "./desk-login.js";
import { describe, picks } from "./desk-picks.js";
import { isMyTurn, newId, openForm } from "./editor-ask.js";
import { defineItem, iconButton } from "./editor-figures.js";

export const NUMBERS = /^[1-9]\d{0,9}(?: [1-9]\d{0,9}){0,4}$/; // as markup.py
const MOST = 5;
const NAME = gettext("Read also");
const TROUBLE = gettext("The server does not answer. Check your connection and try again.");

export const ReadAlso = Node.create({
  name: "readAlso",
  group: "furniture",
  atom: true,
  draggable: true,
  selectable: true,
  addOptions: () => ({ picksUrl: "" }),
  addAttributes: () => ({
    articles: {
      default: null,
      parseHTML: (dom) => dom.dataset.readAlso,
      renderHTML: ({ articles }) => ({ "data-read-also": articles }),
    },
  }),
  parseHTML: () => [
    { tag: "figure[data-read-also]", getAttrs: (dom) => (NUMBERS.test(dom.dataset.readAlso) ? null : false) },
  ],
  renderHTML: ({ HTMLAttributes }) => ["figure", HTMLAttributes],
  addNodeView() {
    return (props) => view(props, this.options.picksUrl);
  },
  addMenuItems(parts) {
    defineItem(this.editor, parts, {
      type: this.name,
      icon: "library_books",
      name: NAME,
      choose: () => choose(this.options.picksUrl),
    });
  },
});

/** The block in the text: headlines as they are today, and buttons to change it or take it out. */
function view({ node, editor, getPos }, url) {
  const list = crel("ul");
  const tools = crel("div", { className: "editor-tools" }, [
    iconButton("edit", gettext("Change what to read also"), async () => {
      const attributes = await choose(url, node.attrs.articles);
      if (attributes) editor.view.dispatch(editor.state.tr.setNodeMarkup(getPos(), null, attributes));
      editor.commands.focus();
    }),
    iconButton("delete", gettext("Remove"), () =>
      editor
        .chain()
        .deleteRange({ from: getPos(), to: getPos() + node.nodeSize })
        .focus()
        .run(),
    ),
  ]);
  const dom = crel("figure", { className: "editor-figure editor-read-also", "aria-label": NAME }, [
    crel("p", { textContent: NAME }),
    list,
    tools,
  ]);
  dom.contentEditable = "false";
  draw(list, node.attrs.articles, url);
  return {
    dom,
    update(next) {
      if (next.type !== node.type) return false;
      if (next.attrs.articles !== node.attrs.articles) draw(list, next.attrs.articles, url);
      node = next;
      return true;
    },
    stopEvent: (event) => tools.contains(event.target),
    ignoreMutation: () => true,
  };
}

async function draw(list, articles, url) {
  const line = ({ title, detail }) => crel("li", {}, [crel("strong", { textContent: title }), ` ${detail}`]);
  try {
    list.replaceChildren(...(await describe(url, { of: articles })).map(line));
  } catch (error) {
    const line = crel("li", { className: "editor-refusal" });
    tell(line, error, TROUBLE);
    list.replaceChildren(line);
  }
}

/** The articles that were chosen, as the block's attributes; null when the dialog was left. */
async function choose(url, articles = "") {
  const problem = crel("p", { className: "editor-refusal", role: "alert" });
  let rows = [];
  try {
    const found = articles ? describe(url, { of: articles }) : [];
    if (!(await isMyTurn(found))) return null;
    rows = await found;
  } catch (error) {
    tell(problem, error, TROUBLE);
    return openForm({ title: NAME, parts: [problem], first: document.body, send: "", answer: () => null });
  }
  const words = {
    find: gettext("Words of an article that readers see"),
    up: gettext("Move %s up"),
    down: gettext("Move %s down"),
    moved: gettext("%s is now in place %s of %s"),
    remove: gettext("Remove %s"),
    full: gettext("More do not fit: remove one first."),
    trouble: TROUBLE,
  };
  const list = picks({ id: newId(), rows, most: MOST, words, changed: () => (problem.textContent = "") });
  return openForm({
    title: NAME,
    parts: [list.dom, problem],
    first: list.input,
    answer() {
      const numbers = list.chosen().map((row) => row.number);
      if (numbers.length) return { articles: numbers.join(" ") };
      problem.textContent = gettext("Choose an article first.");
      list.input.focus();
      return null;
    },
  });
}
