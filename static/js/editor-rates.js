// A rate within the text, in the words that readers will see; those of the day it goes live take their place then.
import { Node, crel, gettext } from "django-prose-editor/editor";
import { ask, tell } from "./desk-login.js";
import { isMyTurn, newId, openForm } from "./editor-ask.js";
import { language } from "./editor-desk.js";

const PAIR = /(?<![\p{L}\p{N}_/])[A-Z]{3}\/[A-Z]{3}$/u;
const LOOKS = ["words", "amount", "pair"];
const PLAIN = "pair-dated"; // what a rate without a form says
let failed = null; // why the last question got no answer
const known = new Map(); // language: a promise of what the paper's rates are now

/** The newest rates by their pairs, told in the article's language; null while the paper does not answer. */
export function rates(url, editor) {
  const written = language(editor);
  if (!known.has(written)) {
    const answer = ask(`${url}?${new URLSearchParams({ language: written })}`)
      .then((response) => response.json())
      .then(({ rates }) => new Map(rates.map((rate) => [rate.pair, rate])))
      .catch((error) => {
        known.delete(written); // asked again next time
        failed = error;
        return null;
      });
    known.set(written, answer);
  }
  return known.get(written);
}

/** What readers see of a pair, also of one that is written the other way round; nothing while it has no rate. */
function told(all, { pair, form }) {
  const asked = form ?? PLAIN;
  const other = asked.startsWith("turned-") ? asked.slice(7) : `turned-${asked}`;
  return all.get(pair)?.forms[asked] ?? all.get(pair.split("/").reverse().join("/"))?.forms[other];
}

/** What stands before the caret or is chosen, if it is a rate or the name of one: where, and which. */
function here(editor) {
  const { from, to, empty, $from, node } = editor.state.selection;
  if (node?.type.name === "rate") return { attributes: node.attrs, range: { from, to } };
  const start = empty ? Math.max($from.start(), from - 8) : from;
  const found = editor.state.doc.textBetween(start, to, "\n").match(PAIR);
  return found
    ? { attributes: { pair: found[0] }, range: { from: to - found[0].length, to } }
    : { range: { from, to } };
}

export const Rate = Node.create({
  name: "rate",
  group: "inline",
  inline: true,
  atom: true,
  selectable: true,
  addOptions: () => ({ ratesUrl: "" }),
  addAttributes: () => ({
    pair: {
      default: null,
      parseHTML: (element) => element.getAttribute("data-rate"),
      renderHTML: ({ pair }) => ({ "data-rate": pair }),
    },
    form: {
      default: null,
      parseHTML: (element) => element.getAttribute("data-form"),
      renderHTML: ({ form }) => (form ? { "data-form": form } : {}),
    },
  }),
  parseHTML: () => [{ tag: "data[data-rate]" }],
  renderHTML: ({ node, HTMLAttributes }) => ["data", HTMLAttributes, node.attrs.pair],
  renderText: ({ node }) => node.attrs.pair,
  addNodeView() {
    return ({ node, editor }) => {
      const dom = crel("data", {
        className: "editor-rate",
        "data-rate": node.attrs.pair,
        textContent: node.attrs.pair,
      });
      rates(this.options.ratesUrl, editor).then((all) => {
        if (all) dom.textContent = told(all, node.attrs) ?? `${node.attrs.pair} ${gettext("no rate")}`;
      });
      dom.addEventListener("dblclick", () => replace(editor, this.options.ratesUrl));
      return { dom };
    };
  },
  addMenuItems({ menu, buttons }) {
    const { editor, options } = this;
    menu.defineItem({
      name: "rate",
      groups: "furniture",
      button: buttons.material("currency_exchange", gettext("Exchange rate")),
      active: () => editor.isActive("rate"),
      enabled: () => editor.can().insertContent({ type: "rate" }),
      command: () => replace(editor, options.ratesUrl),
    });
  },
});

/** Ask for a rate and put it where the cursor is, or in the place of the one that is chosen there. */
async function replace(editor, url) {
  const { attributes, range } = here(editor);
  const all = rates(url, editor);
  if (!(await isMyTurn(all))) return;
  const chosen = await choose(await all, attributes);
  if (!chosen) return editor.commands.focus();
  editor.chain().focus().insertContentAt(range, { type: "rate", attrs: chosen }).run();
}

/** A list of the paper's pairs, by their names and with what `describe` says of each. */
export function pairList(all, chosen, describe) {
  const select = crel("select", { id: newId() });
  for (const rate of all.values()) {
    select.append(
      crel("option", {
        value: rate.pair,
        textContent: `${rate.name}: ${describe(rate)}`,
        selected: rate.pair === chosen,
      }),
    );
  }
  return { select, label: crel("label", { htmlFor: select.id, textContent: gettext("Currencies") }) };
}

/** One of several, each a button with a label beside it that `setLabel` writes. */
export function oneOf(legend, values, chosen) {
  const name = newId();
  const labels = new Map();
  const rows = values.map((value) => {
    const input = crel("input", { type: "radio", name, value, checked: value === chosen });
    const text = crel("span");
    labels.set(value, text);
    return crel("label", {}, [input, text]);
  });
  const group = crel("fieldset", { className: "editor-choice" }, [crel("legend", { textContent: legend }), ...rows]);
  return {
    group,
    get value() {
      return group.querySelector(":checked")?.value;
    },
    setLabel: (value, text) => (labels.get(value).textContent = text),
  };
}

/** What to say instead of a list that is empty or not known. */
export function noPairs(title, all) {
  const words = all ? gettext("The paper has no rates yet.") : gettext("Which rates there are is not known just now.");
  const text = crel("p", { className: "editor-refusal", role: "alert", tabIndex: -1 });
  tell(text, !all && failed, words);
  return openForm({ title, parts: [text], first: text, answer: (form) => form.closest("dialog").close() });
}

const usual = (rate) => (rate.is_turned ? "turned-words" : "words") + (rate.is_stale ? "-dated" : ""); // an old one says so

/** The pair and form that were chosen; null when the dialog was left. */
function choose(all, chosen) {
  const title = gettext("Exchange rate");
  if (!all?.size) return noPairs(title, all);
  const { select, label } = pairList(all, chosen?.pair, (rate) => rate.forms[usual(rate)]);
  const form = chosen && "form" in chosen ? (chosen.form ?? PLAIN) : usual(all.get(select.value));
  const forms = oneOf(
    gettext("Readers see"),
    ["turned-", ""].flatMap((way) => LOOKS.map((look) => way + look)),
    form.replace(/-dated$/, ""),
  );
  const dated = crel("input", { type: "checkbox", checked: form.endsWith("-dated") });
  const whole = (value) => value + (dated.checked ? "-dated" : "");
  const show = () => {
    for (const value of forms.group.querySelectorAll("input"))
      forms.setLabel(value.value, all.get(select.value).forms[whole(value.value)]);
  };
  select.addEventListener("change", show);
  dated.addEventListener("change", show);
  show();
  return openForm({
    title,
    parts: [label, select, forms.group, crel("label", { className: "editor-tick" }, [dated, gettext("With its date")])],
    first: select,
    answer: () => ({ pair: select.value, form: whole(forms.value) === PLAIN ? null : whole(forms.value) }),
  });
}
