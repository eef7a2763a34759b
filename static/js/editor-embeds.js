// An embed: what another site keeps, with a caption and, if wished, a picture before it is opened. Which addresses can be
// shown the server knows: articles/body/embeds.py.
import { Plugin, crel, gettext } from "django-prose-editor/editor";
import { LoggedOut } from "./desk-login.js";
import { ask } from "./editor-ask.js";
import { Figure, caption, defineItem, view } from "./editor-figures.js";
import { describe, openPicker } from "./editor-picker.js";

export const ADDRESS = /^https:\/\/[a-z0-9.-]{4,200}(?:[/?#][^\s"'<>\\]{0,1000})?$/i;
const NUMBER = /^\d{1,11}$/;
const SIGNED_OUT = gettext("You are signed out. Sign in again in another tab, then try once more here.");
const FAILED = gettext("The newsroom does not answer. Check your connection and try again.");
const known = new Map(); // address: promise of what the server says of it

/** What the server says of an address: `address` as it is kept, `site` and `shape`, or a `problem`; an Error without it. */
function lookUp(url, address) {
  if (!known.has(address)) {
    const asked = fetchAbout(url, address);
    known.set(address, asked);
    asked.catch(() => known.delete(address)); // asked again next time
  }
  return known.get(address);
}

async function fetchAbout(url, address) {
  let response;
  try {
    response = await fetch(`${url}?${new URLSearchParams({ address })}`, { credentials: "same-origin" });
  } catch {
    throw new Error(FAILED);
  }
  if (response.redirected) throw new LoggedOut("logged-out", SIGNED_OUT);
  if (!response.ok) throw new Error(FAILED);
  return response.json();
}

const chooseAddress =
  (url) =>
  async ({ address = "", poster = null }) => {
    const chosen = await ask({
      title: gettext("From another site"),
      label: gettext("Address of a video, recording, post, chart, map or PDF"),
      help: gettext("Copy it from the browser’s address bar, or paste it on a line of its own into the text."),
      refusal: gettext("This is no address of a page. Copy it from the browser’s address bar."),
      value: address,
      check: async (typed) => {
        if (!typed.trim()) return null;
        const found = await lookUp(url, typed.trim());
        if (found.problem) throw new Error(found.problem);
        return found.address;
      },
    });
    return chosen && { address: chosen, poster };
  };

const choosePoster =
  (pickerUrl) =>
  async ({ address }) => {
    const poster = await openPicker(pickerUrl);
    return poster && { address, poster };
  };

/** An address pasted on a line of its own becomes what it leads to, if the paper can show that. */
const pasted = (url, type) =>
  new Plugin({
    props: {
      handlePaste(editorView, event) {
        const { $from, empty } = editorView.state.selection;
        const address = event.clipboardData?.getData("text/plain").trim() ?? "";
        const isAlone =
          empty && $from.depth === 1 && $from.parent.type.name === "paragraph" && !$from.parent.content.size;
        if (isAlone && ADDRESS.test(address)) showPasted(editorView, address, url, type);
        return false;
      },
    },
  });

async function showPasted(editorView, address, url, type) {
  const found = await lookUp(url, address).catch(() => null); // it stays what was pasted
  if (!found?.site || editorView.isDestroyed) return;
  const { state } = editorView;
  let place = null;
  state.doc.forEach((node, at) => {
    if (node.type.name === "paragraph" && node.textContent.trim() === address) place = { node, at };
  });
  if (!place) return; // typed on, or taken back
  const block = state.schema.nodes[type].create({ address: found.address });
  editorView.dispatch(state.tr.replaceWith(place.at, place.at + place.node.nodeSize, block));
}

export const Embed = Figure.extend({
  name: "embed",
  addOptions: () => ({ lookUrl: "", pickerUrl: "" }),
  addAttributes() {
    const read = (name, pattern) => (dom) => (pattern.test(dom.dataset[name] ?? "") ? dom.dataset[name] : null);
    return {
      address: {
        default: null,
        parseHTML: read("embed", ADDRESS),
        renderHTML: ({ address }) => ({ "data-embed": address }),
      },
      poster: {
        default: null,
        parseHTML: read("poster", NUMBER),
        renderHTML: ({ poster }) => (poster ? { "data-poster": poster } : {}),
      },
    };
  },
  parseHTML() {
    return [
      {
        tag: "figure[data-embed]",
        getAttrs: (dom) => (ADDRESS.test(dom.dataset.embed) ? null : false),
        contentElement: caption,
      },
    ];
  },
  renderHTML({ HTMLAttributes }) {
    return ["figure", HTMLAttributes, ["figcaption", 0]];
  },
  addNodeView() {
    const { lookUrl, pickerUrl } = this.options;
    const draw = async (face, { address, poster }) => {
      const told = crel("span", { textContent: address });
      const icon = crel("span", { className: "material-icons", textContent: "smart_display", "aria-hidden": "true" });
      face.replaceChildren(crel("p", { className: "editor-video" }, [icon, told]));
      if (poster) drawPoster(face, pickerUrl, poster);
      const found = await lookUp(lookUrl, address).catch(() => null); // readers see it whether or not it is known here
      if (found?.site) told.textContent = `${found.site}: ${address}`;
      else if (found?.problem) face.append(crel("p", { className: "editor-refusal", textContent: found.problem }));
    };
    const more = [
      {
        icon: "add_photo_alternate",
        name: gettext("Choose a picture to stand before it"),
        choose: choosePoster(pickerUrl),
      },
    ];
    const words = { change: gettext("Change the address"), label: gettext("From another site") };
    return (props) => view(props, { ...words, draw, choose: chooseAddress(lookUrl), more });
  },
  addMenuItems(parts) {
    const words = { icon: "smart_display", name: gettext("Video, post, chart or map") };
    defineItem(this.editor, parts, { type: this.name, ...words, choose: chooseAddress(this.options.lookUrl) });
  },
  addProseMirrorPlugins() {
    return [pasted(this.options.lookUrl, this.name)];
  },
});

async function drawPoster(face, pickerUrl, poster) {
  const { src, width, height, alt, problem } = await describe(pickerUrl, poster);
  face.prepend(
    src
      ? crel("img", { src, width, height, alt, draggable: false })
      : crel("p", { className: "editor-refusal", textContent: problem }),
  );
}
