// What an article's page can do beyond its links: play an embed in its place, show a picture large, share by the
// system's own sheet, name a paragraph by its address.
const copy = (text) => navigator.clipboard?.writeText(text);

/** Play where the link stands; with a key held down it stays a link. */
function play(event) {
  const link = event.target.closest("a[data-player]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: link.dataset.player, title: link.textContent.trim(), allowFullscreen: true });
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  link.replaceWith(frame);
  frame.focus();
}

/** A picture as large as the window, until Escape, a click or the way back. */
function enlarge(event) {
  const link = event.target.closest("a.zoom");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || typeof HTMLDialogElement === "undefined") return;
  event.preventDefault();
  const dialog = document.createElement("dialog");
  dialog.className = "zoomed";
  const picture = document.createElement("img");
  Object.assign(picture, { src: link.href, alt: link.querySelector("img").alt });
  const close = document.createElement("button");
  close.textContent = "×";
  close.ariaLabel = document.querySelector(".menu-close")?.textContent.trim() ?? "Close";
  dialog.append(close, picture);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.querySelector(".article")?.addEventListener("click", (event) => {
  play(event);
  enlarge(event);
});

const system = document.querySelector(".share-system");
if (system && navigator.share) {
  system.hidden = false;
  system.onclick = () => navigator.share({ title: system.dataset.title, url: canonical() }).catch(() => {});
}

const copier = document.querySelector(".share-copy");
if (copier && navigator.clipboard) {
  copier.hidden = false;
  copier.onclick = async () => {
    await copy(canonical());
    const label = copier.textContent;
    copier.textContent = copier.dataset.done;
    setTimeout(() => (copier.textContent = label), 2000);
  };
}

function canonical() {
  return document.querySelector('link[rel="canonical"]')?.href ?? location.href;
}

const sizes = document.querySelector(".text-size");
if (sizes) {
  sizes.hidden = false;
  sizes.onclick = ({ target }) => {
    if (!target.dataset.step) return;
    const size = Math.min(3, Math.max(-1, Number(document.documentElement.dataset.text ?? 0) + Number(target.dataset.step)));
    document.documentElement.dataset.text = size;
    try {
      localStorage.text = size;
    } catch {} // blocked: kept for this page
  };
}

// A mark beside the paragraph that the pointer is on, and beside headings for the keyboard too.
for (const place of document.querySelectorAll(".body > [id^='p-']")) {
  const isHeading = place.localName !== "p";
  const mark = () => {
    if (place.querySelector(":scope > .place")) return;
    const link = document.createElement("a");
    Object.assign(link, { className: "place", href: `#${place.id}`, textContent: "#", tabIndex: isHeading ? 0 : -1 });
    link.ariaLabel = place.closest("[data-place]")?.dataset.place ?? "#";
    link.onclick = () => copy(link.href);
    place.append(link);
  };
  if (isHeading) mark();
  else place.addEventListener("pointerenter", mark, { once: true });
}
