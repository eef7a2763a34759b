from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Ecb(Provider):
    code = "ecb"
    name = _("European Central Bank")
    local = "EUR"
    country = "ECB"
