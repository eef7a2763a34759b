// The checks beside the text: made anew after a pause in typing, and the way from each to its field or its place in the text.
import { LoggedOut, afterPause, base, form, post } from "./desk-form.js";
import { find, focusable, reveal } from "./desk-story.js";

const REST = 1000; // milliseconds without typing
const MOST = 8000; // and at the latest, however steadily somebody types
const SHOWN = 2500; // how long a place is marked

const panel = document.querySelector("[data-checks]");
const list = panel?.querySelector("[data-checks-list]");
const heard = panel?.querySelector("[role=status]");
let asked = 0;

if (panel && form && base) {
  panel.addEventListener("click", follow);
  if (form.elements.version && form.elements.headline) {
    afterPause(REST, refresh, MOST);
    if (!list.querySelector(".check-sum") && isBegun()) refresh();
  }
}

/** Whether there is anything to look at: an article that nobody has begun has nothing to mend. */
function isBegun() {
  const { headline, standfirst, body } = form.elements;
  return (
    !base.endsWith("/0/") || [headline, standfirst, body].some((field) => field?.value.replace(/<[^>]*>/g, "").trim())
  );
}

async function refresh() {
  const number = ++asked;
  try {
    const response = await post("checks/");
    if (!response.ok) throw new Error(String(response.status));
    const html = await response.text();
    if (number === asked) show(html);
  } catch (error) {
    if (number === asked) away(error instanceof LoggedOut ? panel.dataset.out : panel.dataset.away);
  }
}

/** The new list, with the focus where it was; how many there are is read aloud when it is another number. */
function show(html) {
  const focused = list.contains(document.activeElement) ? document.activeElement.textContent : null;
  list.innerHTML = html; // our own server's, escaped there
  if (focused) [...list.querySelectorAll("a")].find((link) => link.textContent === focused)?.focus();
  const { blocking, advisory } = list.querySelector(".check-sum").dataset;
  const count = document.querySelector("[data-checks-count]");
  if (count) count.textContent = Number(blocking) + Number(advisory);
  const said = [];
  if (blocking !== "0") said.push(panel.dataset.blocks.replace("%s", blocking));
  if (advisory !== "0") said.push(panel.dataset.advises.replace("%s", advisory));
  const text = said.join(", ") || panel.dataset.nothing;
  if (heard.textContent !== text) heard.textContent = text;
  away("");
}

function away(text) {
  panel.classList.toggle("away", Boolean(text));
  panel.querySelector(".away-note")?.remove();
  if (!text) return;
  const note = document.createElement("p");
  note.className = "away-note";
  note.textContent = text;
  list.before(note);
}

function follow(event) {
  const link = event.target.closest("a[data-place]");
  const target = link && find(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  reveal(target);
  const text = target.closest(".field-body, .field-shown_body")?.querySelector(".tiptap, .body");
  if (text) return inText(text, link.dataset);
  const field = focusable(target);
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
  if (link.dataset.place && "setSelectionRange" in field) selectIn(field, link.dataset.place);
}

function selectIn(field, words) {
  const start = field.value.indexOf(words);
  if (start >= 0) field.setSelectionRange(start, start + words.length);
}

/** Select the place in the body's text, or show the picture; without either, the text takes the focus. */
function inText(text, { place, picture }) {
  text.focus({ preventScroll: true });
  const figure = picture && text.querySelector(`[data-picture="${CSS.escape(picture)}"]`);
  if (figure) return mark(figure);
  const linked = place && [...text.querySelectorAll("a[href]")].find((a) => a.getAttribute("href") === place);
  const range = linked ? rangeOf(linked) : place ? rangeOfWords(text, place) : null;
  if (!range) return text.scrollIntoView({ block: "nearest" });
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
}

function rangeOf(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range;
}

/** The first place of `words` as a whole, in one piece of text or over several of one block. */
function rangeOfWords(text, words) {
  const pieces = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let all = "";
  while (walker.nextNode()) {
    pieces.push({ node: walker.currentNode, start: all.length });
    all += walker.currentNode.data;
  }
  const inWord = (letter) => letter !== undefined && /[\p{L}\p{N}_]/u.test(letter);
  let start = all.indexOf(words);
  const cut = (place) =>
    (inWord(words[0]) && inWord(all[place - 1])) || (inWord(words.at(-1)) && inWord(all[place + words.length]));
  while (start >= 0 && cut(start)) start = all.indexOf(words, start + 1);
  if (start < 0) return null;
  const end = start + words.length;
  const at = (offset, isEnd) => pieces.findLast((piece) => (isEnd ? piece.start < offset : piece.start <= offset));
  const [first, last] = [at(start, false), at(end, true)];
  const range = document.createRange();
  range.setStart(first.node, start - first.start);
  range.setEnd(last.node, end - last.start);
  return range;
}

function mark(element) {
  element.scrollIntoView({ block: "center" });
  element.animate({ outline: ["4px solid currentColor", "4px solid currentColor"] }, SHOWN); // the editor undoes a class
}
