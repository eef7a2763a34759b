// What of a picture stays in sight: one focal point, and a point of its own for a crop. Click or drag, or use the arrow
// keys. The number fields are the form's; without this script they are all there is. They count on the original, whatever
// admin-trim.js cuts off it and however it turns it.
import { Trim } from "./admin-trim.js";
import { shrunk } from "./picture-preview.js";

const RATIOS = { wide: 16 / 9, card: 4 / 3, square: 1 };
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const box = document.querySelector("[data-focal]");
const focal = ["x", "y"].map((axis) => document.getElementById(`id_focal_${axis}`));

/**
 * What `crop` cuts out of a picture of `size`, for each axis: the share of it that is seen (`size`), what is `free`, and where
 * it starts. As renditions.py: the point `at` in the middle, as near as the edges allow. All but `size` in fractions.
 */
export function cutOut(crop, [width, height], at) {
  const ratio = RATIOS[crop];
  return [Math.min(width, height * ratio) / width, Math.min(height, width / ratio) / height].map((size, axis) => {
    const free = 1 - size;
    return { size, free, start: Math.min(Math.max(at[axis] - size / 2, 0), free) };
  });
}

if (box && focal.every(Boolean)) start();

function start() {
  const picture = box.querySelector(".focal-picture img");
  const point = box.querySelector(".focal-point");
  const crops = [...box.querySelectorAll("[data-crop]")].map(makeCrop);
  const upload = document.querySelector("input[data-upload]");
  const trim = new Trim(box, (isTurned) => (isTurned ? turn() : redraw()));
  let waiting = 0;
  let chosen = 0; // how many files were chosen so far

  function makeCrop(image) {
    const figure = image.closest("figure");
    const fields = [...figure.querySelectorAll("input[type=number]")];
    return { image, fields, frame: figure.querySelector(".crop-frame"), clear: figure.querySelector("[data-clear]") };
  }

  const number = (field) => Math.min(100, Math.max(0, Number(field.value) || 0));
  const isOwn = (crop) => crop.fields.length > 0 && crop.fields.every((field) => field.value !== "");
  const shown = (fields) => trim.toShown(fields.map((field) => number(field) / 100));
  const pointOf = (crop) => shown(isOwn(crop) ? crop.fields : focal);

  function show() {
    if (!trim.original) return;
    [point.style.left, point.style.top] = trim.onStage(shown(focal)).map((part) => `${100 * part}%`);
    for (const crop of crops) {
      crop.image.style.objectPosition = cut(crop)
        .map(({ free, start }) => `${free > 0.001 ? (100 * start) / free : 50}%`)
        .join(" ");
      if (crop.clear) crop.clear.hidden = !isOwn(crop);
    }
    trim.show();
  }

  /** Another part is shown: the crops are cut from it, as soon as the screen draws. */
  function redraw() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      if (!trim.original) return;
      const source = trim.shownPicture();
      for (const { image } of crops) image.src = source;
      show();
    });
  }

  function turn() {
    if (!trim.original) return;
    picture.removeAttribute("width"); // of what was shown before
    picture.removeAttribute("height");
    picture.src = trim.turnedPicture();
    redraw();
  }

  const cut = (crop) => cutOut(crop.image.dataset.crop, trim.size, pointOf(crop));

  /** Write a place of the original, in fractions, into two fields. */
  function put(fields, place) {
    fields.forEach((field, axis) => {
      field.value = Math.round(100 * Math.min(1, Math.max(0, place[axis])));
    });
    fields[0].dispatchEvent(new Event("change", { bubbles: true }));
    show();
  }

  /** The point of a crop that moves it by `by` (fractions of what is shown) from where it really is, not beyond its edges. */
  function shift(crop, by) {
    put(
      crop.fields,
      trim.fromShown(
        cut(crop).map(({ size, free, start }, axis) => {
          const moved = Math.min(Math.max(start + by[axis], 0), free);
          return free > 0.001 ? moved + size / 2 : 0.5;
        }),
      ),
    );
  }

  function dragging(element, move, begin = () => {}) {
    element.addEventListener("pointerdown", (event) => {
      if (trim.isOn && element === picture.parentElement) return;
      event.preventDefault();
      begin(event);
      const stop = () => document.removeEventListener("pointermove", move);
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", stop, { once: true });
      document.addEventListener("pointercancel", stop, { once: true });
    });
  }

  function byKeys(element, act) {
    element.addEventListener("keydown", (event) => {
      const move = STEPS[event.key];
      if (!move) return;
      event.preventDefault();
      act(move.map((step) => (step * (event.shiftKey ? 10 : 1)) / 100));
    });
  }

  function follow(event) {
    const frame = picture.getBoundingClientRect();
    put(focal, trim.unturned([(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height]));
  }

  dragging(picture.parentElement, follow, (event) => {
    follow(event);
    point.focus();
  });
  byKeys(point, (by) => put(focal, trim.unturned(trim.onStage(shown(focal)).map((part, axis) => part + by[axis]))));

  for (const crop of crops.filter(({ fields }) => fields.length)) {
    let last;
    dragging(
      crop.frame,
      (event) => {
        const frame = crop.frame.getBoundingClientRect();
        const parts = cut(crop);
        shift(crop, [
          ((last.x - event.clientX) / frame.width) * parts[0].size,
          ((last.y - event.clientY) / frame.height) * parts[1].size,
        ]);
        last = { x: event.clientX, y: event.clientY };
      },
      (event) => {
        last = { x: event.clientX, y: event.clientY };
        crop.frame.focus();
      },
    );
    byKeys(crop.frame, (by) => shift(crop, by));
    crop.clear.addEventListener("click", () => {
      for (const field of crop.fields) field.value = "";
      show();
      crop.frame.focus();
    });
  }
  for (const field of [...focal, ...crops.flatMap(({ fields }) => fields)]) field.addEventListener("input", show);

  /** Draw all from the upright original at `source`, unless another was chosen meanwhile. */
  async function load(source, mine = chosen) {
    const original = new Image();
    original.src = source;
    const isPicture = await original.decode().then(
      () => true,
      () => false,
    );
    if (mine !== chosen) return;
    if (!isPicture) {
      box.hidden = true;
      return;
    }
    trim.take(original);
    if (trim.isAll) {
      picture.src = source;
      for (const { image } of crops) image.src = source;
      await picture.decode().catch(() => {});
      show();
    } else turn();
    box.hidden = false;
    box.dataset.ready = "";
  }

  /** What was cut off the picture chosen before, how it was turned and its points say nothing of this one. */
  function forgetPrevious() {
    trim.undo();
    for (const field of crops.flatMap(({ fields }) => fields)) field.value = "";
    put(focal, [0.5, 0.5]);
  }

  upload?.addEventListener("change", async () => {
    const mine = ++chosen;
    box.hidden = true;
    if (mine > 1) forgetPrevious(); // the first after a refusal is the same file, with what was typed about it
    if (upload.files[0]) load(await shrunk(upload.files[0]).catch(() => ""), mine);
  });
  const source = box.dataset.original ?? picture.getAttribute("src");
  if (source) load(source);
}
