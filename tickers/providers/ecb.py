"""The European bank: the price of a euro in thirty currencies, for one day, ninety, or all since 1999."""

from collections.abc import Iterator
from datetime import timedelta
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickers.providers import reading
from tickers.providers.base import EXACT, Price, Provider, Sheet

CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
SHORT = timedelta(days=80)  # of the ninety days that the shorter list reaches back


class Ecb(Provider):
    code = "ecb"
    name = gettext_lazy("European Central Bank")
    local = "EUR"
    tells_own = True
    country = "ECB"
    publishes_at = (14, 16)
    host = "https://www.ecb.europa.eu"
    home = "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/"
    terms = gettext_lazy("Reference rates, for information; please credit the European Central Bank as the source.")

    def addresses(self, day, today):
        name = "daily" if day is None else "hist-90d" if today - day < SHORT else "hist"
        return [f"{self.host}/stats/eurofxref/eurofxref-{name}.xml"]

    def read(self, answer: bytes) -> list[Sheet]:
        try:
            root = reading.xml(answer)
            days = [cube for cube in root.iter(CUBE) if cube.get("time")]
            if not days:
                raise ValueError(_("its answer is no list of the bank’s rates"))
            return [self.sheet(reading.read_day(cube.get("time"), "%Y-%m-%d"), self._rows(cube)) for cube in days]
        except ValueError as trouble:
            raise self.error(trouble) from None

    def _rows(self, cube: Element) -> Iterator[reading.Row]:
        for row in cube.iter(CUBE):
            if row.get("currency"):
                yield row.get("currency", ""), self._reader(row)

    def _reader(self, row: Element) -> reading.Reader:
        return lambda: price_in_euro(reading.exact_number(row.get("rate")))


def price_in_euro(amount: object) -> Price:
    """Return the price in euro of one unit of a currency, of which a euro buys ``amount``."""
    worth = reading.exact_number(amount)
    return Price(1, EXACT.divide(1, worth) if worth else worth)
