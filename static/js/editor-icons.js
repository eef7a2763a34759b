// Draws the pictures of the editor's buttons, which it names by words: before anything is painted, so no word is seen.
import { PATHS } from "./editor-icon-paths.js";

const SVG = "http://www.w3.org/2000/svg";

function draw(button) {
  const path = PATHS[button.textContent.trim()];
  if (!path || button.querySelector("svg")) return;
  const picture = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }))
    picture.setAttribute(name, value);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  picture.append(line);
  button.replaceChildren(picture);
}

function drawIn(part) {
  if (part.nodeType !== Node.ELEMENT_NODE) return;
  if (part.matches(".material-icons")) draw(part);
  part.querySelectorAll(".material-icons").forEach(draw);
}

new MutationObserver((changes) => {
  for (const { target, addedNodes } of changes) {
    if (target.matches?.(".material-icons")) draw(target); // the word was changed
    addedNodes.forEach(drawIn);
  }
}).observe(document.documentElement, { childList: true, subtree: true });
drawIn(document.documentElement);
