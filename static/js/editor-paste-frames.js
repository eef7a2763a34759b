// Frames of a pasted page: of what other sites let be shown in one, the page that it stands on, as articles/embeds.py knows it.
const PAGES = [
  [/^https:\/\/(?:www\.)?youtube(?:-nocookie)?\.com\/embed\/([\w-]{11})(?:[?#/]|$)/, "https://www.youtube.com/watch?v=$1"],
  [/^https:\/\/player\.vimeo\.com\/video\/(\d+)/, "https://vimeo.com/$1"],
  [/^https:\/\/t\.me\/(\w+)\/(\d+)/, "https://t.me/$1/$2"],
  [/^https:\/\/platform\.twitter\.com\/embed\/Tweet\.html\?(?:.*&)?id=(\d+)/, "https://x.com/i/status/$1"],
  [/^https:\/\/www\.instagram\.com\/(p|reel)\/([\w-]+)\//, "https://www.instagram.com/$1/$2/"],
  [/^https:\/\/datawrapper\.dwcdn\.net\/(\w{5})(?:[?#/]|$)/, "https://datawrapper.dwcdn.net/$1/"],
  [/^https:\/\/flo\.uri\.sh\/(visualisation|story)\/(\d+)\//, "https://flo.uri.sh/$1/$2/embed"],
];

/** The address of what a frame shows, or nothing if it is not known. */
function pageOf(source) {
  const [pattern, page] = PAGES.find(([known]) => known.test(source)) ?? [];
  return pattern && page.replace(/\$(\d)/g, (_all, at) => pattern.exec(source)[at]);
}

/** Have known frames of `body` be embeds; the names of the sites whose others were left out. */
export function takeFrames(body) {
  const left = new Set();
  for (const frame of body.querySelectorAll("iframe")) {
    const source = (frame.getAttribute("src") ?? "").trim().replace(/^(?:http:)?\/\//i, "https://");
    const page = pageOf(source);
    if (page) {
      const embed = document.createElement("figure");
      embed.setAttribute("data-embed", page);
      frame.replaceWith(embed);
    } else if (URL.canParse(source) && /^https?:/i.test(source)) left.add(new URL(source).hostname);
  }
  return [...left];
}
