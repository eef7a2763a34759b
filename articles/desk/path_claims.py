"""Whose an address is: an article's paths are its own, and no two articles share one.

Where the path that an article would have is taken, it gets the next with a number behind the slug, as ``…/rail-2/``.
"""

from collections.abc import Iterator
from itertools import count

from django.db.models import Value

from articles.models import Address, Redirect
from articles.models.redirect import normal_path

LONGEST = 80  # characters of a slug
AT_ONCE = 20  # addresses that one query asks about


def free(path: str, article: int | None) -> str:
    """``path``, or the first like it with a number that is nobody's, or this article's already; in one query or two."""
    for paths in _tried(path):
        taken = _taken(paths, article)
        for one in paths:
            if one not in taken:
                return one
    raise AssertionError("There is always another number.")


def claim_path(path: str, article: int) -> str:
    """Make what ``free`` finds the article's own and return it; of two at the same moment the later gets the next."""
    while True:
        found = free(path, article)
        if Address.objects.get_or_create(path=found, defaults={"article_id": article})[0].article_id == article:
            return found


def _tried(path: str) -> Iterator[list[str]]:
    yield [path]
    for first in count(2, AT_ONCE):
        yield [_numbered(path, number) for number in range(first, first + AT_ONCE)]


def _numbered(path: str, number: int) -> str:
    above, _slash, slug = path.rstrip("/").rpartition("/")
    ending = f"-{number}"
    return f"{above}/{slug[: LONGEST - len(ending)].rstrip('-')}{ending}/"


def _taken(paths: list[str], article: int | None) -> set[str]:
    """Those of ``paths`` that are another article's, or that a redirect leads away from to somewhere else.

    A page hides the redirect of its address, so whoever follows it would come to the wrong article. Former addresses
    of sections, authors, tags and pages have fewer parts than an article's.
    """
    sources = {normal_path(path): path for path in paths}
    articles = Address.objects.filter(path__in=paths).values_list("path", "article_id", Value(""))
    redirects = Redirect.objects.order_by().filter(source__in=sources, kind=Redirect.Kind.EXACT)
    owners, targets = {}, {}
    for source, owner, target in articles.union(redirects.values_list("source", Value(0), "target"), all=True):
        if owner:
            owners[source] = owner
        else:
            targets[sources[source]] = target
    others = {path for path, owner in owners.items() if owner != article}
    elsewhere = targets.keys() - owners.keys()
    return others | (elsewhere and _leading_elsewhere({path: targets[path] for path in elsewhere}, article))


def _leading_elsewhere(targets: dict[str, str], article: int | None) -> set[str]:
    """Those whose redirect leads to something else than the article itself."""
    own = {normal_path(path) for path in Address.objects.filter(article=article).values_list("path", flat=True)}
    return {path for path, target in targets.items() if normal_path(target) not in own}
