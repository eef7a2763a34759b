// What a script finds where it is loaded without a browser: a page with nothing in it. Given to node by --import.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/** As much of an element as scripts need that make some: its tag, attributes and children; `html` tells it. */
class Element {
  children = [];
  attributes = {};

  constructor(name) {
    this.localName = name;
  }

  get tagName() {
    return this.localName.toUpperCase();
  }

  get lastElementChild() {
    return this.children.findLast((child) => child instanceof Element);
  }

  append(...added) {
    this.children.push(...added);
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  get innerHTML() {
    return this.children.map((child) => (child instanceof Element ? child.html : child)).join("");
  }

  get html() {
    const attributes = Object.entries(this.attributes).map(([name, value]) => ` ${name}="${value}"`);
    return `<${this.localName}${attributes.join("")}>${this.innerHTML}</${this.localName}>`;
  }
}

/** A browser's storage with room for `room` rows. */
export class Storage {
  room = Infinity;

  getItem(key) {
    return Object.hasOwn(this, `${key}`) ? this[key] : null;
  }

  setItem(key, value) {
    const isNew = !Object.hasOwn(this, key);
    if (isNew && rowsOf(this).length >= this.room) throw new DOMException("full", "QuotaExceededError");
    this[key] = String(value);
  }

  removeItem(key) {
    delete this[key];
  }
}

const rowsOf = (storage) => Object.keys(storage);

const nothing = () => null;
const page = {
  window: globalThis,
  document: {
    documentElement: { lang: "en", style: {} },
    querySelector: nothing,
    querySelectorAll: () => [],
    getElementById: nothing,
    addEventListener: nothing,
    createElement: (name) => new Element(name),
  },
  localStorage: new Storage(),
  sessionStorage: new Storage(),
  addEventListener: nothing,
  matchMedia: () => ({ matches: false, addEventListener: nothing }),
};
for (const storage of [page.localStorage, page.sessionStorage])
  Object.defineProperty(storage, "room", { enumerable: false, writable: true, value: Infinity });
for (const [name, value] of Object.entries(page))
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });

// Scripts are modules wherever they lie; the editor's package is where NEWSROOM_EDITOR says.
registerHooks({
  resolve(specifier, context, next) {
    const isEditor = specifier === "django-prose-editor/editor";
    const found = next(isEditor ? pathToFileURL(process.env.NEWSROOM_EDITOR).href : specifier, context);
    return found.url.startsWith("file:") ? { ...found, format: "module" } : found;
  },
});
