// The focal point of a picture: click or tap it, drag it, or move it with the arrow keys. The number fields are the form's.
const box = document.querySelector("[data-focal]");
const [x, y] = ["x", "y"].map((axis) => document.getElementById(`id_focal_${axis}`));

if (box && x && y) start();

function start() {
  const picture = box.querySelector(".focal-picture img");
  const point = box.querySelector(".focal-point");
  const crops = [...box.querySelectorAll(".focal-crops img")];
  const upload = document.querySelector("input[data-upload]");

  function show() {
    const place = [x, y].map((field) => `${Math.min(100, Math.max(0, Number(field.value) || 0))}%`);
    [point.style.left, point.style.top] = place;
    for (const crop of crops) crop.style.objectPosition = cropPosition(crop, picture).join(" ");
  }

  // The same cut as the server's: the focal point in the middle, as near as the edges allow.
  function cropPosition(crop, { naturalWidth: width, naturalHeight: height }) {
    const ratio = { wide: 16 / 9, card: 4 / 3, square: 1 }[crop.dataset.crop];
    const part = [Math.min(width, height * ratio) / width, Math.min(height, width / ratio) / height];
    return part.map((size, index) => {
      const free = 1 - size;
      const start = Math.min(Math.max(Number([x, y][index].value) / 100 - size / 2, 0), free);
      return `${free > 0.001 ? (100 * start) / free : 50}%`;
    });
  }

  function put(left, top) {
    x.value = Math.round(Math.min(100, Math.max(0, left)));
    y.value = Math.round(Math.min(100, Math.max(0, top)));
    show();
  }

  function follow(event) {
    const frame = picture.getBoundingClientRect();
    put(((event.clientX - frame.left) / frame.width) * 100, ((event.clientY - frame.top) / frame.height) * 100);
  }

  function load(source) {
    picture.src = source;
    for (const crop of crops) crop.src = source;
    picture.decode().then(() => { box.hidden = false; show(); }, () => { box.hidden = true; });
  }

  picture.parentElement.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    follow(event);
    point.focus();
    const stop = () => document.removeEventListener("pointermove", follow);
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", stop, { once: true });
    document.addEventListener("pointercancel", stop, { once: true });
  });
  point.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 10 : 1;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!move) return;
    event.preventDefault();
    put(Number(x.value) + move[0], Number(y.value) + move[1]);
  });
  for (const field of [x, y]) field.addEventListener("input", show);
  upload?.addEventListener("change", async () => {
    box.hidden = true;
    if (upload.files[0]) load(await shrunk(upload.files[0]).catch(() => ""));
  });
  if (picture.getAttribute("src")) load(picture.src);
}

// A small copy of a file that was chosen but not sent yet; the policy of the page allows data: pictures alone.
async function shrunk(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 900 / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width * scale;
  canvas.height = bitmap.height * scale;
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.85);
}
