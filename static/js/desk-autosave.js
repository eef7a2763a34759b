// No word is lost: every change goes into the browser's storage at once and to the server within seconds.
// What happens to it after an accident is offered by the server (recovery.py); a text that it has not is sent to it first.
import { LoggedOut, base, fieldsOf, form, get, onChange, post, useToken } from "./desk-form.js";
import { BrowserCopies } from "./desk-copies.js";
import { written } from "./desk-times.js";
import { hold, isElsewhere, newWindow, openHere } from "./desk-windows.js";

const REST = 1500; // milliseconds after the last key
const MOST = 3500; // at the latest so long after the first one
const PULSE = 10_000;
const PATIENCE = 8000; // with a server that does not answer
const RETRIES = [2000, 4000, 8000, 15_000, 30_000];
const REASONS = ["logged-out", "other-user", "forbidden", "gone", "large", "database"]; // those that the rail has a sentence for
const MARKS = ["window", "recovered", "sequence", "version"]; // of the form; no words

const rail = document.querySelector("[data-here]");
const line = document.querySelector("[data-autosave]");

const textOf = (fields) =>
  JSON.stringify(
    Object.entries(fields)
      .filter(([name]) => !MARKS.includes(name))
      .sort(),
  );

/** Says every ten seconds that this window is open, and shows who else is here. */
class Pulse {
  constructor(heard) {
    Object.assign(this, { heard, name: newWindow() }); // of this page: a form that comes back keeps its window's name
  }

  start() {
    hold(this.name);
    setInterval(() => this.beat().catch(showUnknown), PULSE);
    this.beat().catch(showUnknown);
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.beat({ back: "1" }).catch(showUnknown));
    addEventListener(
      "visibilitychange",
      () => document.visibilityState === "visible" && this.beat().catch(showUnknown),
    );
  }

  /** The page goes; a form with words that the server has not yet says it with them. */
  leave() {
    const body = new FormData();
    body.set("window", this.name);
    body.set("leaving", "1");
    post("pulse/", body, { keepalive: true }).catch(() => {});
  }

  async beat(more = {}) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ window: this.name, ...more })) body.set(name, value);
    const response = await post("pulse/", body, { signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new LoggedOut(response.status === 404 ? "gone" : "forbidden");
    this.heard(await response.json());
  }
}

/** Keeps what is typed into the article's form: in the browser, and on the server; `status` is the line that says so. */
export class Keeper {
  constructor(status) {
    this.status = status;
    this.user = status.dataset.user;
    const { window: name, sequence } = form.elements;
    name.value ||= newWindow();
    this.name = name.value;
    this.mark = sequence;
    this.copies = new BrowserCopies(this.user, base);
    hold(this.name);
    this.pulse = new Pulse((news) => this.heard(news));
    this.seen = textOf(fieldsOf()); // the newest text that was looked at
    this.stored = this.seen; // the newest that the server has
    this.failures = 0;
    this.isSending = false;
    this.isLeaving = false;
  }

  start() {
    this.say("idle");
    onChange(() => this.changed());
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => this.isBehind && this.send());
    window.addEventListener("pagehide", () => this.hidden());
    document.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "hidden" && this.isBehind && this.send(),
    );
    document.addEventListener("click", (event) => this.clicked(event));
    this.pulse.start();
    if ("unsaved" in this.status.dataset) this.changed(true);
    this.bringBack().catch(() => this.sayInBrowser());
  }

  get isBehind() {
    return this.stored !== this.seen;
  }

  /** Something was typed, or chosen: into the browser now, to the server soon. */
  changed(always = false) {
    const fields = fieldsOf();
    const text = textOf(fields);
    if (text === this.seen && !always) return;
    this.seen = text;
    if (always) this.stored = null;
    this.sequence = Math.max(Date.now(), (this.sequence ?? 0) + 1);
    this.mark.value = this.sequence;
    this.inBrowser = this.copies.put(this.name, { ...fields, sequence: [String(this.sequence)] }, this.sequence);
    if (this.state !== "away" && this.state !== "database") this.say(this.inBrowser ? "typing" : "full");
    this.since ??= performance.now();
    this.wait(always ? 0 : Math.min(REST, MOST - (performance.now() - this.since)));
  }

  wait(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.isBehind && this.send(), Math.max(0, milliseconds));
  }

  body() {
    const body = new FormData(form);
    body.set("user", this.user);
    body.set("page", this.pulse.name);
    for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
    return body;
  }

  /** What is in the form to the server; true if it has it now. */
  async send() {
    if (this.isSending) {
      this.isDue = true;
      return false;
    }
    clearTimeout(this.timer);
    this.isSending = true;
    this.since = null;
    const text = this.seen;
    try {
      const response = await post("autosave/", this.body(), { signal: AbortSignal.timeout(PATIENCE) });
      if (!response.ok)
        throw new LoggedOut(response.status === 413 ? "large" : response.status === 404 ? "gone" : "forbidden");
      this.heard(await response.json());
      this.stored = text;
      this.failures = 0;
      form.elements.recovered.value = "";
      if (!this.isBehind) this.say("kept", this.at);
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    } finally {
      this.isSending = false;
      if (this.isDue || (this.isBehind && !this.failures)) this.wait(this.isDue ? 0 : REST);
      this.isDue = false;
    }
  }

  failed(error) {
    this.reason = REASONS.includes(error.reason) ? error.reason : "away";
    this.say(this.inBrowser === false ? "nowhere" : this.reason);
    if (this.reason === "large") return; // until it is made shorter
    this.wait(RETRIES[Math.min(this.failures++, RETRIES.length - 1)]);
  }

  /** News from the server: it is there, and we are logged in. */
  heard(news) {
    this.at = news.at;
    useToken(news.token);
    showNews(news);
    if (this.failures && this.isBehind && !this.isSending) this.send();
  }

  /** Shown at every change; read aloud only when it is another kind of news. */
  say(state, at = "") {
    const { dataset } = this.status;
    const key = state.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    this.status.textContent = dataset[key].replace("%time", at);
    this.status.dataset.state = state;
    const grave = !["idle", "typing", "kept"].includes(state);
    const was = this.state;
    this.state = state;
    if (grave ? was !== state : state === "kept" && this.wasGrave) {
      document.querySelector("[data-autosave-heard]").textContent = this.status.textContent;
      this.wasGrave = grave;
    }
  }

  /** Before the form goes, its words are on the server, and it is known that session and server are there. */
  async submitted(event) {
    const button = event.submitter;
    if (event.defaultPrevented || button?.formTarget === "_blank" || button?.formNoValidate || this.isLeaving) return;
    event.preventDefault();
    if (this.isChecking) return;
    this.isChecking = true;
    form.setAttribute("aria-busy", "true");
    const reason = await this.check();
    this.isChecking = false;
    form.removeAttribute("aria-busy");
    if (reason) return this.ask(reason, button);
    this.isLeaving = true;
    setTimeout(() => (this.isLeaving = false), 5000); // still here: the next attempt is checked again
    form.requestSubmit(button);
  }

  /** What keeps the form from being saved; null if nothing does. */
  async check() {
    this.changed();
    try {
      while (this.isSending) await new Promise((resolve) => setTimeout(resolve, 50));
      if (this.isBehind) return (await this.send()) ? null : this.reason;
      await this.pulse.beat();
      return null;
    } catch (error) {
      this.failed(error);
      return this.reason;
    }
  }

  /** The reason that a dialog gives: where the browser keeps nothing either, it must not say that it does. */
  shown(reason) {
    return this.inBrowser === false && ["away", "database"].includes(reason) ? "nowhere" : reason;
  }

  /** Say what is wrong, that nothing is lost, and what helps. */
  ask(reason, button) {
    const dialog = document.querySelector("[data-autosave-dialog]").content.cloneNode(true).firstElementChild;
    const show = (why) => {
      for (const part of dialog.querySelectorAll("[data-when]"))
        part.hidden = !part.dataset.when.split(" ").includes(why);
      dialog.querySelector("h2:not([hidden])").id = "unsent-heading";
    };
    for (const heading of dialog.querySelectorAll("h2")) heading.removeAttribute("id");
    show(this.shown(reason));
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.querySelector("[data-again]").addEventListener("click", async () => {
      const still = await this.check();
      if (still) {
        show(this.shown(still));
        dialog.querySelector("[data-still]").textContent = this.status.textContent;
        return;
      }
      dialog.close();
      this.isLeaving = true;
      form.requestSubmit(button);
    });
    dialog.showModal();
  }

  /** The page goes: what the server has not yet is sent on its way. It must not say that the window is open. */
  hidden() {
    if (!this.isBehind || this.isLeaving) return;
    const body = this.body();
    body.set("leaving", "1");
    post("autosave/", body, { keepalive: true }).catch(() => {});
  }

  /** Texts in this browser that the server does not know go there; what a page before this one left is offered. */
  async bringBack() {
    const copies = this.copies.all().filter((copy) => copy.window !== this.name);
    if (!copies.length) return;
    const names = copies.map((copy) => copy.window).join(",");
    const { windows } = await (await get(`pulse/?windows=${names}`)).json();
    let isNew = false;
    for (const copy of copies) {
      const known = windows[copy.window];
      if (known && known.sequence >= copy.sequence) {
        if (known.outcome) this.copies.remove(copy);
        else isNew ||= copy.base === base && !this.isOffered(copy);
      } else if (copy.base === base) {
        if (textOf(copy.fields) === this.seen) this.copies.remove(copy);
        else isNew = Boolean(await this.upload(copy)) || isNew;
      }
    }
    if (isNew) await this.showOffers();
  }

  /** Whether the page offers these words, and not older ones of their window. */
  isOffered(copy) {
    const offer = document.querySelector(`[data-offers] [data-window="${CSS.escape(copy.window)}"]`);
    return Number(offer?.dataset.sequence) >= copy.sequence;
  }

  /** The server can't be asked: what lies in this browser is said to be there. */
  sayInBrowser() {
    const mine = this.copies
      .all()
      .filter((copy) => copy.window !== this.name && copy.base === base && textOf(copy.fields) !== this.seen);
    if (!mine.length) return;
    const note = document.createElement("p");
    note.className = "errornote";
    note.textContent = this.status.dataset.inBrowser.replace(
      "%time",
      written(mine.at(-1).sequence, this.status.dataset.zone),
    );
    document.querySelector("[data-offers]").replaceChildren(note);
    setTimeout(
      () =>
        this.bringBack().then(
          () => note.remove(),
          () => {},
        ),
      PULSE,
    );
  }

  async upload(copy) {
    const body = new FormData();
    for (const [name, values] of Object.entries(copy.fields)) for (const value of values) body.append(name, value);
    body.set("user", this.user);
    body.set("window", copy.window);
    return Number((await post("autosave/", body)).ok);
  }

  async showOffers() {
    const shown = document.querySelector("[data-offers]");
    const response = await get(`offers/?window=${this.name}`);
    if (response.ok)
      shown.replaceWith(
        new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-offers]"),
      );
  }

  /** “Drop it” without leaving the page. */
  async clicked(event) {
    const button = event.target.closest("[data-offers] [name=drop]");
    if (!button) return;
    event.preventDefault();
    const body = new FormData();
    body.set("drop", button.value);
    const offer = button.closest("[data-window]");
    try {
      await post("drop/", body);
    } catch (error) {
      return this.failed(error);
    }
    this.copies.removeWindow(offer.dataset.window);
    offer.remove();
  }
}

/** A person, or a window of one's own, as a row of the list. */
function rowOf(person) {
  const { dataset } = rail;
  const row = document.createElement("li");
  row.textContent = person.me ? (isElsewhere(person.window) ? dataset.meElsewhere : dataset.me) : person.name;
  const isQuiet = !person.heard && !(person.me && !isElsewhere(person.window));
  if (isQuiet || person.typing) {
    const how = document.createElement("span");
    how.className = isQuiet ? "quiet" : "typing";
    how.textContent = isQuiet ? dataset.quiet.replace("%time", person.seen) : dataset.typing;
    row.append(" ", how);
  }
  return row;
}

function showNobody(text) {
  const nobody = rail.querySelector(".here-nobody");
  if (nobody.textContent !== text) nobody.textContent = text;
  nobody.hidden = !text;
}

/** The server did not say who is here: a list of a while ago may be wrong by now. */
function showUnknown(error) {
  rail.querySelector(".here-list").hidden = true;
  showNobody(error.reason === "logged-out" ? rail.dataset.unknownLoggedOut : rail.dataset.unknown);
}

/** Who else is here, and whether a newer version was saved. */
async function showNews(news) {
  const { dataset } = rail;
  const list = rail.querySelector(".here-list");
  const open = await openHere();
  // Of this browser's windows the browser knows which are open: one that was reloaded, closed or crashed is not.
  const here = news.here.filter(
    (one) => !one.me || isElsewhere(one.window) || open?.has(one.window) || (!open && one.heard),
  );
  list.replaceChildren(...here.map(rowOf));
  list.hidden = !here.length;
  showNobody(here.length ? "" : base.endsWith("/0/") ? dataset.nobodyYet : dataset.nobody);
  const newer = rail.querySelector(".here-newer");
  const isNewer = news.version > Number(dataset.version);
  const text = isNewer
    ? dataset.newer
        .replace("%version", news.version)
        .replace("%name", news.saved_by ?? dataset.somebody)
        .replace("%time", news.saved_at)
    : "";
  if (newer.textContent !== text) newer.textContent = text;
  newer.hidden = !isNewer;
}

if (form && base && rail) {
  if (line) new Keeper(line).start();
  else new Pulse(showNews).start();
}
