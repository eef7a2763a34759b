"""The Turkmen bank: a file for each day but Sundays; its rate_usd has either direction, so rate_tmt is read."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from tickers.providers.base import OFFICIAL
from tickers.providers.xml import XmlProvider

SUNDAY = 6


class Cbt(XmlProvider):
    code = "cbt"
    name = _("Central Bank of Turkmenistan")
    title = OFFICIAL
    local = "TMT"
    country = "TM"
    working_days = frozenset(range(6))
    publishes_at = (8, 12)
    host = "https://cbt.tm"
    home = "https://cbt.tm/"
    terms = _("Official rates; please credit the Central Bank of Turkmenistan as the source.")
    missing_status = 404
    root, row = "cbt_currency_rate", "rate"
    date_forms = ("%d.%m.%Y", "%Y-%m-%d")  # since 2024, and before
    date_in, code_in, nominal_in, amount_in = "date", "@code", "multiplier", "rate_tmt"

    def addresses(self, day, today):
        before = today - timedelta(days=2 if today.weekday() == 0 else 1)
        return [
            f"{self.host}/kurs/{file_day:%Y}/{file_day:%d%m%Y}.xml" for file_day in ([day] if day else [today, before])
        ]
