// Under an alert's link: the articles that readers see, found by words typed there. Without this an
// address or a whole headline is typed.
import { offer } from "./desk-suggestions.js";

const input = document.querySelector("input[data-finds]");

if (input) start();

function isAddress(typed) {
  return !typed.trim() || /^(\/|https?:)/.test(typed.trim());
}

function start() {
  const list = document.createElement("div");
  const problem = document.createElement("p");
  list.id = `${input.id}-found`;
  list.setAttribute("aria-label", input.labels[0]?.textContent.replace(/:\s*$/, "") ?? "");
  problem.className = "help";
  problem.setAttribute("role", "status");
  input.after(list, problem);
  input.autocomplete = "off";
  const found = offer({
    input,
    list,
    isAddress,
    said: problem,
    trouble: input.dataset.trouble,
  });

  function take(row) {
    if (!row) return;
    input.value = row.url;
    problem.textContent = input.dataset.taken.replace("%s", () => row.title);
    found.close();
  }

  list.addEventListener("taken", (event) => take(event.detail));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the key is for the letters that are being put together
    const isAsking = found.isAsking() && !isAddress(input.value);
    if (event.key === "Enter" && (found.chosen() || isAsking)) {
      event.preventDefault();
      if (found.chosen()) take(found.chosen());
      else found.whenAnswered(() => take(found.chosen()));
    } else if (event.key === "Escape") found.close();
  });
  input.addEventListener("focus", () => !isAddress(input.value) && found.ask());
  input.addEventListener("blur", () => {
    found.close();
    if (!isAddress(input.value)) problem.textContent = input.dataset.open;
  });
}
