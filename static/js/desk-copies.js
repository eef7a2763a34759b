// What is typed into the desk's forms, in the browser's own storage: a copy for each window, by person and form.
const PREFIX = "desk-copy:";
const MOST = 40; // copies; the oldest go first
const DAYS = 30;

export class BrowserCopies {
  constructor(user, base) {
    Object.assign(this, { user, base });
  }

  key(window) {
    return `${PREFIX}${this.user}:${window}`;
  }

  /** Store it; false if the browser has no room, even without what others left. */
  put(window, fields, sequence, more = {}) {
    const key = this.key(window);
    const text = JSON.stringify({ window, base: this.base, sequence, fields, ...more });
    for (;;) {
      try {
        localStorage.setItem(key, text);
        this.isBounded ||= this.bound();
        return true;
      } catch {
        const oldest = allCopies().find((copy) => copy.key !== key);
        if (!oldest) return false;
        localStorage.removeItem(oldest.key);
      }
    }
  }

  /** This person's, the oldest first. */
  all() {
    return allCopies().filter((copy) => copy.user === this.user && copy.fields);
  }

  remove(copy) {
    localStorage.removeItem(copy.key);
  }

  removeWindow(window) {
    try {
      localStorage.removeItem(this.key(window));
    } catch {
      /* the browser forbids storage: nothing is there */
    }
  }

  bound() {
    const copies = allCopies();
    const old = copies.filter((copy) => copy.sequence < Date.now() - DAYS * 86_400_000);
    for (const copy of new Set([...copies.slice(0, Math.max(0, copies.length - MOST)), ...old])) this.remove(copy);
    return true;
  }
}

/** Those of everybody who used this browser. */
export function allCopies() {
  let keys;
  try {
    keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
  const copies = keys.map((key) => {
    const user = key.slice(PREFIX.length).split(":")[0];
    try {
      return { sequence: 0, ...JSON.parse(localStorage.getItem(key)), key, user };
    } catch {
      return { key, user, sequence: 0 };
    }
  });
  return copies.sort((one, other) => one.sequence - other.sequence);
}
