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

const words = document.querySelector(".article")?.dataset ?? {};

function button(name, sign, onclick) {
  return Object.assign(document.createElement("button"), {
    type: "button",
    textContent: sign,
    ariaLabel: name,
    onclick,
  });
}

/** A swipe of a finger over `box`: `turn` gets 1 for the next picture, -1 for the one before. */
function onSwipe(box, turn) {
  let from = null;
  box.addEventListener("touchstart", ({ touches }) => (from = touches.length === 1 ? touches[0] : null), {
    passive: true,
  });
  box.addEventListener("touchend", ({ changedTouches: [to] }) => {
    const [across, down] = from ? [to.clientX - from.clientX, to.clientY - from.clientY] : [0, 0];
    if (Math.abs(across) > 50 && Math.abs(across) > Math.abs(down)) turn(across < 0 ? 1 : -1);
    from = null;
  });
}

/** The article's pictures as large as the window, from the one chosen, with their captions; Escape leads back. */
function enlarge(event) {
  const link = event.target.closest("a.zoom");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || typeof HTMLDialogElement === "undefined") return;
  event.preventDefault();
  const links = [...document.querySelectorAll(".article a.zoom")];
  const dialog = Object.assign(document.createElement("dialog"), { className: "zoomed", ariaLabel: words.large });
  const picture = document.createElement("img");
  const caption = document.createElement("p");
  const count = Object.assign(document.createElement("span"), { className: "count" });
  caption.setAttribute("aria-live", "polite");
  let at = links.indexOf(link);
  const show = (step) => {
    at = (at + step + links.length) % links.length;
    Object.assign(picture, { src: links[at].href, alt: links[at].querySelector("img").alt });
    count.textContent = links.length > 1 ? `${at + 1} / ${links.length}` : "";
    const said = links[at].closest("figure").querySelector("figcaption")?.cloneNode(true).childNodes ?? [];
    caption.replaceChildren(count, " ", ...said);
  };
  const close = button(words.close, "×", () => dialog.close());
  close.className = "close";
  dialog.append(close, picture, caption);
  if (links.length > 1) {
    const turn = (name, sign, step) =>
      Object.assign(
        button(name, sign, () => show(step)),
        { className: `turn turn-${step}` },
      );
    dialog.append(turn(words.before, "‹", -1), turn(words.next, "›", 1));
    dialog.addEventListener("keydown", ({ key }) => {
      if (["ArrowLeft", "ArrowRight"].includes(key)) show(key === "ArrowLeft" ? -1 : 1);
    });
    onSwipe(dialog, show);
  }
  show(0);
  picture.onclick = () => dialog.close();
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Arrows beside a series, and how many pictures it has; keys and fingers move it as they do any scrolling box. */
function leaf(series) {
  const figures = [...series.querySelectorAll("figure")];
  if (series.scrollWidth <= series.clientWidth + 1) return;
  const bar = Object.assign(document.createElement("div"), { className: "series-bar" });
  const count = document.createElement("span");
  const now = () => {
    const edge = series.getBoundingClientRect().left;
    const distances = figures.map((one) => Math.abs(one.getBoundingClientRect().left - edge));
    const isAtEnd = series.scrollLeft + series.clientWidth >= series.scrollWidth - 2;
    return isAtEnd ? figures.length - 1 : distances.indexOf(Math.min(...distances));
  };
  const tell = () => (count.textContent = `${now() + 1} / ${figures.length}`);
  const step = (by) => series.scrollBy({ left: by * figures[0].offsetWidth });
  series.addEventListener("scroll", tell, { passive: true });
  series.addEventListener("keydown", (event) => {
    if (event.target !== series || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    step(event.key === "ArrowLeft" ? -1 : 1);
  });
  bar.append(
    button(words.before, "‹", () => step(-1)),
    count,
    button(words.next, "›", () => step(1)),
  );
  series.after(bar);
  tell();
}
document.querySelectorAll(".series").forEach(leaf);

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
    const size = Math.min(
      3,
      Math.max(-1, Number(document.documentElement.dataset.text ?? 0) + Number(target.dataset.step)),
    );
    document.documentElement.dataset.text = size;
    try {
      localStorage.text = size;
    } catch {} // blocked: kept for this page
  };
}

// A mark beside the paragraph or heading that the pointer is on. It is no part of a heading's name and no stop of the
// Tab key, as a long article would have dozens.
for (const place of document.querySelectorAll(".body > [id^='p-']")) {
  const mark = () => {
    const link = document.createElement("a");
    Object.assign(link, {
      className: "place",
      href: `#${place.id}`,
      textContent: "#",
      title: words.place,
      tabIndex: -1,
    });
    link.setAttribute("aria-hidden", "true");
    link.onclick = () => copy(link.href);
    place.append(link);
  };
  place.addEventListener("pointerenter", mark, { once: true });
}
