"""The Kazakh bank: a list for each day; one for tomorrow from the afternoon of a working day on."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from tickers.providers.xml import XmlProvider


class Nbk(XmlProvider):
    code = "nbk"
    name = _("National Bank of Kazakhstan")
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
        return [f"{self.host}/rss/get_rates.cfm?fdate={one:%d.%m.%Y}" for one in days]
