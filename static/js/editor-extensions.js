// What the body editor has beyond django-prose-editor's own; the names are those of markup.EDITOR.
export { LibraryImage } from "./editor-figures.js";
export { Embed } from "./editor-embeds.js";
export { FactBox } from "./editor-boxes.js";
export { PullQuote } from "./editor-pull-quote.js";
export { ReadAlso } from "./editor-read-also.js";
export { RateChart } from "./editor-charts.js";
export { Rate } from "./editor-rates.js";
export { Footnote } from "./editor-footnotes.js";
export { CleanPaste } from "./editor-paste.js";
export { Typing } from "./editor-typing.js";
export { Desk, WordCount } from "./editor-desk.js";
// In place of the package's, so that they write nothing that markup.clean() would take away:
export { Document, Link, OrderedList, Table, TableCell, TableHeader } from "./editor-stock.js";
