"""Which editors a submitted article waits for: those of its section, or else the chief editors."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from articles.desk import notices, roles
from articles.models import Article, Section

SUBMITTED = {Article.Stage.IN_REVIEW, Article.Stage.READY}
MOST_NAMED = 4  # people in one sentence


@dataclass(frozen=True)
class Editors:
    """The users who edit each section, and the chief editors, loaded at once for many articles."""

    by_section: dict[int | None, list[User]]
    chiefs: list[User]

    def of(self, section: Section | None) -> list[User]:
        """Return the editors of ``section`` and of its parent; the chief editors if there are none."""
        places = (section.pk, section.parent_id) if section else ()
        users_by_pk = {user.pk: user for place in places for user in self.by_section.get(place, [])}
        return list(users_by_pk.values()) or self.chiefs


def editors_for(articles: list[Article]) -> Editors:
    """Return the editors of the sections of ``articles``, in two queries, or without any if there are no articles."""
    if not articles:
        return Editors({}, [])
    sections = [article.section for article in articles if article.section]
    places = {pk for section in sections for pk in (section.pk, section.parent_id) if pk}
    users = User.objects.filter(is_active=True, is_staff=True)
    rows = Section.editors.through.objects.filter(
        section__in=places, user__in=users.filter(groups__name=roles.SECTION_EDITOR)
    )
    by_section: dict[int | None, list[User]] = {}
    for row in rows.select_related("user").order_by("user__username"):
        by_section.setdefault(row.section_id, []).append(row.user)
    chiefs = users.filter(groups__name=roles.CHIEF_EDITOR).order_by("username")[: MOST_NAMED + 1]
    return Editors(by_section, list(chiefs))


def with_whom(article: Article, editors: Editors) -> str:
    """Return the names of the editors whom a submitted article waits for; an empty text while it is being written."""
    if article.stage not in SUBMITTED:
        return ""
    users = editors.of(article.section)
    if not users:
        return _("nobody: no editor has a login yet")
    names = ", ".join(notices.name_of_person(user) for user in users[:MOST_NAMED])
    return f"{names} …" if len(users) > MOST_NAMED else names


def waits_for(article: Article, editors: Editors) -> str:
    """Return whom a submitted article waits for, as a phrase for lists; an empty text while it is being written."""
    names = with_whom(article, editors)
    text = _("waits to be published by %(names)s") if article.stage == Article.Stage.READY else _("waits for %(names)s")
    return text % {"names": names} if names else ""
