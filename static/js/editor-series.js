// Pictures one after the other: a series only where somebody asked for one. What came to stand side by side by being put
// in, pasted, dropped or moved, or because the words between them went, is kept apart (data-apart, see articles/body/series.py).
import { Plugin, gettext, pm } from "django-prose-editor/editor";

const PICTURE = "libraryImage";
const UNSAVED = new Set(["paragraph", "heading", "pullQuote", "factBox"]); // while nothing stands in them: readers see none
const isBlank = (node) =>
  UNSAVED.has(node.type.name) &&
  !node.textContent.trim() &&
  !holds(node, (one) => one.isLeaf && !one.isText && one.type.name !== "hardBreak");

function holds(node, test) {
  let found = false;
  node.descendants((one) => !(found ||= test(one)));
  return found;
}

/** All pictures of `doc` in order, each with its place and the one that readers see right before it. */
function pictures(doc) {
  const found = [];
  let before = null;
  doc.forEach((node, at) => {
    if (node.type.name === PICTURE) found.push((before = { node, at, before }));
    else if (!isBlank(node)) before = null;
  });
  return found;
}

/** The numbers of the pictures in each series. */
function seriesOf(found) {
  const all = [];
  for (const { node, before } of found) {
    if (before && !node.attrs.apart) all.at(-1).add(node.attrs.image);
    else all.push(new Set([node.attrs.image]));
  }
  return all;
}

/** Which picture of the old text each of the new one is; one that was changed where it stood is the same. */
function origins(earlier, found, transactions) {
  const places = new Map(found.map((one) => [one.at, one]));
  const known = new Map();
  const changed = [];
  for (const one of earlier) {
    let at = one.at;
    let isWhole = true;
    for (const { mapping } of transactions) {
      isWhole &&= !mapping.mapResult(at, 1).deletedAfter;
      at = mapping.map(at, isWhole ? 1 : -1);
    }
    if (isWhole && places.has(at)) known.set(places.get(at), one);
    else changed.push([places.get(at), one]);
  }
  for (const [now, one] of changed) if (now && !known.has(now)) known.set(now, one);
  return known;
}

/** Whether `one` is to be kept apart from the picture before it. */
function isApart(one, origin, series) {
  const [was, before] = [origin.get(one), origin.get(one.before)];
  const asWritten = (!was && !before) || (was && was.before === before && before); // came in together, or stood so already
  if (asWritten) return one.node.attrs.apart;
  return !series.some((all) => all.has(one.node.attrs.image) && all.has(one.before.node.attrs.image));
}

function keepApart(transactions, oldState, { doc, tr }) {
  if (!transactions.some(({ docChanged }) => docChanged)) return null;
  if (transactions.some((one) => one.getMeta("history$"))) return null; // as it was before
  const [earlier, found] = [pictures(oldState.doc), pictures(doc)];
  const origin = origins(earlier, found, transactions);
  const series = seriesOf(earlier);
  for (const one of found) {
    const apart = Boolean(one.before) && isApart(one, origin, series);
    if (apart !== one.node.attrs.apart) tr.setNodeAttribute(one.at, "apart", apart);
  }
  return tr.docChanged ? tr : null;
}

/** On the picture that follows another: its button, and words that say that the two are a series. */
function marks({ doc }) {
  const { Decoration, DecorationSet } = pm.view;
  const after = pictures(doc).filter(({ before }) => before);
  return DecorationSet.create(
    doc,
    after.map(({ node, at }) =>
      Decoration.node(at, at + node.nodeSize, {
        class: "editor-follows",
        ...(node.attrs.apart ? {} : { "data-series": gettext("One series with the picture above") }),
      }),
    ),
  );
}

export const apart = {
  default: false,
  parseHTML: (dom) => dom.hasAttribute("data-apart"),
  renderHTML: (attributes) => (attributes.apart ? { "data-apart": "" } : {}),
};

/** A button of a picture's that joins it with the one before, or parts them. */
export const join = {
  icon: "view_carousel",
  name: gettext("One series with the picture above"),
  className: "editor-join",
  isPressed: (attributes) => !attributes.apart,
  choose: (attributes) => ({ ...attributes, apart: !attributes.apart }),
};

export const keepingApart = () => new Plugin({ appendTransaction: keepApart, props: { decorations: marks } });
