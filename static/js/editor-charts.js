// A chart of a pair over some days: a block whose line is drawn by the paper, from the rates known as it goes live.
import { crel, gettext } from "django-prose-editor/editor";
import { isMyTurn, newId, openForm } from "./editor-ask.js";
import { Figure, caption, defineItem, view } from "./editor-figures.js";
import { noPairs, oneOf, pairList, rates } from "./editor-rates.js";

const ASKED = /^([A-Z]{3}\/[A-Z]{3}) (1m|3m|1y|\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d)( turned)?$/; // as charts.py
const SPANS = {
  "1m": gettext("The last month"),
  "3m": gettext("The last three months"),
  "1y": gettext("The last year"),
};
const DAYS = "days";

/** The parts of what a chart asks for; nothing for what is no chart. */
export function parse(text) {
  const [, pair, span, turned] = ASKED.exec(text ?? "") ?? [];
  return pair && { pair, span, way: turned ? "turned" : "straight" };
}

export const RateChart = Figure.extend({
  name: "rateChart",
  addOptions: () => ({ ratesUrl: "" }),
  addAttributes: () => ({
    chart: {
      default: null,
      parseHTML: (dom) => dom.dataset.chart,
      renderHTML: ({ chart }) => ({ "data-chart": chart }),
    },
  }),
  parseHTML: () => [
    {
      tag: "figure[data-chart]",
      getAttrs: (dom) => (parse(dom.dataset.chart) ? null : false),
      contentElement: caption,
    },
  ],
  renderHTML: ({ HTMLAttributes }) => ["figure", HTMLAttributes, ["figcaption", 0]],
  addNodeView() {
    const { ratesUrl } = this.options;
    return (props) => {
      const draw = async (face, { chart }) => {
        const { pair, span, way } = parse(chart);
        const text = crel("span", { textContent: pair });
        const icon = crel("span", { className: "material-icons", textContent: "show_chart", "aria-hidden": "true" });
        face.replaceChildren(crel("p", { className: "editor-video" }, [icon, text]));
        const all = await rates(ratesUrl, props.editor);
        const subject = all?.get(pair)?.charts[way] ?? (all ? `${pair} ${gettext("no rate")}` : pair);
        text.textContent = `${subject}: ${SPANS[span] ?? span.replace("/", " – ")}`;
      };
      const choose = ({ chart }) => chooseChart(ratesUrl, props.editor, parse(chart));
      return view(props, { change: gettext("Change the chart"), label: gettext("Chart of rates"), draw, choose });
    };
  },
  addMenuItems(parts) {
    const { editor, options } = this;
    const words = { icon: "show_chart", name: gettext("Chart of rates") };
    defineItem(editor, parts, { type: this.name, ...words, choose: () => chooseChart(options.ratesUrl, editor) });
  },
});

const day = (name, value) => {
  const input = crel("input", { id: newId(), type: "date", value: value ?? "" });
  return { input, row: crel("p", {}, [crel("label", { htmlFor: input.id, textContent: name }), input]) };
};

/** The attributes of the chart that was chosen; null when the dialog was left. */
async function chooseChart(url, editor, chosen) {
  const title = gettext("Chart of rates");
  const asked = rates(url, editor);
  if (!(await isMyTurn(asked))) return null;
  const all = await asked;
  if (!all?.size) return noPairs(title, all);
  const { select, label } = pairList(all, chosen?.pair, ({ pair }) => pair);
  const way = chosen?.way ?? (all.get(select.value).is_turned ? "turned" : "straight");
  const ways = oneOf(gettext("The chart shows"), ["turned", "straight"], way);
  const given = chosen && !SPANS[chosen.span] ? chosen.span.split("/") : [];
  const spans = oneOf(gettext("Days"), [...Object.keys(SPANS), DAYS], given.length ? DAYS : (chosen?.span ?? "3m"));
  for (const [span, words] of [...Object.entries(SPANS), [DAYS, gettext("From one day to another")]])
    spans.setLabel(span, words);
  const [from, to] = [day(gettext("From"), given[0]), day(gettext("To"), given[1])];
  const days = crel("div", { className: "editor-row" }, [from.row, to.row]);
  const problem = crel("p", { className: "editor-refusal", role: "alert" });
  const show = () => {
    for (const each of ["turned", "straight"]) ways.setLabel(each, all.get(select.value).charts[each]);
    days.hidden = spans.value !== DAYS;
  };
  select.addEventListener("change", show);
  spans.group.addEventListener("change", show);
  show();
  return openForm({
    title,
    parts: [label, select, ways.group, spans.group, days, problem],
    first: select,
    answer() {
      const span = spans.value === DAYS ? `${from.input.value}/${to.input.value}` : spans.value;
      const isRight = spans.value !== DAYS || (from.input.value && from.input.value < to.input.value);
      if (isRight) return { chart: `${select.value} ${span}${ways.value === "turned" ? " turned" : ""}` };
      problem.textContent = gettext("Choose two days, the earlier one first.");
      from.input.focus();
      return null;
    },
  });
}
