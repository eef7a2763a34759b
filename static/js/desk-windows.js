// Windows of this browser: each has a name that begins with the browser's own, and holds a lock of that name while it is
// open. A window that was closed, reloaded or that crashed holds none any more, whatever it managed to say before.
const KEY = "desk-browser";
const LOCK = "desk-window:";

/** The browser's own name; one for this page where storage is blocked. */
const browser = remembered();

function remembered() {
  const made = random().slice(0, 8);
  try {
    const kept = localStorage.getItem(KEY);
    if (kept) return kept;
    localStorage.setItem(KEY, made);
  } catch {
    /* blocked */
  }
  return made;
}

function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A name for this window, at most 36 letters long. */
export function newWindow() {
  return `${browser}-${random().slice(0, 24)}`;
}

/** Whether a window's name says that it is another browser's, or does not say whose it is. */
export function isElsewhere(name) {
  return !name.startsWith(`${browser}-`);
}

/** Say that this window is open, for as long as it is. */
export function hold(name) {
  navigator.locks?.request(LOCK + name, () => new Promise(() => {}));
}

/** The names of the windows that are open in this browser now; null where the browser can't tell. */
export async function openHere() {
  if (!navigator.locks) return null;
  const { held } = await navigator.locks.query();
  if (!held) return null; // a page that is being left
  return new Set(held.filter((lock) => lock.name.startsWith(LOCK)).map((lock) => lock.name.slice(LOCK.length)));
}
