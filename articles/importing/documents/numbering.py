"""The lists of a document: which have numbers, and with which number each goes on."""

from xml.etree.ElementTree import Element

from articles.importing.documents.styles import child_of, value_of

MOST_LEVELS = 10


def _number(value: str | None, default: int) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 6 else default


class Numbering:
    """The definitions of lists by their ids; it counts the items, as Word does across the paragraphs between them."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[tuple[str, int], tuple[str, int]] = {}  # format and start, by definition and depth
        self._definitions: dict[str, str] = {}  # by list
        self._starts: dict[str, dict[int, int]] = {}  # where a list overrides its definition, by depth
        self._counts: dict[tuple[str, int], int] = {}
        for element in root if root is not None else ():
            if element.tag == "w:abstractNum":
                self._add_definition(element)
            elif element.tag == "w:num":
                self._add_list(element)

    def _add_definition(self, element: Element) -> None:
        for level in element:
            if level.tag == "w:lvl":
                place = element.get("w:abstractNumId", ""), _number(level.get("w:ilvl"), 0)
                self._levels[place] = value_of(level, "w:numFmt") or "decimal", _number(value_of(level, "w:start"), 1)

    def _add_list(self, element: Element) -> None:
        number = element.get("w:numId", "")
        self._definitions[number] = value_of(element, "w:abstractNumId") or ""
        for override in element:
            if override.tag == "w:lvlOverride":
                depth = _number(override.get("w:ilvl"), 0)
                start = value_of(override, "w:startOverride")
                if start is not None:
                    self._starts.setdefault(number, {})[depth] = _number(start, 1)
                if (level := child_of(override, "w:lvl")) is not None:
                    default = self._levels.get((self._definitions[number], depth), ("decimal", 1))
                    own = value_of(level, "w:numFmt") or default[0]
                    self._levels[f"own {number}", depth] = own, _number(value_of(level, "w:start"), default[1])

    def count(self, number: str, depth: int) -> tuple[str, int]:
        """Return the tag of the list and the number of its next item."""
        definition = self._definitions.get(number, "")
        form, start = self._levels.get((f"own {number}", depth), self._levels.get((definition, depth), ("bullet", 1)))
        for level, own_start in self._starts.pop(number, {}).items():  # at its first item alone
            self._counts[definition, level] = own_start - 1
        count = self._counts.get((definition, depth), start - 1) + 1
        self._counts[definition, depth] = count
        for deeper in range(depth + 1, MOST_LEVELS):
            self._counts.pop((definition, deeper), None)
        return ("ul" if form in {"bullet", "none"} else "ol"), count
