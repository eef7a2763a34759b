"""What a step with many articles is going to do, said before it is taken: what readers will see, and whose they are."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.admin.article.listing import where_it_stands
from articles.desk.notices import name_of_person as name_of


@dataclass(frozen=True)
class OutlookRow:
    """One of the articles; ``mind`` says what becomes of it that one would not expect."""

    article: object
    standing: str
    whose: str
    mind: str = ""


@dataclass(frozen=True)
class Outlook:
    """The articles that were chosen, loaded ``with_state()``, and what is said of all of them."""

    articles: list
    rows: list[OutlookRow] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def live(self):
        """Those that readers see."""
        return [article for article in self.articles if article.live_since]

    @property
    def coming(self):
        """Those that readers don't see yet, but will."""
        return [article for article in self.articles if article.next_live and not article.live_since]

    @property
    def updates(self):
        """Those that readers see, and will see in another text."""
        return [article for article in self.articles if article.next_live and article.live_since]

    @property
    def others(self):
        """Those that stand on the desk alone."""
        return [article for article in self.articles if not (article.next_live or article.live_since)]


def look_ahead(articles, form):
    """What ``form``, an action, says beforehand of ``articles``."""
    outlook = Outlook(articles)
    outlook.said.extend([_counts(outlook), _owners(articles), *form.foretell(outlook)])
    outlook.rows.extend(OutlookRow(one, where_it_stands(one), whose(one), form.mind(one)) for one in articles)
    return outlook


def whose(article):
    """Who has the article in hand, or began it; nothing if that is nobody who is still there."""
    person = article.assignee or article.created_by
    return name_of(person) if person else ""


def _counts(outlook):
    live, coming, others = len(outlook.live), len(outlook.coming), len(outlook.others)
    parts = [
        ngettext("%(count)d is live", "%(count)d are live", live) % {"count": live},
        ngettext("%(count)d is scheduled", "%(count)d are scheduled", coming) % {"count": coming},
        ngettext("%(count)d is on the desk alone", "%(count)d are on the desk alone", others) % {"count": others},
    ]
    counted = ", ".join(part for part, count in zip(parts, (live, coming, others), strict=True) if count)
    chosen = len(outlook.articles)
    text = ngettext("%(chosen)d article: %(counted)s.", "%(chosen)d articles: %(counted)s.", chosen)
    return text % {"chosen": chosen, "counted": counted}


def _owners(articles):
    found = Counter(whose(article) or _("nobody") for article in articles)
    names = ", ".join(f"{name} ({count})" for name, count in found.most_common())
    return _("Whose: %(names)s.") % {"names": names}
