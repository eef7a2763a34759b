// Loops the rate bar while its line doesn't fit, unless the reader paused it or prefers stillness.
const SPEED = 0.04; // pixels a millisecond
const REST = 3000; // milliseconds still after touch
const calm = matchMedia("(prefers-reduced-motion)");
let kept = {};
try {
  kept = localStorage;
} catch {} // blocked: kept for this page

function start(bar) {
  const [view, track, line, pairs, button] = bar.querySelectorAll("div, button");
  let hovered, resting, copy, motion;
  const width = () => line.getBoundingClientRect().width;

  // Moving is an animation, still is a scroll by hand: both at the same place, so nothing jumps.
  function go(moving) {
    const left = (view.scrollLeft + (motion?.currentTime ?? 0) * SPEED) % width();
    motion = motion?.cancel();
    view.scrollLeft = moving ? 0 : left;
    if (!moving) return;
    motion = track.animate({ translate: ["0", `${-width()}px`] }, { duration: width() / SPEED, iterations: Infinity });
    motion.currentTime = left / SPEED;
  }

  function update() {
    const loops = width() > view.clientWidth + 1 && !calm.matches;
    const paused = kept.rateBar === "paused";
    const busy = hovered || resting || document.hidden || view.matches(":focus-visible, :has(:focus-visible)");
    if (loops && !copy) {
      copy = line.cloneNode(true); // for the eye alone
      copy.inert = true;
      copy.ariaHidden = "true";
      track.append(copy);
    }
    if (loops || motion) go(loops && !paused && !busy);
    if (!loops && copy) {
      copy = copy.remove();
      view.scrollLeft = 0;
    }
    button.hidden = !loops;
    button.ariaLabel = paused ? button.dataset.play : button.dataset.pause;
    bar.classList.toggle("is-looping", loops);
    bar.classList.toggle("is-paused", paused);
    view.tabIndex = view.scrollWidth > view.clientWidth ? 0 : -1;
  }

  function rest() {
    clearTimeout(resting);
    resting = setTimeout(() => update((resting = 0)), REST);
    update();
  }

  view.onpointerenter = view.onpointerleave = ({ type, pointerType }) => {
    if (pointerType !== "mouse") return rest();
    hovered = type === "pointerenter";
    update();
  };
  view.onscroll = () => resting && rest();
  view.onclick = (event) => {
    const x = event.clientX - width(); // on the copy, the link it shows
    for (const link of line.querySelectorAll("a")) {
      const { left, right } = link.getBoundingClientRect();
      if (left <= x && x < right && event.isTrusted) link.dispatchEvent(new MouseEvent("click", event));
    }
  };
  view.addEventListener("focusin", (event) => {
    update();
    event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  view.addEventListener("focusout", update);
  button.onclick = () => {
    kept.rateBar = kept.rateBar === "paused" ? "moving" : "paused";
    update();
  };
  calm.onchange = update;
  document.addEventListener("visibilitychange", update);
  for (const part of [view, pairs]) new ResizeObserver(update).observe(part);
}

document.querySelectorAll(".rate-bar").forEach(start);
