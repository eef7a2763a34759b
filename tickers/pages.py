"""The public addresses of rates; the keys are fields of ``newsroom.pages.PublicPage``."""

from typing import Any

from django.utils.translation import gettext_lazy as _

PAIR = r"^rates/(?P<slug>[a-z]{3}-[a-z]{3})"

PAGES: list[dict[str, Any]] = [
    {
        "name": "rates_page",
        "path": "rates/",
        "view": "tickers.views.rates_page",
        "example": "/rates/",
        "is_screen": True,
        "in_sitemap": True,
        "is_warmed": True,
        "menu": _("Exchange rates"),
        "menu_rank": 2,
    },
    {
        "name": "rates_json",
        "path": "rates.json",
        "view": "tickers.views.rates_json",
        "example": "/rates.json",
        "is_warmed": True,
    },
    {
        "name": "pair_page",
        "path": rf"{PAIR}/$",
        "view": "tickers.views.pair_page",
        "example": "/rates/kgs-usd/",
        "parameters": ("span",),
        "is_screen": True,
    },
    {
        "name": "pair_csv",
        "path": rf"{PAIR}\.csv$",
        "view": "tickers.views.pair_csv",
        "example": "/rates/kgs-usd.csv",
    },
    {
        "name": "pair_json",
        "path": rf"{PAIR}\.json$",
        "view": "tickers.views.pair_json",
        "example": "/rates/kgs-usd.json",
    },
    {
        "name": "pair_card",
        "path": rf"{PAIR}\.png$",
        "view": "tickers.views.pair_card",
        "example": "/rates/kgs-usd.png",
        "answers": 302,
    },
]
