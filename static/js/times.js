// Fresh times in words: "12 minutes ago", "today 14:05", "yesterday 14:05"; in a line of Latest "12 min", "14:05", "Sunday",
// of which the server says all but the first (the tag card). Pages are kept, so that only the reader's
// clock can say them; the exact time stays on hover and in the datetime attribute, whose offset is the paper's.
const language = document.documentElement.lang || "en";
// Made when the first fresh time asks for them: each costs a slow phone tens of milliseconds.
const once = (make) => {
  let made;
  return () => (made ??= make());
};
const relative = once(() => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
const short = once(() => new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "short" }));
const weekday = once(() => new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }));
const exact = once(
  () =>
    new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
      dateStyle: "long",
      timeStyle: "short",
      timeZone: "UTC",
    }),
);
const MINUTE = 60_000;
const HOUR = 60; // minutes
const DAY = 1440 * MINUTE;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(?:([+-])(\d\d):(\d\d)|Z)$/;

/** How many minutes and how many days of the paper's `stamp` is ago at `now` (ms), or null where it is still to come. */
function age(stamp, now) {
  const parts = STAMP.exec(stamp);
  if (!parts) return null;
  const offset = (parts[2] === "-" ? -1 : 1) * (Number(parts[3] ?? 0) * 60 + Number(parts[4] ?? 0)) * MINUTE;
  const minutes = Math.floor((now - Date.parse(stamp)) / MINUTE);
  const days = Math.floor((now + offset) / DAY) - Math.floor(Date.parse(`${parts[1]}Z`) / DAY);
  return minutes < 0 ? null : { minutes, days };
}

/** `stamp` in words at `now`, or null where it is older than yesterday. */
export function inWords(stamp, now) {
  const found = age(stamp, now);
  if (!found || (found.minutes >= HOUR && found.days > 1)) return null;
  if (found.minutes < HOUR) return relative().format(-found.minutes, found.minutes ? "minute" : "second");
  return `${relative().format(-found.days, "day")} ${stamp.slice(11, 16)}`;
}

/** The same as short as a line of Latest has it, or null where it is older than a week. */
export function inLine(stamp, now) {
  const found = age(stamp, now);
  if (!found || (found.minutes >= HOUR && found.days > 6)) return null;
  if (found.minutes < HOUR) return found.minutes ? short().format(found.minutes) : relative().format(0, "second");
  return found.days ? weekday().format(Date.parse(`${stamp.slice(0, 16)}Z`)) : stamp.slice(11, 16);
}

// Clocks of countries: what stands in the page is how far they are from UTC, which stays true while a page is kept.
const clocks = [...document.querySelectorAll("[data-zone]")].map((clock) => [
  clock,
  once(() => new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: clock.dataset.zone })),
]);

function tellClocks() {
  for (const [clock, format] of clocks) {
    if (!clock.getClientRects().length) continue; // not shown: on a phone, in the row of countries
    try {
      clock.textContent = format().format(Date.now());
    } catch {
      // A zone that this browser doesn't know stays as it is.
    }
  }
}

function tick() {
  tellClocks();
  setTimeout(tick, MINUTE - (Date.now() % MINUTE));
}

if (clocks.length) {
  (window.requestIdleCallback ?? setTimeout)(tick);
  // A tab that slept is right as soon as it is seen again, whatever its timers did.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tellClocks());
  matchMedia("(min-width: 740px)").addEventListener("change", tellClocks); // in the row of countries there are clocks
}

/** After “Published”: no language says “published now”. */
const inByline = (stamp, now) => (age(stamp, now)?.minutes ? inWords(stamp, now) : null);

const SHOWN = ".card .meta time, .card.line > time, .times time";
const times = [...document.querySelectorAll(SHOWN)].map((time) => [
  time,
  time.textContent,
  time.closest(".times") ? inByline : time.parentElement.matches(".line") ? inLine : inWords,
]);

const paper = matchMedia("print"); // it gets no younger: it says the day, as the server does

function tell() {
  for (const [time, text, words] of times) {
    const said = paper.matches ? null : words(time.dateTime, Date.now());
    const isHour = text.length === 5; // its list is of one day
    const shown = said && !(isHour && said.endsWith(text)) ? said : text;
    if (time.textContent !== shown) time.textContent = shown;
    if (said) time.title = exact().format(Date.parse(`${time.dateTime.slice(0, 16)}Z`));
    else time.removeAttribute("title"); // the text is the exact day itself
  }
  for (const zone of document.querySelectorAll(".times .zone")) {
    zone.hidden = ![...zone.parentElement.querySelectorAll("time")].some((time) => time.textContent.includes(":"));
  }
}

/** Shorter words leave their line as high as it was: what is below must not move under the eye. */
function tellInPlace() {
  const boxes = [...document.querySelectorAll(".card .meta, .times")].map((box) => [box, box.offsetHeight]);
  for (const [box, height] of boxes) box.style.minHeight = `${height}px`;
  tell();
  window.addEventListener("resize", () => boxes.forEach(([box]) => (box.style.minHeight = "")), { once: true });
}

if (times.length && !document.querySelector(".shown-at")) {
  (window.requestIdleCallback ?? setTimeout)(tellInPlace);
  setInterval(tell, MINUTE);
  paper.addEventListener("change", tell);
}
