"""The Kazakh bank: a list for each day, that of tomorrow from the afternoon of a working day on.

Its feed rates_all.xml has the newest day's rates, each item with a date of its own; it can be read from a file.
"""

from datetime import date, timedelta
from xml.etree.ElementTree import Element

from django.utils.translation import gettext_lazy as _

from tickers.providers import reading
from tickers.providers.base import OFFICIAL, NoRate, Sheet
from tickers.providers.xml import XmlProvider


class Nbk(XmlProvider):
    code = "nbk"
    name = _("National Bank of Kazakhstan")
    title = OFFICIAL
    local = "KZT"
    country = "KZ"
    publishes_at = (9, 11)
    days_ahead = 1
    host = "https://nationalbank.kz"
    home = "https://nationalbank.kz/en/exchangerates/ezhednevnye-oficialnye-rynochnye-kursy-valyut"
    terms = _("Official rates; please credit the National Bank of Kazakhstan as the source.")
    repeats = True
    root, row = "rates", "item"
    date_in, code_in, nominal_in, amount_in = "date", "title", "quant", "description"

    def addresses(self, day, today):
        days = [day] if day else [today + timedelta(days=1), today]
        return [f"{self.host}/rss/get_rates.cfm?fdate={list_day:%d.%m.%Y}" for list_day in days]

    def sheets(self, root: Element) -> list[Sheet]:
        if root.tag != "rss":
            return super().sheets(root)
        days: dict[date, list[Element]] = {}
        for item in root.iter(self.row):
            day = reading.read_day(item.findtext("pubDate"), "%d.%m.%y", "%d.%m.%Y")
            days.setdefault(day, []).append(item)
        if not days:
            raise self.error(_("there are no rates in its answer"), NoRate)
        return [self.sheet(day, self.rows(items)) for day, items in days.items()]
