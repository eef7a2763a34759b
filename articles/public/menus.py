"""The current targets of the links that somebody put into the menus; links that readers can't follow are left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from taggit.models import Tag

from articles.models.edition import EditionTag
from articles.models.flat_page import FlatPage
from articles.models.menu import MenuLink
from articles.models.merge import successors
from articles.models.redirect import path_of
from articles.models.section import Section

Kind, Place = MenuLink.Kind, MenuLink.Place
OWN: dict[str, str | Promise] = {}  # pages that the paper always has: their names by address


def offer_pages(own: Mapping[str, str | Promise]) -> None:
    """Add pages, by address, to those that menus can link to; the project calls this with all it has."""
    OWN.update(own)


@dataclass(frozen=True)
class MenuTarget:
    """The target of a link: its own name and address."""

    name: str
    url: str


def targets(
    links: Iterable[MenuLink], sections: Mapping[int, Section], pages: Mapping[int, FlatPage], at: datetime
) -> dict[int, MenuTarget]:
    """Return the target of each of ``links`` at ``at``, by primary key; links that lead nowhere are left out.

    ``sections`` and ``pages`` are all that readers can open. A merged row is replaced by the one it was merged into.
    """
    links = list(links)
    rows: dict[str, dict[int, MenuTarget]] = {
        Kind.SECTION: {key: MenuTarget(section.name, section.get_absolute_url()) for key, section in sections.items()},
        Kind.PAGE: {key: MenuTarget(page.title, page.get_absolute_url()) for key, page in pages.items()},
        Kind.TAG: _tags([link.row for link in links if link.kind == Kind.TAG and link.row], at),
    }
    found_targets = {link.pk: target for link in links if (target := _target(link, rows))}
    lost = [link for link in links if link.kind in {Kind.SECTION, Kind.TAG} and link.pk not in found_targets]
    return found_targets | _merged(lost, rows, at)


def _target(link: MenuLink, rows: Mapping[str, Mapping[int, MenuTarget]]) -> MenuTarget | None:
    if link.kind == Kind.OWN:
        return MenuTarget(str(OWN[link.address]), link.address) if link.address in OWN else None
    if link.kind == Kind.LINK:
        return MenuTarget(link.address, link.address)
    return rows[link.kind].get(link.row or 0)


def _tags(numbers: list[int], at: datetime) -> dict[int, MenuTarget]:
    """Return the tags under which readers find something at ``at``, as targets by primary key."""
    if not numbers:
        return {}
    listed = EditionTag.objects.filter(tag=OuterRef("pk"), edition__live_from__lte=at, edition__live_until__gt=at)
    return {tag.pk: MenuTarget(tag.name, path_of(tag)) for tag in Tag.objects.filter(Exists(listed), pk__in=numbers)}


def _merged(lost: list[MenuLink], rows: Mapping[str, Mapping[int, MenuTarget]], at: datetime) -> dict[int, MenuTarget]:
    merged: dict[int, MenuTarget] = {}
    for kind in {link.kind for link in lost}:
        numbers = {link.pk: link.row for link in lost if link.kind == kind and link.row}
        now = successors(kind, numbers.values())
        live_targets = _tags(list(now.values()), at) if kind == Kind.TAG else rows[kind]
        merged |= {pk: live_targets[now[row]] for pk, row in numbers.items() if row in now and now[row] in live_targets}
    return merged
