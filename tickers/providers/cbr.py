from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Cbr(Provider):
    code = "cbr"
    name = _("Bank of Russia")
    local = "RUB"
    country = "RU"
