from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Nbkr(Provider):
    code = "nbkr"
    name = _("National Bank of the Kyrgyz Republic")
    local = "KGS"
    country = "KG"
