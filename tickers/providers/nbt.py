"""The Tajik bank: a list for each day. Its CharCode is reliable, its ID isn't."""

from django.utils.translation import gettext_lazy as _

from tickers.providers.base import OFFICIAL
from tickers.providers.xml import XmlProvider


class Nbt(XmlProvider):
    code = "nbt"
    name = _("National Bank of Tajikistan")
    title = OFFICIAL
    local = "TJS"
    country = "TJ"
    working_days = frozenset(range(7))  # weekends repeat the last trading day
    publishes_at = (4, 6)
    host = "https://www.nbt.tj"
    home = "https://www.nbt.tj/en/kurs/kurs.php"
    terms = _("Official rates; please credit nbt.tj as the source.")
    root, row = "ValCurs", "Valute"
    date_in, code_in, date_forms = "@Date", "CharCode", ("%Y-%m-%d",)

    def addresses(self, day, today):
        return [f"{self.host}/en/kurs/export_xml.php?date={day or today:%Y-%m-%d}&export=xmlout"]
