// The page as readers would get it, beside the form: the public template itself, made by the server from what is typed.
// It stands in a frame without scripts; what surrounds it, the theme and the width, is set from here.
import { Away, LoggedOut, afterPause, post } from "./desk-form.js";
import { saveByKey } from "./desk-screen.js";
import { settle } from "./desk-story.js";

const REST = 350; // milliseconds without typing before the page is asked for
const MOST = 3000; // and at the latest, while somebody types on and on
const OPEN = "desk-preview-open";
const LOOK = "desk-preview-look";
const pane = document.getElementById("preview-pane");
const frame = pane?.querySelector("iframe");
const stage = pane?.querySelector("[data-stage]");
const cardStage = pane?.querySelector("[data-card-stage]");
const toggle = document.querySelector("[data-preview-pane]");
const views = [...(pane?.querySelectorAll("[data-view]") ?? [])];
const dark = pane?.querySelector("[data-dark]");

let look = { view: "390", dark: matchMedia("(prefers-color-scheme: dark)").matches };
let asking = null; // the request under way
let isFilled = false; // the frame holds a page whose body can be exchanged

const stored = (storage, key) => {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return null;
  }
};
const store = (storage, key, value) => {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {} // blocked: it lasts as long as the page
};

const say = (text) => (pane.querySelector("[data-note]").textContent = text);

async function refresh() {
  if (pane.hidden) return;
  asking?.abort();
  const mine = (asking = new AbortController());
  try {
    const response = await post("live-preview/", undefined, { signal: mine.signal });
    const text = await response.text();
    if (mine.signal.aborted) return;
    if (response.ok) show(text);
    else say(response.headers.get("Content-Type")?.startsWith("text/plain") ? text : pane.dataset.refused);
  } catch (problem) {
    if (mine.signal.aborted) return;
    if (problem instanceof LoggedOut) say(pane.dataset.signedOut);
    else if (problem instanceof Away || problem instanceof TypeError) say(pane.dataset.away);
    else throw problem;
  }
}

/** Without scripts, and with links that open elsewhere: the frame itself never goes away from the page. */
function made(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll("script, link[rel=preload]").forEach((element) => element.remove());
  for (const link of page.querySelectorAll("a[href]")) {
    if (link.getAttribute("href").startsWith("#")) link.removeAttribute("href");
    else Object.assign(link, { target: "_blank", rel: "noopener" });
  }
  page.documentElement.classList.add("js");
  page.documentElement.dataset.theme = look.dark ? "dark" : "light";
  return page;
}

function show(html) {
  const page = made(html);
  say("");
  showCard(page);
  if (!isFilled) {
    frame.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
    return;
  }
  const { contentWindow: view, contentDocument: shown } = frame;
  const top = view.scrollY;
  shown.documentElement.lang = page.documentElement.lang;
  shown.title = page.title;
  shown.body.replaceWith(shown.adoptNode(page.body));
  view.scrollTo({ top, behavior: "instant" });
}

/** The card as social networks make it: from the page's own head. */
function showCard(page) {
  const said = (name) => page.querySelector(`meta[property="og:${name}"]`)?.content ?? "";
  for (const place of cardStage.querySelectorAll("[data-og]")) {
    const text = said(place.dataset.og);
    if (place.dataset.og === "image") {
      place.hidden = !text;
      if (text) place.src = new URL(text).pathname;
      place.classList.toggle("icon", said("image:width") === said("image:height"));
    } else place.textContent = text;
  }
}

/** As large as a phone, a tablet or a desktop, made smaller where the pane is narrower. */
function fit() {
  if (pane.hidden || look.view === "card") return;
  const [width, room] = [Number(look.view), stage.clientWidth];
  const scale = Math.min(1, room / width);
  Object.assign(frame.style, {
    width: `${width}px`,
    height: `${stage.clientHeight / scale}px`,
    transform: `scale(${scale})`,
    marginInlineStart: `${Math.max(0, (room - width) / 2)}px`,
  });
}

function dress() {
  for (const button of views) button.setAttribute("aria-pressed", String(button.dataset.view === look.view));
  dark.setAttribute("aria-pressed", String(look.dark));
  stage.hidden = look.view === "card";
  cardStage.hidden = look.view !== "card";
  if (isFilled) frame.contentDocument.documentElement.dataset.theme = look.dark ? "dark" : "light";
  fit();
}

function change(more) {
  look = { ...look, ...more };
  store(localStorage, LOOK, look);
  dress();
}

function open(isOpen) {
  pane.hidden = !isOpen;
  if (document.body.classList.contains("previewing") !== isOpen) {
    document.body.classList.toggle("previewing", isOpen);
    settle();
  }
  toggle.setAttribute("aria-expanded", String(isOpen));
  store(sessionStorage, OPEN, isOpen);
  dress();
  if (isOpen) refresh();
  else asking?.abort();
}

if (pane && toggle) {
  const kept = stored(localStorage, LOOK);
  if (kept && views.some((button) => button.dataset.view === kept.view))
    look = { view: kept.view, dark: Boolean(kept.dark) };
  toggle.querySelector("[data-new-tab]").remove();
  toggle.setAttribute("aria-controls", pane.id);
  toggle.addEventListener("click", (event) => {
    event.preventDefault();
    open(pane.hidden);
    if (!pane.hidden) views.find((button) => button.dataset.view === look.view).focus();
  });
  pane.querySelector("[data-close]").addEventListener("click", () => {
    open(false);
    toggle.focus();
  });
  pane.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open(false);
    toggle.focus();
  });
  views.forEach((button) => button.addEventListener("click", () => change({ view: button.dataset.view })));
  dark.addEventListener("click", () => change({ dark: !look.dark }));
  frame.addEventListener("load", () => {
    isFilled = Boolean(frame.contentDocument?.body?.childElementCount);
    if (!isFilled) return;
    frame.contentDocument.addEventListener("keydown", saveByKey);
    dress();
  });
  new ResizeObserver(fit).observe(stage);
  afterPause(REST, refresh, MOST);
  open(Boolean(stored(sessionStorage, OPEN)) && matchMedia("(min-width: 992px)").matches); // it would hide a phone's page
}
