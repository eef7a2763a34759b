from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Nbk(Provider):
    code = "nbk"
    name = _("National Bank of Kazakhstan")
    local = "KZT"
    country = "KZ"
