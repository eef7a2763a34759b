/** A small copy of a file that was chosen but not sent yet, as an address; the page's policy allows data: pictures alone. */
export async function shrunk(file, side = 900) {
  return (await look(file, side)).source;
}

/** The same, with the size of the whole picture. */
export async function look(file, side) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width * scale);
  canvas.height = Math.max(1, height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { source: canvas.toDataURL("image/jpeg", 0.85), width, height };
}
