// What to read next: a field of addresses, one in a line, which a list of headlines stands for.
import { describe, picks } from "./desk-picks.js";

/** Put a list in the place of a field of addresses, which goes on holding them; one with a mistake in it is left as it is. */
async function takeOver(field) {
  if (field.closest(".errors") || field.disabled) return;
  const { picks: url, atMost, find, up, down, moved, remove, full, trouble } = field.dataset;
  const before = field.value;
  const lines = before
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  let rows = [];
  try {
    if (lines.length)
      rows = await describe(
        url,
        lines.map((line) => ["line", line]),
      );
  } catch {
    return; // the addresses can be typed
  }
  if (rows.length !== lines.length) return;
  if (field.value !== before || field === document.activeElement) return; // somebody types in it already
  const changed = (chosen) => {
    field.value = chosen.map((row) => row.url).join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const list = picks({
    id: `${field.id}-find`,
    rows,
    most: Number(atMost),
    words: { find, up, down, moved, remove, full, trouble },
    changed,
  });
  field.before(list.dom);
  field.hidden = true;
  document.dispatchEvent(new Event("desk:drawn")); // what the closed panel says is the headlines now
}

for (const field of document.querySelectorAll("textarea[data-picks]")) takeOver(field);
