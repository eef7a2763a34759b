from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Cbt(Provider):
    code = "cbt"
    name = _("Central Bank of Turkmenistan")
    local = "TMT"
    country = "TM"
