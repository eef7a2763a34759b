"""The Uzbek bank: JSON in which almost every number is a string."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickers.providers import reading
from tickers.providers.base import OFFICIAL, NoRate, Provider, Sheet


class Cbu(Provider):
    code = "cbu"
    name = gettext_lazy("Central Bank of Uzbekistan")
    title = OFFICIAL
    local = "UZS"
    country = "UZ"
    days_ahead = 1
    host = "https://cbu.uz"
    home = "https://cbu.uz/en/arkhiv-kursov-valyut/"
    terms = gettext_lazy("Official rates; please credit cbu.uz as the source.")
    repeats = True

    def addresses(self, day, today):
        lists = f"{self.host}/en/arkhiv-kursov-valyut/json/"
        dated = f"{lists}all/{day or today:%Y-%m-%d}/"
        return [dated] if day else [lists, dated]

    def read(self, answer: bytes) -> list[Sheet]:
        try:
            rows = reading.json_list(answer)
            if not rows:
                raise self.error(_("there are no rates in its answer"), NoRate)
            if not all(isinstance(row, dict) and {"Ccy", "Rate", "Date"} <= row.keys() for row in rows):
                raise ValueError(_("its answer is no list of the bank’s rates"))
            days = {reading.read_day(str(row["Date"]), "%d.%m.%Y") for row in rows}
            if len(days) > 1:
                raise ValueError(_("its answer mixes the rates of different days"))
            return [self.sheet(days.pop(), ((str(row["Ccy"]), self._reader(row)) for row in rows))]
        except ValueError as trouble:
            raise self.error(trouble) from None

    def _reader(self, row: dict[str, object]) -> reading.Reader:
        return lambda: reading.price(row.get("Nominal", ""), row["Rate"])
