"""What can be placed: articles that readers see or will see soon, the newest first, or those a search finds."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from articles import search
from articles.admin.lists import holding_words
from articles.admin.pictures import address
from articles.admin.times import short
from articles.characters import normalise
from articles.models import Edition

A_LIST = 16
SOON = 8
RECENT = 1000  # of the newest, in which any part of a word is found


@dataclass(frozen=True)
class Candidate:
    """An article beside the board."""

    article: int
    headline: str
    about: str
    picture: str
    is_coming: bool
    place: str  # where it is pinned at the time shown; empty if nowhere


def found(state, pinned):
    """Those for ``state.query``, or the newest and the next to come; ``pinned`` says where some stand."""
    words = normalise(state.query)[:200].strip()
    rows = Edition.objects.select_related("section", "lead_image").defer("body", "corrections", "standfirst")
    live_too = Edition.objects.live(state.now).filter(article=OuterRef("article"))
    coming = rows.filter(~Exists(live_too), live_from__gt=state.now).order_by("live_from")
    live = rows.live(state.now).newest()
    if state.section and not words:
        coming = coming.filter(section_rows__section=state.section)
        live = rows.live(state.now).filter(section_rows__section=state.section)
        live = live.order_by("-section_rows__published_at", "-section_rows__edition_id")
    if words:
        matching = holding_words(words, "headline")
        coming = coming.filter(matching)
        newest = Edition.objects.live(state.now).newest().values("pk")[:RECENT]
        live = live.filter(matching, pk__in=list(newest.values_list("pk", flat=True)))
    editions = [*coming[:SOON], *live[:A_LIST]]
    if words and len(editions) < A_LIST:
        hits = [hit.edition for hit in search.find(words, at=state.now, limit=A_LIST)]
        editions += [edition for edition in hits if _has(edition.headline, words)]
    once = {edition.article_id: edition for edition in reversed(editions)}
    return [_candidate(edition, state.now, pinned.get(edition.article_id, "")) for edition in reversed(once.values())]


def _has(headline, words):
    """Whether all of ``words`` are in ``headline``: the search for readers also looks into texts."""
    return all(word in headline.casefold() for word in words.casefold().split())


def _candidate(edition, now, place):
    coming = edition.live_from > now
    when = _("shows from %(time)s") if coming else _("since %(time)s")
    time = short(edition.live_from if coming else edition.published_at)
    return Candidate(
        article=edition.article_id,
        headline=edition.headline,
        about=f"{edition.section} · {when % {'time': time}}",
        picture=address(edition.lead_image) if edition.lead_image else "",
        is_coming=coming,
        place=place,
    )
