"""A small paper in which every example of ``newsroom.pages`` answers as its row says."""

from datetime import timedelta
from typing import Any

from articles.models import Edition, SiteSettings
from articles.tests.factories import MORNING, make_author, make_edition, make_image, make_section
from newsroom import pages
from newsroom.serving import frame
from tickers.tests.factories import MONDAY, make_pair, make_rate


def fill(**settings: Any) -> Edition:
    """Rows for every public page; the article at /2025/12/08/a-slug/, which has whatever a page can show."""
    texts = {"ads_txt": "ads.example, 1, DIRECT", "humans_txt": "Made by us.", "contact_email": "editor@example.org"}
    SiteSettings.objects.create(**{"name": "The Caravan Post"} | texts | settings)
    business = make_section(name="Business", slug="business")
    markets = make_section(name="Markets", slug="markets", parent=business)
    listed = {"authors": [make_author(name="Aigul", slug="aigul", picture=make_image())], "tags": ["Rail"]}
    edition = make_edition(
        slug="a-slug",
        headline="A caravan",
        section=business,
        lead_image=make_image(),
        dated_corrections=[{"day": "2025-12-08", "text": "It was longer."}],
        **listed,
    )
    make_edition(section=markets, live_from=MORNING - timedelta(hours=1), **listed)
    make_rate(make_pair(card="cards/kgs-usd.png"), MONDAY)
    frame.forget_frame()
    return edition


def addresses(**facts: bool) -> list[str]:
    """The examples, with those of feeds, of pages that are as given (``is_screen=True``) and answer 200."""
    chosen = [page for page in pages.ALL if all(getattr(page, name) == value for name, value in facts.items())]
    return [address for page in chosen if page.answers == 200 for address in page.addresses]


def screens() -> list[str]:
    """What people look at under one address, whatever the paper has: it answers on an empty one, too."""
    return [page.example for page in pages.ALL if page.is_screen and page.is_fixed]
