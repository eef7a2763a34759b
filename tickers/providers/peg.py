"""Rates fixed by law: they are stored with the pair; there is nothing to fetch."""

from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Peg(Provider):
    code = "peg"
    name = _("Official peg")
    title = _("Official rates")
    is_fetched = False

    def addresses(self, day, today):
        return []
