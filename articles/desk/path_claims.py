"""Which article an address belongs to: no two articles share a path.

If the path that an article would have is taken, it gets the next with a number after the slug, like ``…/rail-2/``.
"""

from collections.abc import Iterator
from itertools import count, islice

from django.db.models import Value

from articles.models import Address, OldAddress, Redirect
from articles.models.redirect import normal_path

LONGEST = 80  # characters of a slug
AT_ONCE = 20  # addresses checked by one query
OLD = -1  # instead of an article's number: the former site had a page there


def free(path: str, article: int | None) -> str:
    """Return ``path``, or the first numbered one like it that no other article has; in one query or two."""
    for paths in _tried(path):
        unfree_paths = taken_paths(paths, article)
        for candidate in paths:
            if candidate not in unfree_paths:
                return candidate
    raise AssertionError("There is always another number.")


def candidates(path: str) -> Iterator[str]:
    """Yield, without end, the numbered paths like ``path`` that no article and no redirect has yet."""
    for paths in islice(_tried(path), 1, None):
        unfree_paths = taken_paths(paths, None)
        yield from (candidate for candidate in paths if candidate not in unfree_paths)


def claim_path(path: str, article: int) -> str:
    """Reserve the path that ``free`` returns for the article, and return it; of two at the same moment the later gets
    the next.
    """
    while True:
        free_path = free(path, article)
        if Address.objects.get_or_create(path=free_path, defaults={"article_id": article})[0].article_id == article:
            return free_path


def _tried(path: str) -> Iterator[list[str]]:
    yield [path]
    for first in count(2, AT_ONCE):
        yield [_numbered(path, number) for number in range(first, first + AT_ONCE)]


def _numbered(path: str, number: int) -> str:
    above, _slash, slug = path.rstrip("/").rpartition("/")
    ending = f"-{number}"
    return f"{above}/{slug[: LONGEST - len(ending)].rstrip('-')}{ending}/"


def taken_paths(paths: list[str], article: int | None) -> set[str]:
    """Return those of ``paths`` that another article has, that a redirect leads elsewhere, or that led to something
    else on the former site.

    A page hides the redirect of its address, so whoever follows it would reach the wrong article. Former addresses of
    sections, authors, tags and pages have fewer parts than an article's.
    """
    sources = {normal_path(path): path for path in paths}
    articles = Address.objects.filter(path__in=paths).values_list("path", "article_id", Value(""))
    redirects = Redirect.objects.order_by().filter(source__in=sources, kind=Redirect.Kind.EXACT)
    old = OldAddress.objects.filter(path__in=sources).exclude(kind=OldAddress.Kind.ARTICLE, row=article or 0)
    owners: dict[str, int] = {}
    targets: dict[str, str] = {}
    others_rows = (redirects.values_list("source", Value(0), "target"), old.values_list("path", Value(OLD), Value("")))
    for source, owner, target in articles.union(*others_rows, all=True):
        if owner == OLD:
            owners.setdefault(sources[source], OLD)
        elif owner:
            owners[source] = owner
        else:
            targets[sources[source]] = target
    others_paths = {path for path, owner in owners.items() if owner != article}
    elsewhere = targets.keys() - owners.keys()
    return others_paths | (elsewhere and _leading_elsewhere({path: targets[path] for path in elsewhere}, article))


def _leading_elsewhere(targets: dict[str, str], article: int | None) -> set[str]:
    """Return those of ``targets`` whose redirect does not lead to the article itself."""
    own = {normal_path(path) for path in Address.objects.filter(article=article).values_list("path", flat=True)}
    return {path for path, target in targets.items() if normal_path(target) not in own}
