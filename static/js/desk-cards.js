// How a search engine and a social network will show the article: what is typed for them, else what the story says.
import { form } from "./desk-form.js";

// Cut as templatetags/articles.py does it for the pages.
const TITLE_MOST = 70;
const TEXT_LEAST = 50;
const TEXT_MOST = 160;
const root = document.querySelector("[data-cards]");

const typed = (name) => form.elements[name]?.value.trim().replace(/\s+/g, " ") ?? "";
const place = (name) => root.querySelector(`[data-card=${name}]`);

/** `text` in at most `most` characters, ending after a whole word. */
export function cut(text, most) {
  if (text.length <= most) return text;
  const head = text.slice(0, most - 1);
  return `${head.slice(0, Math.max(0, head.lastIndexOf(" "))).replace(/[ ,;:–-]+$/, "")}…`;
}

/** The first of `parts` that says something, with those after it while it is short. */
export function description(...parts) {
  let text = "";
  for (const part of parts) {
    if (part && text.length < TEXT_LEAST) text = text ? `${text}${/[.!?…]$/.test(text) ? "" : "."} ${part}` : part;
  }
  return cut(text, TEXT_MOST);
}

/** `text` with the paper's name where both fit. */
export function pageTitle(text, paper) {
  const title = cut(text, TITLE_MOST);
  const named = `${title} – ${paper}`;
  return named.length <= TITLE_MOST ? named : title;
}

function show() {
  const { paper, empty } = root.dataset;
  const [headline, standfirst] = [typed("headline") || empty, typed("standfirst")];
  place("found-title").textContent = pageTitle(typed("seo_title") || headline, paper);
  place("found-text").textContent = description(typed("seo_description"), standfirst, headline);
  place("shared-title").textContent = typed("social_title") || headline;
  place("shared-text").textContent = description(typed("social_description"), standfirst, headline);
  if (!typed("lead_image")) place("picture").hidden = true;
}

if (root && form) {
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  form.addEventListener("desk:picture", ({ detail }) => {
    place("picture").src = detail.cuts.wide;
    place("picture").hidden = false;
  });
  show();
}
