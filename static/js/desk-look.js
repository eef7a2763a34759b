// The form of the paper's look: a box to choose each colour in, and a sample of what is typed, with its contrast.
export const HEX = /^#[0-9a-f]{6}$/;
const FAMILIES = {
  literata: "Literata, serif",
  golos: '"Golos Text", sans-serif',
  serif: 'Georgia, "Times New Roman", serif',
  sans: "system-ui, sans-serif",
};

/** The colour of a field: what is typed, or the usual one while that is no colour. */
function colourOf(name) {
  const field = document.getElementById(`id_${name}`);
  const typed = field.value.trim().toLowerCase();
  return HEX.test(typed) ? typed : field.dataset.usual;
}

function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of two colours, 1 to 21; ground/colours.py computes the same. */
export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Whether words in one colour can be read on the other. */
export const isReadable = (text, ground) => contrast(text, ground) >= 4.5;

function chosenFont(name) {
  return FAMILIES[document.querySelector(`input[name="${name}"]:checked`)?.value];
}

function draw() {
  for (const sample of document.querySelectorAll("[data-look]")) {
    const [paper, ink, accent] = ["paper", "ink", "accent"].map((name) => colourOf(`${sample.dataset.look}_${name}`));
    for (const [name, colour] of Object.entries({ paper, ink, accent })) sample.style.setProperty(`--${name}`, colour);
    sample.querySelector(".look-headline").style.fontFamily = chosenFont("headline_font");
    sample.querySelector(".look-text").style.fontFamily = chosenFont("text_font");
    sample.querySelector(".look-label").style.fontFamily = chosenFont("label_font");
    const told = sample.querySelector(".look-contrast");
    const colours = [ink, accent];
    const isShort = !colours.every((colour) => isReadable(colour, paper));
    const [text, links] = colours.map((colour) => (Math.floor(contrast(colour, paper) * 100) / 100).toFixed(2));
    told.textContent = told.dataset.words.replace("%text", text).replace("%links", links);
    if (isShort) told.textContent += ` (${told.dataset.short})`;
    told.classList.toggle("is-short", isShort);
  }
}

/** The browser's own choice of a colour, beside the field that is typed into and sent. */
function addBox(field) {
  const box = document.createElement("input");
  box.type = "color";
  box.className = "colour-box";
  box.value = colourOf(field.name);
  box.setAttribute("aria-label", document.querySelector(`label[for="${field.id}"]`).textContent.replace(/:?\s*$/, ""));
  box.addEventListener("input", () => {
    field.value = box.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.addEventListener("input", () => {
    box.value = colourOf(field.name);
  });
  const pair = document.createElement("span");
  field.replaceWith(pair);
  pair.append(field, box);
}

const fields = document.querySelectorAll("input.colour");
if (fields.length) {
  fields.forEach(addBox);
  document.querySelector(".look-samples").hidden = false;
  document.querySelector("form[method=post] .look-samples").closest("form").addEventListener("input", draw);
  draw();
}
