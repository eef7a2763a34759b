from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Cbu(Provider):
    code = "cbu"
    name = _("Central Bank of Uzbekistan")
    local = "UZS"
    country = "UZ"
