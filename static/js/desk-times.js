// Says beside every time field how far away the typed time lies, and what it is where the reader is, if that is another zone.
// The words are those of in_words() in articles/admin/times.py, whose steps each field has; the server decides what is refused.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** The wall clock of `zone` at `instant`, as if it were UTC: its milliseconds can be compared and counted in days. */
function clock(instant, zone) {
  const form = {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  };
  const part = Object.fromEntries(
    new Intl.DateTimeFormat("en", form).formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** The instants at which the clock of `zone` shows what is typed: none when it is put forward over it, two when back. */
export function instants(typed, zone) {
  const wall = Date.parse(`${typed.slice(0, 16)}:00Z`);
  if (Number.isNaN(wall)) return null;
  const offsets = new Set([-DAY, 0, DAY].map((shift) => clock(wall + shift, zone) - (wall + shift)));
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => clock(instant, zone) === wall)
    .sort((a, b) => a - b);
}

/** A time as the desk writes it, by the paper's clock: 8 December 2025, 14:05. It is DATETIME_FORMAT of newsroom/formats. */
export function written(instant, zone) {
  const wall = clock(instant, zone);
  return `${new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(wall)}, ${time(wall)}`;
}

const time = (wall) => new Date(wall).toISOString().slice(11, 16);
const sayUnit = (count, unit, ahead) => relative.format(ahead ? count : -count, unit);

/** in 3 hours, yesterday 18:00, 3 days ago; `steps` says how many of each unit come before the next. */
export function inWords(instant, zone, steps, now = Date.now()) {
  const [minutesMost, hoursMost, daysMost, weeksMost, monthsMost] = steps.split(" ").map(Number);
  const ahead = instant > now;
  const away = Math.abs(instant - now);
  const minutes = Math.round(away / MINUTE);
  if (minutes < 1) return "now";
  if (minutes < minutesMost) return sayUnit(minutes, "minute", ahead);
  const wall = clock(instant, zone);
  const days = Math.abs(Math.floor(wall / DAY) - Math.floor(clock(now, zone) / DAY));
  if (days === 0 || away < hoursMost * HOUR) return sayUnit(Math.round(away / HOUR), "hour", ahead);
  if (days === 1) return `${ahead ? "tomorrow" : "yesterday"} ${time(wall)}`;
  if (days <= daysMost) return sayUnit(days, "day", ahead);
  if (Math.round(days / 7) <= weeksMost) return sayUnit(Math.round(days / 7), "week", ahead);
  if (Math.round(days / 30.44) < monthsMost) return sayUnit(Math.round(days / 30.44), "month", ahead);
  return sayUnit(Math.round(days / 365.25), "year", ahead);
}

/** What the reader's own clock shows, with the day if it is another one there; nothing in the paper's own time. */
export function forYou(instant, zone) {
  const [mine, papers] = [clock(instant, here), clock(instant, zone)];
  if (mine === papers) return "";
  const city = here.split("/").pop().replaceAll("_", " ");
  const day =
    Math.floor(mine / DAY) === Math.floor(papers / DAY)
      ? ""
      : `${new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: here }).format(instant)} `;
  return `for you ${day}${time(mine)}, ${city}`;
}

function say(field) {
  const holder = field.closest(".desk-time");
  const words = holder.querySelector(".when");
  const found = field.value ? instants(field.value, holder.dataset.zone) : null;
  words.classList.toggle("refused", found !== null && found.length !== 1);
  if (found === null) words.textContent = "";
  else if (!found.length) words.textContent = "there is no such time: the clock is put forward over it";
  else if (found.length > 1) words.textContent = "this time comes twice: the clock is put back";
  else
    words.textContent = [
      inWords(found[0], holder.dataset.zone, holder.dataset.steps),
      forYou(found[0], holder.dataset.zone),
    ]
      .filter(Boolean)
      .join(" · ");
}

for (const type of ["input", "change", "focusin"]) {
  document.addEventListener(type, ({ target }) => target.matches?.(".desk-time input") && say(target));
}
for (const field of document.querySelectorAll(".desk-time input")) say(field);
for (const shown of document.querySelectorAll("time[data-zone]")) {
  const instant = Date.parse(shown.dateTime);
  const mine = instant > Date.now() && forYou(instant, shown.dataset.zone);
  const words = shown.nextElementSibling;
  if (mine && words?.matches(".when")) words.textContent = words.textContent.replace(/\)$/, ` · ${mine})`);
}
