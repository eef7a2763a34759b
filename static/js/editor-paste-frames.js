// Frames of a pasted page: of what other sites let be shown in one, the page that it stands on, as articles/body/embeds.py knows it.
import { ask } from "./desk-login.js";

const PAGES = [
  [
    /^https:\/\/(?:www\.)?youtube(?:-nocookie)?\.com\/embed\/([\w-]{11})(?:[?#/]|$)/,
    "https://www.youtube.com/watch?v=$1",
  ],
  [/^https:\/\/player\.vimeo\.com\/video\/(\d+)/, "https://vimeo.com/$1"],
  [/^https:\/\/t\.me\/(\w+)\/(\d+)/, "https://t.me/$1/$2"],
  [/^https:\/\/platform\.twitter\.com\/embed\/Tweet\.html\?(?:.*&)?id=(\d+)/, "https://x.com/i/status/$1"],
  [/^https:\/\/www\.instagram\.com\/(p|reel)\/([\w-]+)\//, "https://www.instagram.com/$1/$2/"],
  [/^https:\/\/datawrapper\.dwcdn\.net\/(\w{5})(?:[?#/]|$)/, "https://datawrapper.dwcdn.net/$1/"],
  [/^https:\/\/flo\.uri\.sh\/(visualisation|story)\/(\d+)\//, "https://flo.uri.sh/$1/$2/embed"],
];

const MOST = 20; // frames of a pasted page that the server is asked about
const PATIENCE = 4000; // milliseconds
const asked = new Map(); // a frame's address: the page that it shows, or null; as the server, which knows the paper's own sites, said

const sourceOf = (frame) => (frame.getAttribute("src") ?? "").trim().replace(/^(?:http:)?\/\//i, "https://");

/** The address of what a frame shows, or nothing if it is not known. */
export function pageOf(source) {
  if (asked.get(source)) return asked.get(source);
  const [pattern, page] = PAGES.find(([known]) => known.test(source)) ?? [];
  return pattern && page.replace(/\$(\d)/g, (_all, at) => pattern.exec(source)[at]);
}

/** The frames in `html` that only the server may know, as far as it was not asked yet. */
export function unknownFrames(html) {
  if (!/<iframe\b/i.test(html)) return [];
  const { body } = new DOMParser().parseFromString(
    html.replace(/([\s"'/])(style|on\w+)\s*=/gi, "$1data-$2="),
    "text/html",
  );
  const sources = [...body.querySelectorAll("iframe")].map(sourceOf);
  return [...new Set(sources)]
    .filter((source) => /^https:/i.test(source) && !asked.has(source) && !pageOf(source))
    .slice(0, MOST);
}

/** Ask the server what these frames show. One that it does not answer about is left out, and asked about anew next time. */
export async function askAbout(url, sources) {
  await Promise.all(
    sources.map(async (frame) => {
      try {
        const response = await ask(`${url}?${new URLSearchParams({ frame })}`, {
          signal: AbortSignal.timeout(PATIENCE),
        });
        asked.set(frame, (await response.json()).page);
      } catch {
        asked.delete(frame);
      }
    }),
  );
}

/** Have known frames of `body` be embeds; the names of the sites whose others were left out. */
export function takeFrames(body) {
  const left = new Set();
  for (const frame of body.querySelectorAll("iframe")) {
    const source = sourceOf(frame);
    const page = pageOf(source);
    if (page) {
      const embed = document.createElement("figure");
      embed.setAttribute("data-embed", page);
      frame.replaceWith(embed);
    } else if (URL.canParse(source) && /^https?:/i.test(source)) left.add(new URL(source).hostname);
  }
  return [...left];
}
