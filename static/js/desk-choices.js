// The admin's stock choices (select2) show nothing when a session has ended. With this the list says so itself, and a line
// under the field, which keys reach, too.
import { LoggedOut, ask, tell } from "./desk-login.js";

const $ = window.django?.jQuery;
const isOf = ({ url }) => url?.includes("/autocomplete/");

function say(error) {
  for (const list of document.querySelectorAll(".select2-container--open .select2-results__options")) {
    const message = document.createElement("li");
    message.className = "select2-results__option select2-results__message";
    message.setAttribute("role", "alert");
    tell(message, error, "");
    list.replaceChildren(message);
  }
  for (const open of document.querySelectorAll(".select2-container--open:has(.select2-selection)")) {
    if (open.nextElementSibling?.matches(".choices-logged-out")) continue;
    const line = document.createElement("p");
    line.className = "help choices-logged-out";
    tell(line, error, "");
    open.after(line);
  }
}

$?.ajaxPrefilter((settings) => (isOf(settings) ? "json" : undefined)); // a login page is no answer, and throws in select2
$?.(document)
  .on("ajaxError", async (_event, answer, settings) => {
    if (!isOf(settings) || answer.statusText === "abort") return; // typed on
    try {
      await ask(settings.url);
    } catch (error) {
      if (error instanceof LoggedOut) say(error);
    }
  })
  .on("ajaxSuccess", (_event, _answer, settings) => {
    if (isOf(settings)) document.querySelectorAll(".choices-logged-out").forEach((line) => line.remove());
  });
