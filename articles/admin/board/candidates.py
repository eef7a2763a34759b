"""Articles that can be placed: live or soon live, the newest first, or those found by a search."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from articles import desk_search
from articles.admin.pictures import picture_address
from articles.admin.times import short
from articles.models import Article, Edition
from ground.characters import normalise

A_LIST = 16
SOON = 8
MOST_FOUND = 60  # articles, some of which may have been withdrawn


@dataclass(frozen=True)
class Candidate:
    """An article beside the board."""

    article: int
    headline: str
    about: str
    picture: str
    is_coming: bool
    place: str  # its place on the board at the time shown; empty if there is none
    excerpts: list  # if the headline alone does not show why it was found


def candidates_found(state, pinned):
    """Return those found for ``state.query``, or the newest and next ones; ``pinned`` has places of articles."""
    words = normalise(state.query)[:200].strip()
    rows = Edition.objects.select_related("section", "lead_image").defer("body", "corrections", "standfirst")
    editions = _search_results(words, rows, state.now) if words else _newest(state, rows)
    once = {edition.article_id: edition for edition in reversed(editions)}
    ended = _ended(once, state)
    why = desk_search.excerpts(words, {pk: edition.headline for pk, edition in once.items()})
    return [
        _candidate(edition, state.now, pinned.get(pk, ""), why.get(pk, []), ended.get(pk, ""))
        for pk, edition in reversed(once.items())
    ]


def _ended(editions, state):
    """Return when editions will have ended, for those that end before the time of the board."""
    ending = {pk: edition.live_until for pk, edition in editions.items() if edition.live_until <= state.at}
    if ending:  # another edition may follow
        stay = Edition.objects.live(state.at).filter(article__in=ending).values_list("article", flat=True)
        ending = {pk: ending[pk] for pk in ending.keys() - set(stay)}
    return {pk: _("will have ended by then: %(time)s") % {"time": short(end)} for pk, end in ending.items()}


def _newest(state, rows):
    """Return the next to go live, then the newest live ones; of the board's section, if it has one."""
    coming, live = _coming(rows, state.now), rows.live(state.now).newest()
    if state.section:
        coming = coming.filter(section_rows__section=state.section)
        live = rows.live(state.now).filter(section_rows__section=state.section)
        live = live.order_by("-section_rows__published_at", "-section_rows__edition_id")
    return [*coming[:SOON], *live[:A_LIST]]


def _search_results(words, rows, now):
    """Return live and scheduled articles found by the desk's search: those with the words in their headlines first."""
    articles = Article.objects.on_desk().filter(published_at__isnull=False)
    places = {pk: place for place, pk in enumerate(desk_search.titled_first(words, articles, most=MOST_FOUND))}
    coming = _coming(rows, now).filter(article__in=places)
    editions = [*coming, *rows.live(now).filter(article__in=places)]
    return sorted(editions, key=lambda edition: places[edition.article_id])[:A_LIST]


def _coming(rows, now):
    live_too = Edition.objects.live(now).filter(article=OuterRef("article"))
    return rows.filter(~Exists(live_too), live_from__gt=now).order_by("live_from")


def _candidate(edition, now, place, why, ended):
    coming = edition.live_from > now
    when = _("shows from %(time)s") if coming else _("since %(time)s")
    time = short(edition.live_from if coming else edition.published_at)
    return Candidate(
        article=edition.article_id,
        headline=edition.headline,
        about=" · ".join(filter(None, [str(edition.section), when % {"time": time}, ended])),
        picture=picture_address(edition.lead_image) if edition.lead_image else "",
        is_coming=coming,
        place=place,
        excerpts=why,
    )
