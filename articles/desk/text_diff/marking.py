"""Two texts as one with the differences marked, or side by side, as safe HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.desk.text_diff.blocks import LONGEST, MOST_TOKENS, BodyBlock, Token, blocks_of_body, pieces_of
from articles.desk.text_diff.matching import BlockRow, Budget, Op, ops_of, rows_of
from articles.models import Article, Image
from ground.characters import strip_control

NAMED = 500  # pictures whose names are read
NEAR = 1  # unchanged blocks shown beside a change when the others are folded
MARKS = {
    "strong": gettext_lazy("bold"),
    "em": gettext_lazy("italics"),
    "sup": gettext_lazy("superscript"),
    "sub": gettext_lazy("subscript"),
    "href": gettext_lazy("link to"),
    "title": gettext_lazy("with the title"),
    "data": gettext_lazy("exchange rate"),
    "span": gettext_lazy("footnote"),
    "th": gettext_lazy("heading cell"),
    "colspan": gettext_lazy("columns wide:"),
    "rowspan": gettext_lazy("rows high:"),
    "apart": gettext_lazy("apart from the picture above"),
}
HEADLINES = Article.objects.values_list("pk", "headline")
HINTS = {
    "changed": gettext_lazy("Changed:"),
    "added": gettext_lazy("Added:"),
    "removed": gettext_lazy("Removed:"),
    "moved-here": gettext_lazy("Moved here:"),
    "moved-away": gettext_lazy("Moved away from here:"),
}
WRAPPERS = {"ul": "ul", "ol": "ul", "blockquote": "blockquote"}  # numbers are written out: they show what moved
Names = dict[tuple[str, int], str]  # by kind and number


def prose(before_html: str, after_html: str, *, fold: bool = False) -> SafeString:
    """Return the running text with removed and added words marked; ``fold`` hides long unchanged parts."""
    return Comparison(before_html, after_html).prose(fold=fold)


def sides(before_html: str, after_html: str) -> tuple[SafeString, SafeString]:
    """Return two columns: removed words are marked on the left, added ones on the right."""
    return Comparison(before_html, after_html).sides()


def marked_words(before: str, after: str) -> SafeString:
    """Return two plain texts as one, word by word."""
    return _whole(_plain_ops(before, after), {}, "prose")


def words_beside(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return two plain texts side by side."""
    ops = _plain_ops(before, after)
    return _whole(ops, {}, "before"), _whole(ops, {}, "after")


def items(before: Iterable[str], after: Iterable[str], side: str = "prose", separator: str = ", ") -> SafeString:
    """Return two lists of names as one; each name is compared as a whole."""
    ops = ops_of([Token(name) for name in before], [Token(name) for name in after], Budget(), joining=False)
    parts = []
    for is_same, old, new in ops:
        if is_same:
            parts += [format_html("{}", token.text) for token in new]
            continue
        if side != "after":
            parts += [format_html("<del>{}</del>", token.text) for token in old]
        if side != "before":
            parts += [format_html("<ins>{}</ins>", token.text) for token in new]
    return format_html_join(separator, "{}", ((item,) for item in parts))


def _together(parts: Iterable[SafeString | str]) -> SafeString:
    safe = (part if isinstance(part, SafeString) else conditional_escape(part) for part in parts)
    return mark_safe("".join(safe))  # noqa: S308 - each was escaped


def _plain_ops(before: str, after: str) -> list[Op]:
    return ops_of(_plain(before), _plain(after), Budget())


def _plain(text: str) -> list[Token]:
    text_tokens, space = [], False
    for part in pieces_of(strip_control(str(text)[:LONGEST]), MOST_TOKENS):
        if "\n" in part:
            text_tokens += [Token("\n")] * min(part.count("\n"), 2)
        elif not part.isspace():
            text_tokens.append(Token(part, space))
        space = part.isspace()
    return text_tokens


@dataclass(frozen=True)
class BlockPair:
    """A block before and after, with its state; one side may be empty."""

    state: str
    before: SafeString
    after: SafeString


@dataclass(frozen=True)
class PairRun:
    """Consecutive pairs, all changed or all unchanged; ``folded`` is the label if they are hidden."""

    pairs: list[BlockPair]
    folded: str = ""


class Comparison:
    """The differences between two bodies, computed once and shown in either way."""

    def __init__(self, before_html: str, after_html: str) -> None:
        before, after = blocks_of_body(before_html), blocks_of_body(after_html)
        self.rows = rows_of(before, after)
        self.names = _names([*before, *after])

    def __bool__(self) -> bool:
        """Return whether a reader would see any difference."""
        return any(row.state != "same" for row in self.rows)

    def prose(self, *, fold: bool = False) -> SafeString:
        if not fold:
            return _column(self.rows, self.names, "prose")
        parts = []
        for rows, folded in _folded(self.rows):
            column = _column(rows, self.names, "prose")
            parts.append(_fold(folded, column) if folded else column)
        return _together(parts)

    @property
    def folded(self) -> SafeString:
        """The running text, for a template."""
        return self.prose(fold=True)

    def sides(self) -> tuple[SafeString, SafeString]:
        return _column(self.rows, self.names, "before"), _column(self.rows, self.names, "after")

    def runs(self) -> list[PairRun]:
        """Return both sides, block beside block, for a page with two columns."""
        return [
            PairRun([self._pair(row) for row in rows], _unchanged(len(rows)) if folded else "")
            for rows, folded in _folded(self.rows)
        ]

    def _pair(self, row: BlockRow) -> BlockPair:
        left, right = (_column([row], self.names, side) for side in ("before", "after"))
        return BlockPair(row.state, left, right)


def _folded(rows: list[BlockRow]) -> list[tuple[list[BlockRow], int]]:
    """Return runs of rows, each with the number to fold: unchanged rows without a change near them."""
    changed = [row.state != "same" for row in rows]
    near = [any(changed[max(0, n - NEAR) : n + NEAR + 1]) for n in range(len(rows))]
    runs, at = [], 0
    for is_near, group in groupby(near):
        size = len(list(group))
        runs.append((rows[at : at + size], 0 if is_near or size == 1 else size))
        at += size
    return runs


def _fold(count: int, content: SafeString) -> SafeString:
    return format_html('<details class="unchanged"><summary>{}</summary>{}</details>', _unchanged(count), content)


def _unchanged(count: int) -> str:
    return ngettext("… %(count)d paragraph unchanged", "… %(count)d paragraphs unchanged", count) % {"count": count}


def _names(both: list[BodyBlock]) -> Names:
    """Return the titles of pictures and the headlines of articles in the blocks, in a query for each kind."""
    names: Names = {}
    kinds: dict[str, Any] = {"image": Image.objects.values_list("pk", "title"), "read-also": HEADLINES.all()}
    for kind, rows in kinds.items():
        start = f"\0{kind}:"
        values = [token.text[len(start) :] for block in both for token in block.tokens if token.text.startswith(start)]
        ids = {int(number) for value in values for number in value.split()}
        if ids:
            names |= {(kind, pk): name for pk, name in rows.filter(pk__in=sorted(ids)[:NAMED])}
    return names


def _column(rows: list[BlockRow], names: Names, side: str) -> SafeString:
    """Return rows one below the other; those of one list or quotation are within one element."""
    side_rows = [row for row in rows if side == "prose" or (row.before if side == "before" else row.after)]
    parts = []
    for outer, group in groupby(side_rows, key=lambda row: _block(row, side).outer):
        inner = _together(_block_html(row, names, side) for row in group)
        if outer in {"p", "h2", "h3", "figure"}:
            parts.append(inner)
        else:
            tag = mark_safe(WRAPPERS.get(outer, "div"))  # noqa: S308 - one of three
            parts.append(format_html('<{0} class="in-{1}">{2}</{0}>', tag, outer, inner))
    return _together(parts)


def _block(row: BlockRow, side: str) -> BodyBlock:
    first, second = (row.before, row.after) if side == "before" else (row.after, row.before)
    block = first or second
    assert block  # noqa: S101 - a row has one of them
    return block


def _block_html(row: BlockRow, names: Names, side: str) -> SafeString:
    """Return one block: its state in words, its number in a list, and its text."""
    block = _block(row, side)
    return format_html(
        '<{0} class="block is-{1} at-{2} deep-{3}">{4}{5}{6}{7}</{0}>',
        mark_safe("li" if block.outer in {"ul", "ol"} else "p"),  # noqa: S308 - one of two
        row.state,
        block.place[-1],
        min(len(block.place), 6),
        _hint(row),
        format_html('<span class="number">{}.</span> ', block.number) if block.number else "",
        _whole(_row_ops(row), names, side),
        _was(row, side),
    )


def _row_ops(row: BlockRow) -> list[Op]:
    if row.before and row.after:
        return row.ops
    return [(False, row.before.tokens if row.before else (), row.after.tokens if row.after else ())]


def _hint(row: BlockRow) -> SafeString | str:
    """Return the state of a row in words: only for screen readers, except a move."""
    if row.state == "same":
        return ""
    kind = "moved" if row.state.startswith("moved") else "visually-hidden"
    return format_html('<span class="{}">{}</span> ', kind, HINTS[row.state])


def _was(row: BlockRow, side: str) -> SafeString | str:
    """Return the former and the present kind of a block, if it changed."""
    if row.before is None or row.after is None or row.before.place == row.after.place:
        return ""
    old, new = row.before.name, row.after.name
    if old == new:
        old, new = _("elsewhere in the layout"), _("here")
    return format_html(' <span class="note">[{}]</span>', _replaced([old], [new], side))


def _whole(ops: list[Op], names: Names, side: str) -> SafeString:
    parts: list[SafeString] = []
    for is_same, old, new in ops:
        if is_same:
            parts.append(_unchanged_words(old, new, names, side))
        else:
            if old and side != "after":
                parts.append(_marked("del", old, names))
            if new and side != "before":
                apart = old and side == "prose" and len(old) + len(new) > 2 and not new[0].space
                parts.append(SafeString(" ") if apart else SafeString(""))
                parts.append(_marked("ins", new, names))
    return _together(parts)


def _marked(tag: str, run: tuple[Token, ...], names: Names) -> SafeString:
    """Return removed or added words, with the targets of their links beside them."""
    space = " " if run[0].space else ""
    return mark_safe(f"{space}<{tag}>{_run(run, names, targets=True)}</{tag}>")  # noqa: S308 - ins or del


def _unchanged_words(old: tuple[Token, ...], new: tuple[Token, ...], names: Names, side: str) -> SafeString:
    """Return unchanged words, with a note where their formatting or link changed."""
    parts = []
    for marks, group in groupby(zip(old, new, strict=True), key=lambda pair: (pair[0].marks, pair[1].marks)):
        pairs = list(group)
        run = tuple(pair[0] if side == "before" else pair[1] for pair in pairs)
        text, (was, now) = _run(run, names), marks
        if was == now:
            parts.append(format_html("{}{}", " " if run[0].space else "", text))
            continue
        note = _replaced(_described(was - now), _described(now - was), side)
        space = " " if run[0].space else ""
        restyled = format_html('{}<span class="restyled">{}</span>', space, text)
        parts.append(restyled + (format_html(' <span class="note">[{}]</span>', note) if note else SafeString("")))
    return _together(parts)


def _replaced(old: list[str], new: list[str], side: str) -> SafeString:
    removed = [format_html("<del>{}</del>", text) for text in old if side != "after"]
    added = [format_html("<ins>{}</ins>", text) for text in new if side != "before"]
    return format_html_join(" ", "{}", ((change,) for change in [*removed, *added]))


def _described(marks: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{MARKS[name]} {value}".strip() for name, value in sorted(marks)]


def _run(run: tuple[Token, ...], names: Names, *, targets: bool = False) -> SafeString:
    """Return tokens as HTML, without the space before the first."""
    parts: list[SafeString] = []
    for marks, group in groupby(run, key=lambda token: token.marks):
        text = _together(_token_html(token, names, bool(parts) or n > 0) for n, token in enumerate(group))
        formats = dict(marks)
        for name, wrap in WRAPS.items():
            text = format_html(wrap, text) if name in formats else text
        links = [mark for mark in marks if mark[0] in {"href", "title"}]
        if targets and links:
            text += format_html(' <span class="note">({})</span>', ", ".join(_described(links)))
        parts.append(text)
    return _together(parts)


WRAPS = {
    **{tag: f"<{tag}>{{}}</{tag}>" for tag in ("sup", "sub", "strong", "em")},
    "href": '<span class="link">{}</span>',
    "span": "[{}]",
}


def _token_html(token: Token, names: Names, may_space: bool) -> SafeString:
    space = " " if token.space and may_space else ""
    if token.text == "\n":
        return SafeString("<br>")
    if token.text.startswith("\0"):
        return _object_html(token.text[1:], names)
    return SafeString(space + escape(token.text))


def _object_html(text: str, names: Names) -> SafeString:
    """Return a picture, an embed, a chart or the start of a cell in words."""
    kind, _colon, value = text.partition(":")
    if kind == "cell":
        return SafeString('<span class="cell" aria-hidden="true">│</span> ')
    if kind == "image":
        label = _("Picture: %(name)s") % {
            "name": names.get((kind, int(value or 0))) or _("number %(id)s") % {"id": value}
        }
    elif kind == "chart":
        label = _("Chart of rates: %(asked)s") % {"asked": value}
    elif kind == "read-also":
        label = _("Read also: %(headlines)s") % {
            "headlines": ", ".join(names.get((kind, int(number)), number) for number in value.split())
        }
    else:
        label = _("Embed: %(address)s") % {"address": value} if value else _("Empty figure")
    return format_html('<span class="thing">{}</span> ', label)
