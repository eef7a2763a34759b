"""What a step with many articles will do, told before it is taken: what readers will see, and whose they are."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin.article.listing import where_it_stands
from articles.desk.notices import name_of_person as name_of


@dataclass(frozen=True)
class OutlookRow:
    """One of the articles; ``mind`` says what the step does to it against expectation."""

    article: object
    standing: str
    whose: str
    mind: str = ""


@dataclass(frozen=True)
class Outlook:
    """The chosen articles, loaded ``with_state()``, a row for each, and sentences about all of them."""

    articles: list
    rows: list[OutlookRow] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def live(self):
        """Return the articles that readers see."""
        return [article for article in self.articles if article.live_since]

    @property
    def coming(self):
        """Return the articles that readers don't see yet, but will."""
        return [article for article in self.articles if article.next_live and not article.live_since]

    @property
    def updates(self):
        """Return the articles that readers see, and will see in another text."""
        return [article for article in self.articles if article.next_live and article.live_since]

    @property
    def others(self):
        """Return the articles that readers neither see nor will see."""
        return [article for article in self.articles if not (article.next_live or article.live_since)]


def look_ahead(articles, form):
    """Return what ``form``, an action, says of ``articles`` before it is taken."""
    outlook = Outlook(articles)
    outlook.said.extend([_counts(outlook), _owners(articles), *form.foretell(outlook)])
    outlook.rows.extend(
        OutlookRow(article, where_it_stands(article), whose(article), form.mind(article)) for article in articles
    )
    return outlook


def whose(article):
    """Return the name of the article's assignee, or of who began it; an empty text if there is neither."""
    person = article.assignee or article.created_by
    return name_of(person) if person else ""


def _counts(outlook):
    live, coming, on_desk = len(outlook.live), len(outlook.coming), len(outlook.others)
    parts = [
        ngettext("%(count)d is live", "%(count)d are live", live) % {"count": live},
        ngettext("%(count)d is scheduled", "%(count)d are scheduled", coming) % {"count": coming},
        ngettext("%(count)d is on the desk alone", "%(count)d are on the desk alone", on_desk) % {"count": on_desk},
    ]
    counted = ", ".join(part for part, count in zip(parts, (live, coming, on_desk), strict=True) if count)
    chosen = len(outlook.articles)
    text = ngettext("%(chosen)d article: %(counted)s.", "%(chosen)d articles: %(counted)s.", chosen)
    return text % {"chosen": chosen, "counted": counted}


def _owners(articles):
    counts = Counter(whose(article) or _("nobody") for article in articles)
    names = ", ".join(f"{name} ({count})" for name, count in counts.most_common())
    return _("Whose: %(names)s.") % {"names": names}
