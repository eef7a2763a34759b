// Many pictures at once, on the upload screen and in the editor's dialog. The window keeps each file until its texts are typed;
// then it is sent by itself, so that one that fails takes no other with it, and stays here with its texts to be sent again.
// Talks to articles/admin/image_upload.py, whose page holds the form and the template of a row.
import { look } from "./picture-preview.js";

const AT_ONCE = 2; // files on their way
const PREVIEW = 480; // pixels of the longest side
const [LEAST, LONGEST, MOST_PIXELS] = [200, 8, 50_000_000];

/** Whether renditions.check_size() takes a picture of that size. */
export function isUsable(width, height) {
  const [least, most] = [Math.min(width, height), Math.max(width, height)];
  return least >= LEAST && most <= LONGEST * least && width * height <= MOST_PIXELS;
}

class Row {
  constructor(batch, file) {
    this.batch = batch;
    this.file = file;
    this.state = "waiting"; // waiting, sending, failed, stored, refused
    this.element = batch.template.content.firstElementChild.cloneNode(true);
    this.fields = Object.fromEntries([...this.element.querySelectorAll("input")].map((field) => [field.name, field]));
    this.name();
    this.element.addEventListener("input", () => {
      this.isTyped = true;
      this.typed();
    });
    this.find("[data-send]").addEventListener("click", () => this.send());
    this.find("[data-remove]").addEventListener("click", () => this.remove());
    // Enter in a text sends this picture, not all of them.
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && event.target.matches("input[type=text]")) {
        event.preventDefault();
        this.send();
      }
    });
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  /** Labels and fields, known to each other; every name says which file it is of. */
  name() {
    const id = `picture-${crypto.randomUUID?.() ?? Math.random()}`;
    this.find(".one-name").textContent = this.file.name;
    this.find(".one-name").id = id;
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-labelledby", id);
    for (const label of this.element.querySelectorAll("label")) {
      const field = label.querySelector("input") ?? label.nextElementSibling;
      field.id = `${id}-${field.name}`;
      label.htmlFor = field.id;
    }
    for (const button of this.element.querySelectorAll("button")) button.setAttribute("aria-describedby", id);
    this.find("progress").setAttribute("aria-labelledby", id);
  }

  /** Show the picture, and say what is wrong with it before anybody describes it. */
  async look() {
    try {
      const { source, width, height } = await look(this.file, PREVIEW);
      this.preview(source);
      if (isUsable(width, height)) return; // the newsroom is asked about the rest
    } catch {
      // a format that this browser does not know, or no picture at all
    }
    await this.lookThere();
  }

  preview(source) {
    const image = this.find("img");
    image.src = source;
    image.hidden = false;
    this.find(".no-preview").hidden = true;
  }

  /** Have the newsroom look at what this browser can't show or finds strange: it has the last word, and says why. */
  async lookThere(isSecondTry = false) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.batch.form.elements.csrfmiddlewaretoken.value);
    body.set("file", this.file);
    this.find(".no-preview").textContent = this.batch.say("looking");
    const answer = await transfer(`${this.batch.address}?look`, body, () => {});
    if (answer.status === 403 && !isSecondTry && (await this.batch.renewToken())) return this.lookThere(true);
    this.find(".no-preview").textContent = "";
    if (answer.data?.preview) this.preview(answer.data.preview);
    else if (answer.data?.errors && this.isOpen) this.show("refused", Object.values(answer.data.errors).flat());
    // no answer: it will be looked at when it is sent
  }

  get lacks() {
    const { alt, decorative, credit } = this.fields;
    const shared = this.batch.form.elements.namedItem("shared-credit");
    const found = [];
    if (!alt.value.trim() && !decorative.checked) found.push(this.batch.say("text"));
    if (!credit.value.trim() && !shared.value.trim()) found.push(this.batch.say("credit"));
    return found;
  }

  get isOpen() {
    return this.state === "waiting" || this.state === "failed";
  }

  typed() {
    this.fields.alt.disabled = this.fields.decorative.checked;
    if (this.isOpen) this.show(this.state, []);
  }

  /** Show where it stands, and what is wrong with it. */
  show(state, errors, { link } = {}) {
    this.state = state;
    this.element.dataset.state = state === "waiting" && !this.lacks.length ? "ready" : state;
    this.find(".one-state").textContent = this.batch.say(state === "refused" ? "failed" : this.element.dataset.state);
    const list = this.find(".errorlist");
    list.replaceChildren(...errors.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    if (link) list.lastElementChild.append(" ", anchor(link));
    list.hidden = !list.children.length;
    const done = state === "stored" || state === "refused";
    this.find(".batch-fields").hidden = done;
    this.find("[data-send]").hidden = done || state === "sending";
    this.find("[data-remove]").hidden = state === "sending" || state === "stored";
    this.find("progress").hidden = state !== "sending";
    for (const field of Object.values(this.fields)) field.readOnly = state === "sending";
    const { rows, form } = this.batch;
    if (done && !rows.some((row) => row.isOpen || row.state === "sending")) form.dispatchEvent(new Event("desk:saved"));
    this.batch.summary();
  }

  async send() {
    if (!this.isOpen) return;
    const lacking = this.lacks;
    if (lacking.length) {
      this.show(this.state, lacking);
      return (
        lacking[0] === this.batch.say("text") ? this.fields.alt : this.batch.form.elements.namedItem("shared-credit")
      ).focus();
    }
    this.batch.sending += 1;
    this.find("progress").value = 0;
    this.show("sending", []);
    try {
      await this.post();
    } finally {
      this.batch.sending -= 1;
      this.batch.summary();
    }
  }

  async post(isSecondTry = false) {
    const answer = await transfer(this.batch.address, this.body(), (share) => {
      this.find("progress").value = share;
    });
    if (answer.status === 403 && !isSecondTry && (await this.batch.renewToken())) return this.post(true);
    if (answer.data?.image) return this.stored(answer.data.image);
    if (answer.data?.duplicate) return this.duplicate(answer.data.duplicate);
    if (answer.data?.errors) return this.show("failed", Object.values(answer.data.errors).flat());
    this.show("failed", [
      this.batch.say(answer.status === 0 ? "away" : answer.isOut || answer.status === 403 ? "out" : "broken"),
    ]);
  }

  body() {
    const body = new FormData();
    const shared = (name) =>
      this.batch.form.elements.namedItem(name === "licence_until" ? "shared-until" : `shared-${name}`).value;
    for (const name of ["alt", "caption", "title"]) body.set(name, this.fields[name].value);
    if (this.fields.decorative.checked) body.set("decorative", "on");
    if (this.fields.decorative.checked) body.set("alt", "");
    body.set("credit", this.fields.credit.value.trim() || shared("credit"));
    for (const name of ["licence", "licence_until"]) body.set(name, shared(name));
    for (const name of ["focal_x", "focal_y"]) body.set(name, "50");
    body.set("csrfmiddlewaretoken", this.batch.form.elements.csrfmiddlewaretoken.value);
    body.set("file", this.file);
    return body;
  }

  stored(image) {
    this.image = image;
    this.find(".one-name").replaceChildren(anchor(image));
    this.show("stored", []);
  }

  duplicate(image) {
    this.image = image;
    this.show("refused", [this.batch.say("duplicate")], { link: image });
  }

  remove() {
    const { rows } = this.batch;
    const index = rows.indexOf(this);
    const next = rows[index + 1] ?? rows[index - 1];
    rows.splice(index, 1);
    this.element.remove();
    (next?.find("input:not([disabled])") ?? this.batch.chooser).focus();
    this.batch.summary();
  }
}

export class Batch {
  /** `root` holds the form and the template; `changed` is called whenever one of the rows stands elsewhere than before. */
  constructor(root, address, changed = () => {}) {
    this.form = root.querySelector("[data-upload-batch]");
    this.template = root.querySelector("template[data-row]");
    this.chooser = this.form.querySelector("input[type=file]");
    this.address = address;
    this.changed = changed;
    this.rows = [];
    this.sending = 0;
    this.ending = new AbortController();
    this.form.hidden = false;
    this.listen({ signal: this.ending.signal });
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }
  say(name) {
    return this.form.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`];
  }
  get isOpen() {
    return this.rows.some((row) => row.isOpen || row.state === "sending");
  }

  /** No more files are taken, and leaving the page asks nothing. */
  end() {
    this.ending.abort();
  }

  listen(until) {
    this.chooser.addEventListener("change", () => {
      this.add([...this.chooser.files]);
      this.chooser.value = "";
    });
    for (const kind of ["dragover", "drop"]) {
      // Anywhere in the window: a file that misses the field must not open in place of the page.
      window.addEventListener(
        kind,
        (event) => {
          if (!event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          this.part("drop").classList.toggle("over", kind === "dragover");
          if (kind === "drop") this.add([...event.dataTransfer.files]);
        },
        until,
      );
    }
    window.addEventListener(
      "dragleave",
      (event) => {
        if (!event.relatedTarget) this.part("drop").classList.remove("over");
      },
      until,
    );
    this.part("shared").addEventListener("input", () => this.rows.forEach((row) => row.typed()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendAll();
    });
    window.addEventListener(
      "beforeunload",
      (event) => {
        if (this.isOpen) event.preventDefault();
      },
      until,
    );
  }

  /** After signing in again in another tab the form's token is an old one; false when there is none to be had. */
  async renewToken() {
    try {
      const response = await fetch(this.address, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const token = page.querySelector("[data-upload-batch] [name=csrfmiddlewaretoken]")?.value;
      if (!token) return false;
      this.form.elements.csrfmiddlewaretoken.value = token;
      return true;
    } catch {
      return false;
    }
  }

  /** What is wrong with a file before anybody looks into it. */
  faultOf(file) {
    if (!file.size) return this.say("empty");
    return file.size > Number(this.form.dataset.mostBytes) ? this.say("large") : "";
  }

  /** Take `files`; `texts` say what they show, where that is known. */
  async add(files, texts = []) {
    const room = Number(this.form.dataset.most) - this.rows.length;
    this.part("alert").hidden = files.length <= room;
    this.part("alert").textContent = files.length > room ? this.say("many") : "";
    const added = files.slice(0, Math.max(0, room)).map((file) => new Row(this, file));
    for (const [at, row] of added.entries()) {
      row.fields.alt.value = texts[at] ?? "";
      this.rows.push(row);
      this.part("list").append(row.element);
      const fault = this.faultOf(row.file);
      row.show(fault ? "refused" : "waiting", fault ? [fault] : []);
    }
    added.find((row) => row.isOpen)?.fields.alt.focus();
    for (const row of added.filter((one) => one.isOpen)) {
      await row.look();
      await this.digest(row);
    }
    await this.nameKnown(added.filter((row) => row.isOpen && row.hash));
  }

  /** The file's SHA-256, by which the library knows it; twins in the list are told at once. */
  async digest(row) {
    if (!globalThis.crypto?.subtle) return; // not on a secure connection: the library tells when it is sent
    try {
      const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await row.file.arrayBuffer()));
      row.hash = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    } catch {
      return row.show("refused", [this.say("unread")]);
    }
    if (this.rows.some((other) => other !== row && other.hash === row.hash)) row.show("refused", [this.say("twice")]);
  }

  async nameKnown(asked) {
    if (!asked.length) return;
    try {
      const response = await fetch(`${this.address}?known=${asked.map(({ hash }) => hash).join(",")}`, {
        credentials: "same-origin",
      });
      const { known } = await response.json();
      for (const row of asked.filter(({ hash, isOpen }) => isOpen && known[hash])) row.duplicate(known[row.hash]);
    } catch {
      // no answer: each is looked up again when it is sent
    }
  }

  async sendAll() {
    const ready = this.rows.filter((row) => row.isOpen && !row.lacks.length);
    const lacking = this.rows.filter((row) => row.isOpen && row.lacks.length);
    for (const row of lacking) row.show(row.state, row.lacks);
    if (!ready.length && lacking.length) {
      this.part("status").textContent = this.say("none");
      return lacking[0].send(); // leads to what it lacks
    }
    const next = async () => {
      while (ready.length) await ready.shift().send();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }

  summary() {
    const stored = this.rows.filter(({ state }) => state === "stored").length;
    const waiting = this.rows.filter((row) => row.isOpen || row.state === "sending").length;
    this.part("shared").hidden = this.part("end").hidden = !this.rows.length;
    this.part("send-all").disabled = this.sending > 0;
    this.part("send-all").hidden = !waiting;
    this.part("status").textContent = this.rows.length
      ? this.say("sum").replace("{stored}", stored).replace("{waiting}", waiting)
      : "";
    this.changed();
  }
}

function anchor({ title, address }) {
  return Object.assign(document.createElement("a"), {
    href: address,
    textContent: title,
    target: "_blank",
    rel: "noopener",
  });
}

/** POST `body`, telling how much of it is sent; status 0 when there was no answer. */
function transfer(address, body, tell) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.responseType = "text";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) tell(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      const isOut = Boolean(request.responseURL) && new URL(request.responseURL).pathname !== address.split("?")[0];
      let data = null;
      try {
        data = JSON.parse(request.responseText);
      } catch {
        // a page, not an answer: the status says enough
      }
      resolve({ status: request.status, data, isOut });
    });
    request.send(body);
  });
}
