// Articles picked by hand: a list that is put in order and added to by words of an article. desk-related.js has it in the
// form, editor-read-also.js in the dialog of “Read also”.
import { offer } from "./desk-suggestions.js";
import { ask } from "./desk-login.js";

const element = (name, attributes = {}, ...inside) => {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  one.append(...inside);
  return one;
};

/** Rows as the server describes them, by `of` (numbers) or `line` (addresses); LoggedOut or Away where there is no answer. */
export async function describe(url, asked) {
  return (await (await ask(`${url}?${new URLSearchParams(asked)}`)).json()).articles;
}

/** A list of `rows` with a field, `id`, to add to it; `words` names its parts, `changed` hears of every other order or row. */
export function picks({ id, rows, most, words, changed = () => {} }) {
  const chosen = [...rows];
  const input = element("input", {
    id,
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 200,
    "aria-describedby": `${id}-said`,
  });
  const list = element("div", { id: `${id}-found`, "aria-label": words.find });
  const said = element("p", { id: `${id}-said`, class: "picks-said", role: "status" });
  const order = element("ol", { class: "picks-list" });
  const dom = element("div", { class: "picks" }, order, element("label", { for: id }, words.find), input, said, list);
  const found = offer({ input, list, isAddress: () => false, said, trouble: words.trouble });

  function button(sign, name, row, run) {
    const one = element(
      "button",
      { type: "button", "aria-label": name.replace("%s", row.title), title: name.replace("%s", row.title) },
      sign,
    );
    one.addEventListener("click", run);
    return one;
  }

  function move(row, by) {
    const at = chosen.indexOf(row);
    if (at + by < 0 || at + by >= chosen.length) return;
    chosen.splice(at, 1);
    chosen.splice(at + by, 0, row);
    draw();
    changed(chosen);
    order.children[at + by].querySelector(by < 0 ? "button" : "button + button").focus();
    const parts = [row.title, at + by + 1, chosen.length];
    said.textContent = words.moved.replace(/%s/g, () => parts.shift());
  }

  function remove(row) {
    chosen.splice(chosen.indexOf(row), 1);
    draw();
    changed(chosen);
    input.focus();
  }

  function draw() {
    order.replaceChildren(
      ...chosen.map((row) =>
        element(
          "li",
          {},
          element(
            "span",
            { class: "picks-name" },
            element("strong", {}, row.title),
            " ",
            element("span", { class: "picks-detail" }, row.detail),
          ),
          button("↑", words.up, row, () => move(row, -1)),
          button("↓", words.down, row, () => move(row, 1)),
          button("×", words.remove, row, () => remove(row)),
        ),
      ),
    );
    order.hidden = !chosen.length;
  }

  function add({ article, url, title, detail }) {
    if (chosen.some((row) => row.number === article)) return clear();
    if (chosen.length >= most) return (said.textContent = words.full);
    chosen.push({ number: article, url, title, detail });
    draw();
    changed(chosen);
    clear();
  }

  function clear() {
    input.value = "";
    found.close();
    said.textContent = "";
    input.focus();
  }

  list.addEventListener("taken", ({ detail }) => add(detail));
  input.addEventListener("blur", () => found.close());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the key is for the letters that are being put together
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the dialog that it is in stays
      found.close();
    }
    if (event.key !== "Enter" || !input.value.trim()) return;
    event.preventDefault(); // it would send the form
    if (found.chosen() && !found.isAsking()) add(found.chosen());
    else if (found.isAsking()) found.whenAnswered(() => found.chosen() && add(found.chosen()));
  });
  draw();
  return { dom, input, chosen: () => [...chosen] };
}
