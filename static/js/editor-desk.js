// What surrounds the text: its label and toolbar for keyboards and screen readers, saving, and the count of words.
import { Extension, Plugin, crel, gettext } from "django-prose-editor/editor";

const WORDS_A_MINUTE = 230; // as in models/copy.py
const REST = 4000; // milliseconds without typing before the count is read aloud
const WORTH_SAYING = 25; // words more or less than when it was last read aloud

const holder = (editor) => editor.options.element;
const textarea = (editor) => holder(editor).querySelector("textarea");

/** The language that the article is written in. */
export const language = (editor) => textarea(editor)?.form?.elements.namedItem("language")?.value ?? "";

/** The body's HTML, without headings, boxes and speakers still to be written and the empty paragraphs that the cursor needs at its end. */
const html = (editor) =>
  editor
    .getHTML()
    .replace(/<(h[23])><\/\1>/g, "")
    .replace(/<p data-speaker="(?:name|role)"><\/p>/g, "")
    .replace(/(<aside data-pull-quote="">)<p>((?:(?!<\/?p\b)[\s\S])*)<\/p>(<\/aside>)/g, "$1$2$3") // as without a speaker
    .replace(/<aside data-(?:pull-quote|fact-box)="">(?:<p><\/p>)*<\/aside>/g, "")
    .replace(/(?:<p><\/p>)+$/, "");

/** A message under the editor, seen and read aloud. */
export function say(editor, message) {
  holder(editor).querySelector(".editor-note").textContent = message;
}

export const Desk = Extension.create({
  name: "desk",
  priority: 1000, // its onCreate runs before others change the text
  onBeforeCreate() {
    const { options } = this.editor;
    options.injectNonce = document.querySelector("script[nonce]")?.nonce; // the policy refuses Tiptap's styles otherwise
    options.onUpdate = ({ editor }) => save(editor, this.storage);
  },
  onCreate() {
    const { editor } = this;
    this.storage.saved = html(editor);
    holder(editor).append(crel("p", { className: "editor-note", role: "status" }));
    label(editor)?.addEventListener("click", () => editor.commands.focus());
    followLanguage(editor);
    textarea(editor).form?.addEventListener("keydown", saveByKey);
    queueMicrotask(() => dressToolbar(editor)); // the menu is made after this
  },
  onDestroy() {
    textarea(this.editor)?.form?.removeEventListener("keydown", saveByKey);
  },
  addProseMirrorPlugins() {
    return [new Plugin({ props: { attributes: () => textboxAttributes(this.editor) } })];
  },
  addKeyboardShortcuts() {
    return {
      "Alt-F10": () =>
        Boolean(holder(this.editor).querySelector(".prose-menubar button[tabindex='0']")?.focus()) || true,
    };
  },
});

/** Into the form's field, when the text is another than before: only looking at an article changes nothing. */
function save(editor, storage) {
  const now = html(editor);
  if (now === (storage.saved ?? now)) return;
  storage.saved = now;
  const field = textarea(editor);
  field.value = now;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  say(editor, "");
}

function label(editor) {
  const { id, form } = textarea(editor);
  return id && (form ?? document).querySelector(`label[for="${CSS.escape(id)}"]`);
}

function textboxAttributes(editor) {
  const field = textarea(editor);
  const named = label(editor);
  if (named) named.id ||= `${field.id}_label`;
  const attributes = { role: "textbox", "aria-multiline": "true" };
  if (named) attributes["aria-labelledby"] = named.id;
  else attributes["aria-label"] = gettext("Text");
  for (const name of ["aria-describedby", "aria-invalid"])
    if (field.hasAttribute(name)) attributes[name] = field.getAttribute(name);
  return attributes;
}

/** The browser checks spelling, breaks words and begins lines as the article's language does, in every field with its text. */
function followLanguage(editor) {
  const { form } = textarea(editor);
  const choice = form?.elements.namedItem("language");
  if (!(choice instanceof HTMLSelectElement)) return;
  const set = () => {
    const { lang, dir } = choice.selectedOptions[0] ?? {};
    for (const text of [editor.view.dom, ...form.querySelectorAll("input[lang], textarea[lang]")])
      Object.assign(text, { lang, dir });
  };
  choice.addEventListener("change", set);
  set();
}

function saveByKey(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.code !== "KeyS") return;
  const button = event.currentTarget.querySelector("[name=_continue]");
  if (!button) return;
  event.preventDefault();
  if (!event.repeat) event.currentTarget.requestSubmit(button);
}

const NAMES = {
  bold: [gettext("Bold"), "Ctrl+B"],
  italic: [gettext("Italic"), "Ctrl+I"],
  superscript: [gettext("Superscript"), "Ctrl+."],
  subscript: [gettext("Subscript"), "Ctrl+,"],
  heading2: [gettext("Heading"), "Ctrl+Alt+2"],
  heading3: [gettext("Smaller heading"), "Ctrl+Alt+3"],
  bulletList: [gettext("List"), "Ctrl+Shift+8"],
  orderedList: [gettext("Numbered list"), "Ctrl+Shift+7"],
  blockquote: [gettext("Quotation"), "Ctrl+Shift+B"],
  link: [gettext("Link"), "Ctrl+K"],
  footnote: [gettext("Footnote"), "Ctrl+Alt+F"],
  unlink: [gettext("Remove the link")],
  table: [gettext("Table")],
  "history:undo": [gettext("Undo"), "Ctrl+Z"],
  "history:redo": [gettext("Redo"), "Ctrl+Shift+Z"],
};
const TOGGLES = new Set([
  "bold",
  "italic",
  "superscript",
  "subscript",
  "heading2",
  "heading3",
  "orderedList",
  "blockquote",
  "link",
  "pullQuote",
  "factBox",
]);

/** One stop for the Tab key, arrows between the buttons, and their names and states said. */
function dressToolbar(editor) {
  const bar = holder(editor).querySelector(".prose-menubar");
  if (!bar) return;
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", gettext("Formatting"));
  const buttons = [...bar.querySelectorAll("button")];
  for (const button of buttons) {
    const [name, keys] = NAMES[button.dataset.name] ?? [button.title];
    button.setAttribute("aria-label", name);
    button.title = keys ? `${name} (${keys})` : name;
    button.tabIndex = -1;
  }
  const usable = () => buttons.filter((button) => !button.classList.contains("hidden"));
  const stopAt = (button) => buttons.forEach((each) => (each.tabIndex = each === button ? 0 : -1));
  const state = () => {
    for (const button of buttons) {
      button.setAttribute("aria-disabled", String(button.classList.contains("disabled")));
      if (TOGGLES.has(button.dataset.name))
        button.setAttribute("aria-pressed", String(button.classList.contains("active")));
    }
    if (!usable().some((button) => button.tabIndex === 0)) stopAt(usable()[0]);
  };
  bar.addEventListener("focusin", (event) => stopAt(event.target));
  bar.addEventListener("keydown", (event) => {
    const shown = usable();
    const at = shown.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") editor.commands.focus();
    else if (to === undefined) return;
    else shown.at(to % shown.length).focus();
    event.preventDefault();
  });
  editor.on("transaction", state);
  state();
}

export const WordCount = Extension.create({
  name: "wordCount",
  onCreate() {
    const seen = crel("p", { className: "editor-count", "aria-hidden": "true" });
    const heard = crel("p", { className: "editor-heard", role: "status" });
    holder(this.editor).append(seen, heard);
    Object.assign(this.storage, { seen, heard, said: null });
    this.storage.said = count(this.editor, this.storage);
  },
  onUpdate() {
    if (!this.storage.seen) return; // may come before onCreate
    const words = count(this.editor, this.storage);
    clearTimeout(this.storage.timer);
    if (Math.abs(words - this.storage.said) < WORTH_SAYING) return;
    this.storage.timer = setTimeout(() => {
      this.storage.said = words;
      this.storage.heard.textContent = this.storage.seen.textContent;
    }, REST);
  },
  onDestroy() {
    clearTimeout(this.storage.timer);
  },
});

const shown = (words) => words.toLocaleString("en");

const ofGoal = (words, goal) => gettext("%s of %s words").replace("%s", shown(words)).replace("%s", shown(goal));

/** How many words `text` has, as markup.count_words() counts them. */
export const wordsIn = (text) => text.split(/\s+/).filter(Boolean).length;

/** Minutes to read so many words, as readers are told. */
export const minutesToRead = (words) => (words ? Math.max(1, Math.round(words / WORDS_A_MINUTE)) : 0);

/** Say how many words the text has, of the goal of the article if it has one. */
function count({ state: { doc } }, { seen }) {
  const text = doc.textBetween(0, doc.content.size, "\n", (leaf) =>
    leaf.type.name === "hardBreak" ? "\n" : (leaf.attrs.pair ?? ""),
  );
  const words = wordsIn(text);
  const goal = Number(document.querySelector("[data-word-goal]")?.dataset.wordGoal ?? 0);
  const minutes = minutesToRead(words);
  const [counted, reading] = [words === 1 ? gettext("%s word") : gettext("%s words"), gettext("%s min to read")];
  const parts = [
    goal ? ofGoal(words, goal) : counted.replace("%s", shown(words)),
    ...(minutes ? [reading.replace("%s", minutes)] : []),
  ];
  seen.textContent = parts.join(" · ");
  return words;
}
