"""The styles of a document: what kind of paragraph each is, and which characters are bold or raised."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

OFF = {"0", "false", "off", "none"}
QUOTES = {"quote", "intense quote", "quotations", "block text", "block quotation"}
CAPTIONS = {"caption", "illustration", "figure", "drawing"}
MOST_PARENTS = 20  # styles that a style is based on, one by one


@dataclass(frozen=True)
class CharacterLook:
    """How characters look; None where nothing is said."""

    bold: bool | None = None
    italic: bool | None = None
    script: str | None = None  # "sub", "sup" or ""

    def over(self, other: "CharacterLook") -> "CharacterLook":
        """Return this look, with what it doesn't say taken from ``other``."""
        return CharacterLook(
            other.bold if self.bold is None else self.bold,
            other.italic if self.italic is None else self.italic,
            other.script if self.script is None else self.script,
        )


@dataclass(frozen=True)
class ParagraphKind:
    """What a paragraph is."""

    role: str = ""  # "title", "subtitle", "caption", "quote" or "toc"
    level: int = 0  # of a heading, from 1
    numbering: tuple[str, int] | None = None  # the list it belongs to, and how deep in it, from 0


@dataclass
class _Style:
    name: str = ""
    parent: str = ""
    level: int | None = None  # of its outline; 0 for the text
    numbering: tuple[str | None, int | None] = (None, None)
    look: CharacterLook = field(default_factory=CharacterLook)


def child_of(element: Element | None, *path: str) -> Element | None:
    """Return the element at the end of a path of names; None if any is missing."""
    for name in path:
        element = next((child for child in element if child.tag == name), None) if element is not None else None
    return element


def value_of(element: Element | None, *path: str) -> str | None:
    """Return the ``w:val`` of the element at the end of a path; None if it isn't there."""
    end = child_of(element, *path)
    return None if end is None else end.get("w:val", "")


def is_on(element: Element | None, *path: str) -> bool | None:
    """Return whether a switch is on; None if nothing is said."""
    value = value_of(element, *path)
    return None if value is None else value.lower() not in OFF


def look_of(properties: Element | None) -> CharacterLook:
    """Return the look that ``w:rPr`` says."""
    if properties is None:
        return CharacterLook()
    return CharacterLook(is_on(properties, "w:b"), is_on(properties, "w:i"), _script_of(properties))


def _script_of(properties: Element) -> str | None:
    """Return whether characters are raised or lowered: by a switch, or moved and small, as LibreOffice does."""
    align = value_of(properties, "w:vertAlign")
    if align is not None:
        return {"superscript": "sup", "subscript": "sub"}.get(align, "")
    position = value_of(properties, "w:position") or "0"
    if position == "0" or child_of(properties, "w:sz") is None:
        return None
    return "sub" if position.startswith("-") else "sup"


class Styles:
    """The styles of one document by their ids."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._looks: dict[str, CharacterLook] = {}
        self.default = ""  # id of the style of paragraphs that name none
        for element in root if root is not None else ():
            if element.tag == "w:style":
                self._add(element)
        self.language = value_of(child_of(root, "w:docDefaults", "w:rPrDefault", "w:rPr"), "w:lang") or ""

    def _add(self, element: Element) -> None:
        number = element.get("w:styleId", "")
        properties = child_of(element, "w:pPr")
        self._styles[number] = _Style(
            name=(value_of(element, "w:name") or number).casefold(),
            parent=value_of(element, "w:basedOn") or "",
            level=outline_level(properties),
            numbering=numbering_of(properties),
            look=look_of(child_of(element, "w:rPr")),
        )
        if element.get("w:type") == "paragraph" and element.get("w:default", "0").lower() not in OFF:
            self.default = number

    def _chain(self, number: str) -> Iterator[_Style]:
        for _parent in range(MOST_PARENTS):
            style = self._styles.get(number)
            if style is None:
                return
            yield style
            number = style.parent

    def look(self, number: str) -> CharacterLook:
        """Return the look of a style of characters."""
        if number not in self._looks:
            look = CharacterLook()
            for style in self._chain(number):
                look = look.over(style.look)
            self._looks[number] = look
        return self._looks[number]

    def kind(self, properties: Element | None) -> ParagraphKind:
        """Return what a paragraph with ``w:pPr`` is."""
        chain = list(self._chain(value_of(properties, "w:pStyle") or self.default))
        level = outline_level(properties)
        number, depth = numbering_of(properties)
        role = ""
        for style in chain:
            role = role or _role(style.name)
            level = level if level is not None else _heading_level(style.name) or style.level
            number = number if number is not None else style.numbering[0]
            depth = depth if depth is not None else style.numbering[1]
        return ParagraphKind(role, level or 0, (number, depth or 0) if number and number != "0" else None)


def _role(name: str) -> str:
    if name in {"title", "subtitle"}:
        return name
    if name in QUOTES:
        return "quote"
    if name in CAPTIONS:
        return "caption"
    return "toc" if name.startswith(("toc ", "contents ")) and name[-1].isdecimal() else ""


def _heading_level(name: str) -> int:
    word, _blank, level = name.partition(" ")
    return int(level) if word == "heading" and level.isascii() and level.isdecimal() and len(level) == 1 else 0


def outline_level(properties: Element | None) -> int | None:
    """Return the level that a paragraph has in the outline, from 1; 0 for the text, None if nothing is said."""
    value = value_of(properties, "w:outlineLvl")
    if value is None or value not in set("0123456789"):
        return None
    return 0 if value == "9" else int(value) + 1


def numbering_of(properties: Element | None) -> tuple[str | None, int | None]:
    """Return the list and depth that ``w:numPr`` says."""
    element = child_of(properties, "w:numPr")
    depth = value_of(element, "w:ilvl")
    return value_of(element, "w:numId"), int(depth) if depth and depth in set("0123456789") else None
