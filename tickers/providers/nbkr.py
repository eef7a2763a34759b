"""The Kyrgyz bank: five currencies in a daily list, some forty in a weekly one; neither has past days."""

from django.utils.translation import gettext_lazy as _

from tickers.providers.base import OFFICIAL
from tickers.providers.xml import XmlProvider


class Nbkr(XmlProvider):
    code = "nbkr"
    name = _("National Bank of the Kyrgyz Republic")
    title = OFFICIAL
    local = "KGS"
    country = "KG"
    days_ahead = 1
    host = "https://www.nbkr.kg"
    home = "https://www.nbkr.kg/"
    terms = _("Official rates; please credit the National Bank of the Kyrgyz Republic as the source.")
    root, row = "CurrencyRates", "Currency"
    date_in, code_in = "@Date", "@ISOCode"

    def addresses(self, day, today):
        return [] if day else [f"{self.host}/XML/{name}.xml" for name in ("daily", "weekly")]
