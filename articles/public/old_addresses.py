"""Where addresses of the former site lead: those that an import stored, in any form in which they were asked for.

One address is looked up in two queries, a thousand in as many. What isn't stored is left to the rules of wordpress.py.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.utils import timezone

from articles.models.author import Author
from articles.models.edition import Edition, EditionImage
from articles.models.image import Image
from articles.models.merge import Merge, successors
from articles.models.old_address import OLD_MODELS, OldAddress, deciding_query, joined, old_parameters, parts_of_path
from articles.models.redirect import path_of
from articles.pictures import renditions
from articles.public import wordpress
from ground.rows import in_pieces

ONE_DAY = timedelta(days=1)
MOST_WORDS = 20  # parts of a path that is looked up
MOST_NAMESAKES = 10  # stories of one slug that are compared by the date in the address
MOST_PEELED = 6
FORMS = {"amp", "embed", "trackback"}  # last words that ask for another form of a page
COMMENTS = re.compile(r"comment-page-\d{1,4}\Z")
SIZE = re.compile(r"-(\d{1,5})x\d{1,5}(?=\.\w{3,4}\Z)")  # of WordPress's copies of a picture
EDITED = re.compile(r"-(?:scaled|rotated|e\d{10,13})(?=\.\w{3,4}\Z)")
WIDTH_OF_GHOST = re.compile(r"w(\d{1,5})\Z")
NUMBERED = re.compile(r"([1-9]\d{0,17})-")  # of Joomla: the number is what counts
NO_STORY = {"author", "authors", "category", "comments", "component", "content", "feed", "ghost", "search", "tag"}
NO_STORY |= {"topics", "wp-admin", "wp-content", "wp-includes", "wp-json"}  # first words of what is no story


class OldShape(NamedTuple):
    """A key under which an address may be stored, and what was asked of the object there."""

    key: str
    page: int = 1
    feed: str = ""
    is_story: bool = False  # only a story has its parts numbered in the address
    width: int = 0  # of a picture, in pixels; 0: the largest


@dataclass(frozen=True)
class OldTarget:
    """What an address of the former site leads to: ``path`` is today's; empty if there is nothing for readers."""

    kind: str
    row: int
    path: str
    is_live: bool = True  # a withdrawn story's path says that it is gone
    page: int = 1
    feed: str = ""
    lasting: str = ""  # of a picture, the copy whose address stays when it is cropped anew

    @property
    def addresses(self) -> list[str]:
        """Today's addresses, the best first: a list may be shorter than it was."""
        is_list = self.kind in {"section", "author", "tag"}
        if is_list and self.feed:
            return [f"{self.path}{self.feed}"]
        return [f"{self.path}?page={self.page}", self.path] if is_list and self.page > 1 else [self.path]


def find_old_targets(pairs: Collection[tuple[str, str]], at: datetime) -> dict[tuple[str, str], OldTarget]:
    """Return where pairs of a path and a query lead at ``at``; those that no import stored are left out."""
    shapes = {pair: list(old_shapes(*pair)) for pair in pairs}
    rows = _stored_rows({shape.key for some in shapes.values() for shape in some})
    best = {}
    for pair, some in shapes.items():
        matches = (shape for shape in some if shape.key in rows and _fits(shape, rows[shape.key]))
        if shape := next(matches, None):
            best[pair] = (shape, rows[shape.key])
    best |= _by_slug([pair for pair in pairs if pair not in best], at)
    return _targets(best, at)


def _stored_rows(keys: Iterable[str]) -> dict[str, OldAddress]:
    return {row.path: row for some in in_pieces(sorted(keys)) for row in OldAddress.objects.filter(path__in=some)}


def _fits(shape: OldShape, row: OldAddress) -> bool:
    return not shape.is_story or row.kind in {OldAddress.Kind.ARTICLE, OldAddress.Kind.PAGE}


def old_shapes(path: str, query: str) -> Iterator[OldShape]:
    """Yield the keys under which an address may be stored, the best first: as it is, then without its forms."""
    words, parameters = parts_of_path(path), old_parameters(query)
    if words is None or len(words) > MOST_WORDS:
        return
    if "." in path.rpartition("/")[2] and words and "." in words[-1]:
        yield from _shapes_of_file(words)
        return
    deciding, language = deciding_query(parameters), parameters.get("lang", "")
    ways = list(_peeled(words, wordpress.page_in(parameters), wordpress.feed_in(parameters)))
    for decides in dict.fromkeys([deciding, ""]):
        for spoken in dict.fromkeys([language, ""]):
            for some, shape in ways:
                if (key := joined(some, decides, spoken)) != "/":
                    yield shape._replace(key=key)
    if deciding:
        yield OldShape(f"/?{deciding}", wordpress.page_in(parameters), wordpress.feed_in(parameters))  # of any page
    if len(words) > 1 and not words[0].isdecimal() and (match := NUMBERED.match(words[-1])):
        yield OldShape(f"/?option=com_content&id={match[1]}", is_story=True)


def _peeled(words: list[str], page: int, feed: str) -> Iterator[tuple[list[str], OldShape]]:
    """Yield the parts of a path, then with ever less of what asks for a page, a feed or a form at its ends."""
    shape = OldShape("", page, feed)
    for _number in range(MOST_PEELED):
        yield words, shape
        if words and words[0] in wordpress.LANGUAGES:
            yield words[1:], shape
        shorter = _without_form(words, shape)
        if shorter is None:
            return
        words, shape = shorter


def _without_form(words: list[str], shape: OldShape) -> tuple[list[str], OldShape] | None:
    if len(words) < 2:
        return None
    *above, last = words
    if above[-1] == "page" and last.isdecimal() and len(last) < 4:
        return above[:-1], shape._replace(page=int(last))
    if above[-1] == "feed" and last in wordpress.FEEDS:
        return above[:-1], shape._replace(feed=wordpress.FEEDS[last])
    if last == "feed" or last in wordpress.FEEDS:
        return above, shape._replace(feed=wordpress.FEEDS.get(last, "feed/"))
    if last in FORMS or COMMENTS.match(last):
        return above, shape
    if words[0] == "amp":
        return words[1:], shape
    if words[0] in wordpress.LANGUAGES and words[1] == "amp":
        return [words[0], *words[2:]], shape
    if above[-1] == "attachment":
        return above[:-1], shape._replace(is_story=True)
    if last.isdecimal() and len(last) < 3:
        return above, shape._replace(is_story=True)
    return None


def _shapes_of_file(words: list[str]) -> Iterator[OldShape]:
    """Yield the keys of a file: its own, then of the one of which it was a smaller or an edited copy."""
    width = 0
    if words[:3] == ["content", "images", "size"] and len(words) > 4 and (match := WIDTH_OF_GHOST.match(words[3])):
        width, words = int(match[1]), [*words[:2], *(words[6:] if words[4] == "format" else words[4:])]
    folder, name = "/" + "/".join(words[:-1]), words[-1] if words else ""
    yield OldShape(f"{folder}/{name}", width=width)
    name = re.sub(r"(?<=\.(?:jpg|png|gif))\.(?:webp|avif)\Z", "", name)
    name = re.sub(r"(?<=\.jpeg)\.(?:webp|avif)\Z", "", name)
    if match := SIZE.search(name):
        width, name = int(match[1]), SIZE.sub("", name)
    plain = EDITED.sub("", name)
    stem, _dot, extension = plain.rpartition(".")
    for copy in dict.fromkeys([name, plain, f"{stem}-scaled.{extension}", f"{stem}-rotated.{extension}"]):
        yield OldShape(f"{folder}/{copy}", width=width)


def _by_slug(pairs: Sequence[tuple[str, str]], at: datetime) -> dict[tuple[str, str], tuple[OldShape, OldAddress]]:
    """Return the stories whose slug ends an address, as WordPress does whatever its permalinks once were.

    Of several with one slug, the date in the address has to tell; whatever stays uncertain is left out.
    """
    slugs = {pair: slug for pair in pairs if (slug := _slug_asked(*pair))}
    namesakes: dict[str, list[int]] = defaultdict(list)
    for some in in_pieces(sorted(set(slugs.values()))):
        rows = OldAddress.objects.filter(slug__in=some).exclude(slug="").order_by("slug", "row")
        for slug, row in rows.values_list("slug", "row").distinct()[: MOST_NAMESAKES * len(some)]:
            namesakes[slug].append(row)
    days = _first_days({row for rows in namesakes.values() for row in rows}, at)
    answers = {}
    for pair, slug in slugs.items():
        span = wordpress.span_of(parts_of_path(pair[0]) or [])
        rows = [row for row in namesakes[slug] if _lies_in(days.get(row), span)]
        if len(rows) == 1:
            answers[pair] = (OldShape(""), OldAddress(kind=OldAddress.Kind.ARTICLE, row=rows[0]))
    return answers


def _slug_asked(path: str, query: str) -> str:
    words = parts_of_path(path)
    if not words or len(words) > MOST_WORDS or words[0] in NO_STORY or deciding_query(old_parameters(query)):
        return ""
    *_ways, (stem, _shape) = _peeled(words, 1, "")
    return "" if not stem or stem[-1].isdecimal() or "." in stem[-1] or stem[0] in NO_STORY else stem[-1]


def _first_days(articles: Collection[int], at: datetime) -> dict[int, date]:
    """Return the days on which stories were first published, by their numbers, in the paper's time zone."""
    if not articles:
        return {}
    rows = Edition.objects.filter(article__in=articles, live_from__lte=at).values_list("article", "published_at")
    return {article: timezone.localtime(moment).date() for article, moment in rows}


def _lies_in(day: date | None, span: tuple[date, date] | None) -> bool:
    """Return whether ``day`` is in the span of an address; the former site's day may be the next one here."""
    return day is not None and (span is None or span[0] - ONE_DAY <= day <= span[1] + ONE_DAY)


def _targets(
    best: dict[tuple[str, str], tuple[OldShape, OldAddress]], at: datetime
) -> dict[tuple[str, str], OldTarget]:
    numbers: dict[str, set[int]] = defaultdict(set)
    for _shape, row in best.values():
        numbers[row.kind].add(row.row)
    stories = _paths_of_stories(numbers.pop("article", set()), at)
    objects = {kind: _objects(kind, rows) for kind, rows in numbers.items()}
    answers = {}
    for pair, (shape, row) in best.items():
        if row.kind == "article":
            answers[pair] = OldTarget(row.kind, row.row, *stories.get(row.row, ("", False)))
        else:
            answers[pair] = _target_of_object(row, objects[row.kind].get(row.row), shape)
    return answers


def _paths_of_stories(articles: Collection[int], at: datetime) -> dict[int, tuple[str, bool]]:
    """Return today's path of each story that readers ever saw until ``at``, and whether it is live."""
    paths = {}
    for some in in_pieces(sorted(articles)):
        rows = Edition.objects.filter(article__in=some, live_from__lte=at).order_by("live_from")
        for article, path, live_until in rows.values_list("article", "path", "live_until"):
            paths[article] = (path, live_until > at)
    return paths


def _objects(kind: str, rows: Collection[int]) -> dict[int, Any]:
    """Return objects by their numbers; instead of one that was merged into another, that other."""
    model = apps.get_model(OLD_MODELS[kind])
    objects = model._default_manager.select_related("parent") if kind == "section" else model._default_manager
    by_number = {row.pk: row for some in in_pieces(sorted(rows)) for row in objects.filter(pk__in=some)}
    missing = set(rows) - by_number.keys() if kind in Merge.Kind.values else set()
    merged = successors(kind, missing) if missing else {}
    staying = objects.in_bulk(set(merged.values())) if merged else {}
    return by_number | {former: staying[stays] for former, stays in merged.items() if stays in staying}


def _target_of_object(row: OldAddress, target: Any, shape: OldShape) -> OldTarget:
    if target is None:
        return OldTarget(row.kind, row.row, "")
    if isinstance(target, Image):
        lasting = renditions.picture_sources(target.key, 0, "full", (target.width, target.height)).src
        return OldTarget(row.kind, row.row, copy_of_width(target, shape.width), lasting=lasting)
    return OldTarget(row.kind, target.pk, path_of(target), page=shape.page, feed=shape.feed)


def copy_of_width(image: Image, width: int) -> str:
    """Return the address of a picture's uncropped public copy of at least ``width`` pixels, or else of the largest."""
    sources = image.sources("full")
    copies = [copy.split(" ") for copy in sources.srcsets.get("jpg", "").split(", ") if copy]
    sizes = sorted((int(size.removesuffix("w")), address) for address, size in copies)
    if not sizes:
        return sources.src
    return next((address for size, address in sizes if width and size >= width), sizes[-1][1])


def is_shown(image: int, at: datetime) -> bool:
    """Return whether readers see a picture at ``at``: in an article, or as an author's portrait."""
    live = Edition.objects.live(at).order_by()
    return (
        live.filter(lead_image=image).exists()
        or live.filter(pk__in=EditionImage.objects.filter(image=image).values("edition")).exists()
        or Author.objects.public().filter(picture=image).exists()
    )
