from django.utils.translation import gettext_lazy as _

from tickers.providers.base import Provider


class Nbt(Provider):
    code = "nbt"
    name = _("National Bank of Tajikistan")
    local = "TJS"
    country = "TJ"
