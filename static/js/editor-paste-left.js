// What is left out of what was pasted: deleted text, comments, what nobody saw on the page; and how that is told.
import { gettext } from "django-prose-editor/editor";
import { cutOut, plainRules } from "./editor-paste-scan.js";

const SEEN =
  /(?:^|[;\s])(display|visibility|font-size|mso-hide|opacity|text-decoration(?:-line)?|vertical-align|clip|clip-path|position|left|top|text-indent)\s*:\s*([^;]+)/gi;
const STRUCK = "s, strike, del";
const DELETED_BY_CLASS = "[class*=TrackChange][class*=Delet], [class*=TrackedDelet], [class*=Strikethrough]"; // Word in a browser
const HIDDEN_BY_CLASS =
  ".sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text, .screen-reader-only, .noprint, .mw-editsection, .hidden-print";
const MOST_RULES = 2000;
const SHOWN = 60; // characters of what went in a message
const MOST_SHOWN = 3;

/** Styles that a page keeps for classes and elements, written to those, as far as they hide or strike out. */
export function foldSheets(body, css) {
  const rules = rulesOf(css);
  if (!rules.size) return;
  for (const element of body.querySelectorAll("*")) {
    const names = [
      element.localName,
      ...[...element.classList].flatMap((name) => [`.${name}`, `${element.localName}.${name}`]),
    ];
    const own = names.map((name) => rules.get(name)).filter(Boolean);
    if (own.length) element.dataset.style = [...own, element.dataset.style ?? ""].join(";");
  }
}

/** What is said of “.class”, “element” and “element.class”; rules for other media and for places within others are not looked at. */
function rulesOf(css) {
  const rules = new Map();
  const plain = cutOut(css.replace(/<!--|-->/g, ""), /\/\*/g, /\*\//g);
  for (const [selectors, declarations] of plainRules(plain).slice(0, MOST_RULES)) {
    const wanted = [...declarations.matchAll(SEEN)].map(([, name, value]) => `${name}:${value}`).join(";");
    if (!wanted) continue;
    for (const selector of selectors
      .split(",")
      .map((one) => one.trim().replace(/^[a-z][a-z0-9]*/i, (tag) => tag.toLowerCase())))
      if (/^(?:[a-z][a-z0-9]*)?(?:\.[\w-]+)?$/.test(selector))
        rules.set(selector, [rules.get(selector), wanted].filter(Boolean).join(";"));
  }
  return rules;
}

/** The last value that the styles of `element` give `name`; "" for none. */
export function styleOf(element, name) {
  const found = [...(element.dataset.style ?? "").matchAll(new RegExp(`(?:^|[;\\s])${name}\\s*:\\s*([^;]+)`, "gi"))];
  return (found.at(-1)?.[1] ?? "")
    .replace(/!\s*important/i, "")
    .trim()
    .toLowerCase();
}

/** Take out of `body` what is not meant to be read, and return it: `deleted` and `comments` in words, `hidden` as a number. */
export function takeLeft(body) {
  const left = { deleted: [], comments: [], hidden: 0, pictures: 0, frames: [] };
  takeComments(body, left.comments);
  for (const element of body.querySelectorAll(`${STRUCK}, ${DELETED_BY_CLASS}, [data-style*=line-through]`)) {
    if (!element.matches(`${STRUCK}, ${DELETED_BY_CLASS}`) && !/line-through/.test(decorationOf(element))) continue;
    if (body.contains(element)) take(element, left.deleted);
  }
  for (const element of body.querySelectorAll(`[hidden], [data-style], ${HIDDEN_BY_CLASS}`)) {
    if (!isHidden(element) || !body.contains(element)) continue;
    if (element.textContent.trim()) left.hidden += 1;
    element.remove();
  }
  takeShrunk(body, left);
  return left;
}

const decorationOf = (element) => styleOf(element, "text-decoration-line") || styleOf(element, "text-decoration");

function take(element, words) {
  const said = element.textContent.trim().replace(/\s+/g, " ");
  if (said) words.push(said);
  if (element.matches("td, th")) element.replaceChildren();
  else element.remove();
}

/** Word's and Docs' comments: the note at the end, its mark in the text; the words it is about stay. */
function takeComments(body, words) {
  for (const list of body.querySelectorAll("[data-style*='mso-element:comment-list' i]")) {
    for (const note of list.querySelectorAll("[data-style*='mso-element:comment' i]")) {
      for (const sign of note.querySelectorAll(".MsoCommentReference, .msocomoff")) sign.remove();
      take(note, words);
    }
    list.remove();
  }
  for (const sign of body.querySelectorAll(
    ".MsoCommentReference, .msocomanchor, .CommentHighlightPipe, .MsoCommentText",
  ))
    sign.remove();
  for (const mark of body.querySelectorAll("a[href^='#cmnt']")) {
    if (/^cmnt_ref/.test(mark.id)) {
      (mark.closest("sup") ?? mark).remove();
    } else if (/^#cmnt_ref/.test(mark.getAttribute("href")) && body.contains(mark)) {
      const note = mark.closest("div:not(:has(a[id^=cmnt_ref]))") ?? mark.closest("p") ?? mark;
      mark.remove();
      take(note, words);
    }
  }
}

function isHidden(element) {
  const style = (name) => styleOf(element, name);
  if (element.matches(`[hidden], ${HIDDEN_BY_CLASS}`) || style("display") === "none" || style("mso-hide") === "all")
    return true;
  if (/^0*\.?0+%?$/.test(style("opacity"))) return true;
  const isAway = /^-\d{4,}/.test(style("left")) || /^-\d{4,}/.test(style("top"));
  const isClipped =
    /^rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?/.test(style("clip")) ||
    /^inset\((?:50|100)%/.test(style("clip-path"));
  return (
    (/^(?:absolute|fixed)$/.test(style("position")) && (isAway || isClipped)) || /^-\d{4,}/.test(style("text-indent"))
  );
}

/** Size and visibility are handed down until something within sets them anew, so each text is asked for itself. */
function takeShrunk(body, left) {
  if (!body.querySelector("[data-style*=visibility], [data-style*=font-size]")) return;
  const texts = document.createNodeIterator(body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    if (!text.data.trim()) continue;
    const closest = (name) => {
      const from = text.parentElement.closest(`[data-style*=${name}]`);
      return from && body.contains(from) ? styleOf(from, name) : "";
    };
    if (
      !/^(?:hidden|collapse)$/.test(closest("visibility")) &&
      !/^0*\.?0+(?:px|pt|em|rem|%|mm|cm|in)?$/.test(closest("font-size"))
    )
      continue;
    left.hidden += 1;
    text.data = "";
  }
}

const short = (words) => (words.length > SHOWN ? `${words.slice(0, SHOWN).trimEnd()}…` : words);
const quoted = (list) =>
  list
    .slice(0, MOST_SHOWN)
    .map((words) => `“${short(words)}”`)
    .join(", ") + (list.length > MOST_SHOWN ? " …" : "");

/** What a person is told after pasting; "" when everything came in. */
export function tellLeft({ deleted, comments, hidden, pictures, frames, isNoted }) {
  const parts = [];
  if (deleted.length) parts.push(gettext("deleted text (%s)").replace("%s", () => quoted(deleted)));
  if (comments.length) {
    const words = isNoted
      ? gettext("comments (%s), now under Notes: press “Leave the note” there to keep them")
      : gettext("comments (%s)");
    parts.push(words.replace("%s", () => quoted(comments)));
  }
  if (hidden) parts.push(gettext("hidden text"));
  if (pictures) parts.push(gettext("pictures: save them as files and drop them into the text"));
  if (frames.length)
    parts.push(
      gettext("what other sites show in a frame (%s)").replace(
        "%s",
        () => frames.slice(0, MOST_SHOWN).join(", ") + (frames.length > MOST_SHOWN ? " …" : ""),
      ),
    );
  return parts.length ? gettext("Left out of what was pasted: %s.").replace("%s", () => parts.join("; ")) : "";
}
