"""Banks that answer in XML: a list of currencies, each with a nominal and an amount, and one date for all."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import ClassVar
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from tickers.providers import reading
from tickers.providers.base import Provider, Sheet


class XmlProvider(Provider):
    """A provider defined by the names of its elements; attributes have an @ before their names."""

    root: ClassVar[str]
    date_in: ClassVar[str]
    date_forms: ClassVar[tuple[str, ...]] = ("%d.%m.%Y",)
    row: ClassVar[str]
    code_in: ClassVar[str]
    nominal_in: ClassVar[str] = "Nominal"
    amount_in: ClassVar[str] = "Value"

    def read(self, answer: bytes) -> list[Sheet]:
        try:
            return self.sheets(reading.xml(answer))
        except ValueError as trouble:
            raise self.error(trouble) from None

    def sheets(self, root: Element) -> list[Sheet]:
        """Return the sheet of an answer; raise ValueError if it is invalid."""
        if root.tag != self.root:
            raise ValueError(_("its answer is no list of the bank’s rates (<%(tag)s>)") % {"tag": root.tag[:40]})
        return [self.sheet(self.day(root), self.rows(root.iter(self.row)))]

    def day(self, root: Element) -> date:
        return reading.read_day(self._part(root, self.date_in), *self.date_forms)

    def rows(self, rows: Iterable[Element]) -> Iterator[reading.Row]:
        for row in rows:
            yield self._part(row, self.code_in), self._reader(row)

    def _reader(self, row: Element) -> reading.Reader:
        return lambda: reading.price(self._part(row, self.nominal_in), self._part(row, self.amount_in))

    def _part(self, element: Element, name: str) -> str:
        text = element.get(name[1:]) if name.startswith("@") else element.findtext(name)
        return (text or "").strip()
