// A picture from the library: a block with a caption that stands for something kept elsewhere. So do embeds and charts.
import { Node, crel, gettext } from "django-prose-editor/editor";
import { describe, openPicker } from "./editor-picker.js";
import { insertFurniture } from "./editor-stock.js";
import { apart, join, keepingApart } from "./editor-series.js";
import { openTexts } from "./editor-texts.js";

export const Figure = Node.create({
  group: "furniture",
  content: "text*",
  isolating: true,
  draggable: true,
  addKeyboardShortcuts() {
    const here = (editor) => editor.state.selection.$from.parent.type.name === this.name;
    return {
      Enter: ({ editor }) => here(editor) && leave(editor),
      "Shift-Enter": ({ editor }) => here(editor),
      Backspace: ({ editor }) => here(editor) && selectWhole(editor),
    };
  },
});

/** From a caption into the paragraph below, making one if there is none. */
function leave(editor) {
  const after = editor.state.selection.$from.after();
  const below = editor.state.doc.nodeAt(after);
  const chain = editor.chain();
  if (below?.type.name !== "paragraph") chain.insertContentAt(after, { type: "paragraph" });
  return chain
    .setTextSelection(after + 1)
    .scrollIntoView()
    .run();
}

/** Backspace at the start of a caption selects the block; once more deletes it. */
function selectWhole(editor) {
  const { $from, empty } = editor.state.selection;
  return empty && !$from.parentOffset && editor.commands.setNodeSelection($from.before());
}

export const caption = (figure) => figure.querySelector("figcaption") ?? document.createElement("figcaption");

/** A button of a block's own: `icon` is a word of the icon font, `name` what it is called. */
export function iconButton(icon, name, run) {
  const button = crel("button", {
    type: "button",
    className: "material-icons",
    textContent: icon,
    title: name,
    "aria-label": name,
  });
  button.addEventListener("click", run);
  return button;
}

/** The view that all share: `face` and its buttons can't be typed into, the caption can. `more` are other buttons. */
export function view({ node, editor, getPos }, { change, label, draw, choose, more = [] }) {
  const face = crel("div", { className: "editor-face" });
  const text = crel("figcaption", { "data-placeholder": gettext("Caption") });
  const tools = crel("div", { className: "editor-tools" }, [
    iconButton("edit", change, () => replace(choose)),
    ...more.map((one) => {
      const made = iconButton(one.icon, one.name, () => replace(one.choose));
      if (one.className) made.classList.add(one.className);
      return made;
    }),
    iconButton("delete", gettext("Remove"), () => {
      const at = getPos();
      editor
        .chain()
        .deleteRange({ from: at, to: at + node.nodeSize })
        .focus()
        .run();
    }),
  ]);
  const still = crel("div", {}, [face, tools]);
  still.contentEditable = "false";
  const dom = crel("figure", { className: "editor-figure", "aria-label": label }, [still, text]);
  async function replace(ask) {
    const attributes = await ask(node.attrs);
    if (!attributes) return;
    editor.view.dispatch(editor.state.tr.setNodeMarkup(getPos(), null, attributes));
    editor.commands.focus();
  }
  const name = () => node.attrs.image && (dom.dataset.picture = node.attrs.image); // the checks find it by this
  const press = () =>
    more.forEach(
      ({ isPressed }, at) => isPressed && tools.children[at + 1].setAttribute("aria-pressed", isPressed(node.attrs)),
    );
  draw(face, node.attrs, text);
  name();
  press();
  return {
    dom,
    contentDOM: text,
    update(next) {
      if (next.type !== node.type) return false;
      const changed = JSON.stringify(next.attrs) !== JSON.stringify(node.attrs);
      node = next;
      if (changed) draw(face, node.attrs, text);
      name();
      press();
      return true;
    },
    stopEvent: (event) => tools.contains(event.target),
    // Only typing in the caption is news; the rest is what draw() does.
    ignoreMutation: ({ type, target }) => type !== "selection" && (type === "attributes" || !text.contains(target)),
  };
}

/** The command and the button that ask for a new one and put it into the text. */
export function defineItem(editor, { menu, buttons }, { type, icon, name, choose }) {
  menu.defineItem({
    name: type,
    groups: "furniture",
    button: buttons.material(icon, name),
    active: () => editor.isActive(type),
    async command() {
      const chosen = [await choose({})].flat().filter(Boolean);
      if (!chosen.length) return;
      const { tr, schema } = editor.state;
      for (const attributes of chosen) insertFurniture(tr, schema.nodes[type].create(attributes));
      editor.view.dispatch(tr);
      editor.view.focus();
    },
  });
}

const IMAGE = /^\d{1,11}$/;
const chooseImage = (pickerUrl) => async (attributes) => {
  const image = await openPicker(pickerUrl);
  return image && { ...attributes, image };
};

const chooseImages = (pickerUrl) => async () => {
  const chosen = await openPicker(pickerUrl, { several: true });
  return chosen?.ids.map((image, place) => ({ image, apart: place > 0 && !chosen.isSeries }));
};

export const LibraryImage = Figure.extend({
  name: "libraryImage",
  addOptions() {
    return { pickerUrl: "/admin/articles/image/picker/" };
  },
  addAttributes() {
    return {
      image: {
        default: null,
        parseHTML: (dom) => dom.dataset.image,
        renderHTML: ({ image }) => ({ "data-image": image }),
      },
      apart,
    };
  },
  parseHTML() {
    return [
      {
        tag: "figure[data-image]",
        getAttrs: (dom) => (IMAGE.test(dom.dataset.image) ? null : false),
        contentElement: caption,
      },
    ];
  },
  renderHTML({ HTMLAttributes }) {
    return ["figure", HTMLAttributes, ["figcaption", 0]];
  },
  addProseMirrorPlugins: () => [keepingApart()],
  addNodeView() {
    const { pickerUrl } = this.options;
    const draw = async (face, { image }, text) => {
      face.replaceChildren(crel("p", { textContent: gettext("Loading the picture…") }));
      const found = await describe(pickerUrl, image);
      if (!found.src)
        return face.replaceChildren(crel("p", { className: "editor-refusal", textContent: found.problem }));
      const { src, width, height, alt, title, credit } = found;
      text.dataset.placeholder = found.caption || gettext("Caption");
      face.replaceChildren(
        crel("img", { src, width, height, alt, title, draggable: false }),
        crel("p", { className: "editor-credit", textContent: credit }),
      );
    };
    const words = { change: gettext("Choose another picture"), label: gettext("Picture") };
    return (props) => {
      let drawn;
      const drawHere = (...about) => draw(...(drawn = about));
      const choose = async ({ image }) => {
        if (await openTexts(pickerUrl, image)) draw(...drawn);
      };
      const more = [{ icon: "notes", name: gettext("Alternative text, caption and credit"), choose }, join];
      return view(props, { ...words, draw: drawHere, choose: chooseImage(pickerUrl), more });
    };
  },
  addMenuItems(parts) {
    const words = { icon: "add_photo_alternate", name: gettext("Picture from the library") };
    defineItem(this.editor, parts, { type: this.name, ...words, choose: chooseImages(this.options.pickerUrl) });
  },
});
