// The lead picture: chosen from the library by looking, and its cuts, which follow whatever is chosen.
import { describe, openPicker } from "./editor-picker.js";
import { openTexts } from "./editor-texts.js";

const select = document.getElementById("id_lead_image");
const cuts = document.querySelector("[data-cuts]");
const choose = document.querySelector("[data-choose-picture]");
const texts = document.querySelector("[data-picture-texts]");
const caption = document.querySelector("[data-panel=picture-finer]");

/** Keep the focal point in sight where the files of a cut are still to be made. */
function aim() {
  const [x, y] = cuts.dataset.focus.split(" ");
  for (const picture of cuts.querySelectorAll("img")) picture.style.objectPosition = `${x}% ${y}%`;
}

async function show() {
  const id = select.value;
  caption.hidden = !id && !caption.querySelector(".errorlist");
  texts.hidden = !id;
  if (!id) return (cuts.hidden = true);
  const facts = await describe(choose.dataset.choosePicture, id);
  if (select.value !== id) return; // another was chosen meanwhile
  cuts.hidden = Boolean(facts.problem);
  if (facts.problem) return;
  cuts.dataset.focus = facts.focus.join(" ");
  for (const picture of cuts.querySelectorAll("img")) picture.src = facts.cuts[picture.dataset.cut];
  cuts.querySelector("img").alt = facts.alt;
  aim();
  select.dispatchEvent(new CustomEvent("desk:picture", { bubbles: true, detail: facts }));
}

if (select && cuts && choose) {
  const $ = window.django?.jQuery;
  choose.hidden = false;
  caption.hidden = !select.value && !caption.querySelector(".errorlist"); // what is to be mended is never out of reach
  texts.hidden = !select.value;
  if (!cuts.hidden) aim();
  ($ ? $(select) : select)[$ ? "on" : "addEventListener"]("change", show); // jQuery's own events and native ones
  choose.addEventListener("click", async () => {
    const id = await openPicker(choose.dataset.choosePicture);
    choose.focus();
    if (id === null) return;
    const facts = await describe(choose.dataset.choosePicture, id);
    if (facts.problem) return;
    select.replaceChildren(new Option("", ""), new Option(facts.title, id, true, true));
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  texts.addEventListener("click", async () => {
    if (await openTexts(choose.dataset.choosePicture, select.value)) show();
    texts.focus();
  });
}
