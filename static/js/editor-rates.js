// A rate within the text: the pair, beside which the editor shows today's value; readers see the one of the day it goes live.
import { Node, crel, gettext } from "django-prose-editor/editor";
import { ask } from "./editor-ask.js";

const PAIR = /(?<![\p{L}\p{N}_/])[A-Z]{3}\/[A-Z]{3}$/u;
let known; // a promise of what the paper's rates are now

/** The newest rates by their pairs; null while the paper does not answer. */
function rates(url) {
  known ??= fetch(url, { credentials: "same-origin" })
    .then((response) => response.json())
    .then(({ rates }) => new Map(rates.map((rate) => [rate.pair, rate])))
    .catch(() => {
      known = undefined; // asked again next time
      return null;
    });
  return known;
}

/** What stands before the caret or is chosen, if it is a pair: where, and which. */
function typed(editor) {
  const { from, to, empty, $from } = editor.state.selection;
  const start = empty ? Math.max($from.start(), from - 8) : from;
  const found = editor.state.doc.textBetween(start, to, "\n").match(PAIR);
  return found ? { pair: found[0], range: { from: to - found[0].length, to } } : null;
}

export const Rate = Node.create({
  name: "rate",
  group: "inline",
  inline: true,
  atom: true,
  selectable: true,
  addOptions: () => ({ ratesUrl: "" }),
  addAttributes: () => ({
    pair: { default: null, parseHTML: (element) => element.getAttribute("data-rate"), renderHTML: ({ pair }) => ({ "data-rate": pair }) },
  }),
  parseHTML: () => [{ tag: "data[data-rate]" }],
  renderHTML: ({ node, HTMLAttributes }) => ["data", HTMLAttributes, node.attrs.pair],
  renderText: ({ node }) => node.attrs.pair,
  addNodeView() {
    return ({ node }) => {
      const value = crel("span", { className: "editor-rate-value" });
      const dom = crel("data", { className: "editor-rate", "data-rate": node.attrs.pair }, [node.attrs.pair, value]);
      rates(this.options.ratesUrl).then((all) => {
        const rate = all?.get(node.attrs.pair);
        if (all) value.textContent = ` ${rate ? rate.value.slice(0, 10) : gettext("no rate")}`;
      });
      return { dom };
    };
  },
  addMenuItems({ menu, buttons }) {
    const { editor, options } = this;
    menu.defineItem({
      name: "rate",
      groups: "furniture",
      button: buttons.material("currency_exchange", gettext("Exchange rate")),
      enabled: () => editor.can().insertContent({ type: "rate" }),
      command: async () => {
        const here = typed(editor);
        const pair = here?.pair ?? (await choose(options.ratesUrl));
        if (!pair) return editor.commands.focus();
        const at = here?.range ?? editor.state.selection;
        editor.chain().focus().insertContentAt({ from: at.from, to: at.to }, { type: "rate", attrs: { pair } }).run();
      },
    });
  },
});

async function choose(url) {
  const known = await rates(url);
  const all = [...(known?.keys() ?? [])];
  return ask({
    title: gettext("Exchange rate"),
    label: gettext("Pair"),
    help: all.length ? `${gettext("One of these:")} ${all.join(", ")}` : known ? gettext("The paper has no rates yet.") : gettext("Which rates there are is not known just now."),
    refusal: gettext("Write two currencies with a stroke between them, like KGS/USD."),
    value: all[0] ?? "",
    check: (text) => {
      const pair = text.trim().toUpperCase();
      return /^[A-Z]{3}\/[A-Z]{3}$/.test(pair) && (!all.length || all.includes(pair)) ? pair : null;
    },
  });
}
