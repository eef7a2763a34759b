// What of a picture is shown: a rectangle dragged on it, and a turn by quarters. The number fields hold what is cut off
// the upright original, in per cent; without this script they are all there is. See articles/pictures/trimming.py.

const LEAST = 200; // pixels that each side needs
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SMALL = 480; // pixels of the longest side of what the crops are drawn from
const [LEFT, TOP, RIGHT, BOTTOM] = [0, 1, 2, 3];
const SIDES = {
  left: [LEFT],
  top: [TOP],
  right: [RIGHT],
  bottom: [BOTTOM],
  "left-top": [LEFT, TOP],
  "right-top": [RIGHT, TOP],
  "right-bottom": [RIGHT, BOTTOM],
  "left-bottom": [LEFT, BOTTOM],
};

const within = (number, least, most) => Math.min(Math.max(number, least), most);

/** `image` turned clockwise by `quarters`, and of that the part within `edges` (fractions cut off), as an address. */
function drawn(image, quarters, edges = [0, 0, 0, 0], side = Infinity) {
  const { naturalWidth: width, naturalHeight: height } = image;
  const [wide, high] = quarters % 2 ? [height, width] : [width, height];
  const [across, down] = [wide * (1 - edges[LEFT] - edges[RIGHT]), high * (1 - edges[TOP] - edges[BOTTOM])];
  const scale = Math.min(1, side / Math.max(across, down));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(across * scale));
  canvas.height = Math.max(1, Math.round(down * scale));
  const context = canvas.getContext("2d");
  context.scale(canvas.width / across, canvas.height / down);
  context.translate(-wide * edges[LEFT], -high * edges[TOP]);
  context.translate(wide / 2, high / 2);
  context.rotate((quarters * Math.PI) / 2);
  context.drawImage(image, -width / 2, -height / 2);
  return canvas.toDataURL("image/jpeg", 0.85);
}

export class Trim {
  /** `changed` is called whenever another part is chosen, with whether the picture was turned. */
  constructor(box, changed) {
    this.box = box;
    this.changed = changed;
    this.fields = [0, 1, 2, 3].map((at) => document.getElementById(`id_edges_${at}`));
    this.turnField = document.getElementById("id_turn");
    this.isThere = this.fields.every(Boolean) && Boolean(this.turnField?.matches("select"));
    this.stage = box.querySelector(".focal-picture");
    this.frame = box.querySelector("[data-trim]");
    if (this.isThere) this.listen();
  }

  get quarters() {
    return this.isThere ? Number(this.turnField.value) / 90 : 0;
  }
  get cutOff() {
    return this.isThere ? this.fields.map((field) => within(Number(field.value) || 0, 0, 99) / 100) : [0, 0, 0, 0];
  }
  get isAll() {
    return !this.quarters && this.cutOff.every((edge) => edge === 0);
  }

  /** What is cut off the edges as they stand on the turned picture. */
  get edges() {
    const cut = this.cutOff;
    return cut.map((_edge, at) => cut[(at + 4 - this.quarters) % 4]);
  }

  set edges(edges) {
    const quarters = this.quarters;
    for (const [at, field] of this.fields.entries()) {
      const percent = Math.round(edges[(at + quarters) % 4] * 10000) / 100;
      field.value = percent || "";
    }
    this.fields[0].dispatchEvent(new Event("change", { bubbles: true }));
    this.changed(false);
  }

  /** A place of the original, on the turned picture; both in fractions. */
  turned([x, y]) {
    let at = [x, y];
    for (let quarter = 0; quarter < this.quarters; quarter++) at = [1 - at[1], at[0]];
    return at;
  }

  unturned([x, y]) {
    let at = [x, y];
    for (let quarter = 0; quarter < this.quarters; quarter++) at = [at[1], 1 - at[0]];
    return at;
  }

  /** A place of the original, on what is shown of it: as near as the edges allow. */
  toShown(place) {
    const [left, top, right, bottom] = this.edges;
    const at = this.turned(place);
    return [
      (within(at[0], left, 1 - right) - left) / (1 - left - right),
      (within(at[1], top, 1 - bottom) - top) / (1 - top - bottom),
    ];
  }

  fromShown([x, y]) {
    const [left, top, right, bottom] = this.edges;
    return this.unturned([left + x * (1 - left - right), top + y * (1 - top - bottom)]);
  }

  /** A place of what is shown, on the turned picture. */
  onStage([x, y]) {
    const [left, top, right, bottom] = this.edges;
    return [left + x * (1 - left - right), top + y * (1 - top - bottom)];
  }

  take(original) {
    this.original = original;
  }

  /** How large what is shown is, in the pixels of the copy that the screen has. */
  get size() {
    const { naturalWidth: width, naturalHeight: height } = this.original;
    const [left, top, right, bottom] = this.edges;
    const [wide, high] = this.quarters % 2 ? [height, width] : [width, height];
    return [wide * (1 - left - right), high * (1 - top - bottom)];
  }

  turnedPicture() {
    return this.quarters ? drawn(this.original, this.quarters) : this.original.src;
  }
  shownPicture() {
    return this.isAll ? this.original.src : drawn(this.original, this.quarters, this.edges, SMALL);
  }

  /** Fractions of the turned picture that have to stay. */
  get least() {
    const { width, height } = this.box.dataset;
    if (!width) return [0.05, 0.05];
    const least = [LEAST / Number(width), LEAST / Number(height)];
    return (this.quarters % 2 ? least.reverse() : least).map((part) => within(part, 0.01, 1));
  }

  show() {
    if (!this.isThere) return;
    const edges = this.edges;
    for (const part of [this.frame, this.stage.querySelector(".trim-hole")]) {
      for (const [at, side] of ["left", "top", "right", "bottom"].entries()) part.style[side] = `${100 * edges[at]}%`;
    }
    this.frame.classList.toggle(
      "is-all",
      edges.every((edge) => edge < 0.0001),
    );
    for (const slider of this.frame.querySelectorAll("[role=slider]")) {
      const percent = Math.round(100 * edges[SIDES[slider.dataset.side][0]] * 10) / 10;
      slider.setAttribute("aria-valuenow", percent);
      slider.setAttribute("aria-valuetext", `${percent} %`);
    }
    this.box.querySelector("[data-undo]").hidden = this.isAll;
    this.tell(edges);
  }

  /** How many pixels stay, where the size of the original is known. */
  tell(edges) {
    const { width, height, say } = this.box.dataset;
    if (!width) return;
    const [wide, high] = this.quarters % 2 ? [height, width] : [width, height];
    const size = [wide * (1 - edges[LEFT] - edges[RIGHT]), high * (1 - edges[TOP] - edges[BOTTOM])].map(Math.round);
    this.box.querySelector("[data-trim-size]").textContent = say
      .replace("{width}", size[0])
      .replace("{height}", size[1]);
  }

  /** Move some edges to where they would be, leaving at least what has to stay. */
  put(wanted) {
    const least = this.least;
    const edges = wanted.map((edge) => within(edge, 0, 1));
    for (const axis of [0, 1]) {
      const over = edges[axis] + edges[axis + 2] + least[axis] - 1;
      if (over <= 0) continue;
      const now = this.edges;
      const moved = edges[axis] !== now[axis] ? axis : axis + 2;
      edges[moved] = Math.max(0, edges[moved] - over);
    }
    this.edges = edges;
  }

  moveBy(edges, [across, down]) {
    const x = within(across, -edges[LEFT], edges[RIGHT]);
    const y = within(down, -edges[TOP], edges[BOTTOM]);
    this.edges = [edges[LEFT] + x, edges[TOP] + y, edges[RIGHT] - x, edges[BOTTOM] - y];
  }

  listen() {
    const find = (name) => this.box.querySelector(`[data-${name}]`);
    find("tools").hidden = false;
    this.frame.hidden = false;
    find("crop-mode").addEventListener("click", () => this.setMode(!this.isOn));
    find("turn-left").addEventListener("click", () => this.turnBy(3));
    find("turn-right").addEventListener("click", () => this.turnBy(1));
    find("undo").addEventListener("click", () => {
      this.undo();
      find("crop-mode").focus();
    });
    for (const field of this.fields) field.addEventListener("input", () => this.changed(false));
    this.turnField.addEventListener("change", () => this.changed(true));
    for (const handle of this.frame.querySelectorAll("[data-side]")) this.resizing(handle);
    this.moving(this.frame.querySelector("[data-move]"));
    this.stage.addEventListener(
      "pointerdown",
      (event) => this.isOn && !event.target.closest("[data-trim]") && this.drawNew(event),
    );
  }

  /** All of the picture, upright. */
  undo() {
    if (!this.isThere) return;
    this.turnField.value = "0";
    this.edges = [0, 0, 0, 0];
    this.changed(true);
  }

  get isOn() {
    return this.box.hasAttribute("data-trimming");
  }

  setMode(isOn) {
    this.box.toggleAttribute("data-trimming", isOn);
    this.box.querySelector("[data-crop-mode]").setAttribute("aria-pressed", String(isOn));
  }

  turnBy(quarters) {
    this.turnField.value = String(((this.quarters + quarters) % 4) * 90);
    this.turnField.dispatchEvent(new Event("change", { bubbles: true }));
  }

  placeOf(event) {
    const frame = this.stage.getBoundingClientRect();
    return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height].map((part) =>
      within(part, 0, 1),
    );
  }

  /** Follow a pointer from where it went down until it is let go. */
  follow(event, moved) {
    event.preventDefault();
    const from = this.placeOf(event);
    const edges = this.edges;
    const move = (next) => {
      const to = this.placeOf(next);
      moved(edges, from, to);
    };
    const until = new AbortController();
    document.addEventListener("pointermove", move, until);
    for (const end of ["pointerup", "pointercancel"])
      document.addEventListener(end, () => until.abort(), { once: true });
  }

  /** A rectangle from corner to corner; a click alone changes nothing. */
  drawNew(event) {
    this.follow(event, (_edges, from, to) => {
      const [least, size] = [this.least, to.map((end, axis) => Math.abs(end - from[axis]))];
      if (size.some((side, axis) => side < least[axis])) return;
      this.edges = [
        Math.min(from[0], to[0]),
        Math.min(from[1], to[1]),
        1 - Math.max(from[0], to[0]),
        1 - Math.max(from[1], to[1]),
      ];
    });
  }

  resizing(handle) {
    const sides = SIDES[handle.dataset.side];
    const push = (edges, by) => {
      const moved = [...edges];
      for (const side of sides) moved[side] += side < 2 ? by[side] : -by[side - 2];
      this.put(moved);
    };
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      if (handle.tabIndex >= 0) handle.focus();
      this.follow(event, (edges, from, to) => push(edges, [to[0] - from[0], to[1] - from[1]]));
    });
    this.byKeys(handle, (by) => push(this.edges, by));
  }

  /** The rectangle as a whole; on a picture that nothing is cut off there is nowhere to go, so a new one is begun. */
  moving(handle) {
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      handle.focus();
      if (this.frame.classList.contains("is-all")) return this.drawNew(event);
      this.follow(event, (edges, from, to) => this.moveBy(edges, [to[0] - from[0], to[1] - from[1]]));
    });
    this.byKeys(handle, (by) => this.moveBy(this.edges, by));
  }

  byKeys(element, act) {
    element.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      act(step.map((one) => (one * (event.shiftKey ? 10 : 1)) / 100));
    });
  }
}
