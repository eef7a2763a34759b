"""The Russian bank: a list for each day, which includes the currencies of all five neighbours."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from tickers.providers.xml import XmlProvider


class Cbr(XmlProvider):
    code = "cbr"
    name = _("Bank of Russia")
    local = "RUB"
    country = "RU"
    publishes_at = (9, 11)
    days_ahead = 1
    host = "https://www.cbr.ru"
    home = "https://www.cbr.ru/eng/currency_base/daily/"
    terms = _("Official rates; please credit the Bank of Russia as the source.")
    repeats = True
    root, row = "ValCurs", "Valute"
    date_in, code_in = "@Date", "CharCode"

    def addresses(self, day, today):
        days = [day] if day else [today + timedelta(days=1), today]
        return [f"{self.host}/scripts/XML_daily.asp?date_req={list_day:%d/%m/%Y}" for list_day in days]
