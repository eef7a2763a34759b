"""Storing where the addresses of the paper's former site lead, many at once; an import does it, and takes it back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.db.models import Model
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.models import Address, Author, FlatPage, FormerAddress, OldAddress, Redirect, Section
from articles.models.old_address import OLD_MODELS, old_key, slug_in
from articles.models.redirect import path_of
from ground.rows import AT_ONCE

KINDS = {label: kind for kind, label in OLD_MODELS.items()}
NO_PLACE = ("/admin", "/media", "/preview", "/static")  # these addresses are never looked up

Owner = tuple[str, int]  # the kind and the number of an object
Pairs = Iterable[tuple[str, Model]]  # of an address of the former site, and an object of this paper


@dataclass(frozen=True)
class RefusedAddress:
    """An address that was not stored, for which object, and why."""

    address: str
    target: Model
    why: str


@dataclass
class KeptAddresses:
    """What became of a list of former addresses: those newly stored, with their objects, and those refused.

    In neither are those stored before, and those that are the object's own today.
    """

    added: list[tuple[str, Model]] = field(default_factory=list)
    refused: list[RefusedAddress] = field(default_factory=list)


def keep_former_addresses(pairs: Pairs) -> KeptAddresses:
    """Store that addresses of the former site lead to objects: articles, sections, authors, tags, pages, pictures.

    It takes some ten queries for 500 addresses, and may be repeated. What is today's address of something else, or
    leads to something else already, is refused.
    """
    result = KeptAddresses()
    for batch in _batches(pairs):
        _keep_batch(batch, result)
    return result


def forget_former_addresses(pairs: Pairs) -> int:
    """Delete what ``keep_former_addresses`` stored for ``pairs``, and return how many rows that were.

    An address that leads to another object by now stays.
    """
    deleted = 0
    for batch in _batches(pairs):
        owners = {old_key(address): _owner_of(target) for address, target in batch}
        rows = OldAddress.objects.filter(path__in=owners).values_list("pk", "path", "kind", "row")
        own = [pk for pk, path, kind, row in rows if owners[path] == (kind, row)]
        deleted += OldAddress.objects.filter(pk__in=own).delete()[0]
    return deleted


def _batches(pairs: Pairs) -> Iterator[list[tuple[str, Model]]]:
    remaining = iter(pairs)
    while batch := list(islice(remaining, AT_ONCE)):
        yield batch


def _owner_of(target: Model) -> Owner:
    return KINDS[target._meta.label], target.pk


def _keep_batch(batch: list[tuple[str, Model]], result: KeptAddresses) -> None:
    keys = {address: old_key(address) for address, _target in batch}
    stored = _owners_before(set(keys.values()))
    todays = _owners_today({key for key in keys.values() if "?" not in key})
    rows = []
    for address, target in batch:
        key, owner = keys[address], _owner_of(target)
        if todays.get(key) == owner or stored.get(key) == owner:
            continue
        if why := _why_not(address, key, key in todays, key in stored):
            result.refused.append(RefusedAddress(address, target, why))
            continue
        stored[key] = owner
        slug = slug_in(key) if owner[0] == "article" else ""
        rows.append(OldAddress(path=key, kind=owner[0], row=owner[1], slug=slug))
        result.added.append((address, target))
    OldAddress.objects.bulk_create(rows, ignore_conflicts=True)


def _why_not(address: str, key: str, is_todays: bool, is_stored: bool) -> str:
    if key in {"", "/"} or key.startswith(NO_PLACE) or not address.startswith("/"):
        return _("No page can have had this address, or it is the front page’s.")
    if is_todays or ("?" not in key and (is_fixed_page(f"{key}/") or is_fixed_page(key))):
        return _("Another page of the paper has this address today.")
    return _("This address leads to something else already.") if is_stored else ""


def is_fixed_page(path: str) -> bool:
    """Return whether ``path`` is the address of a page that no row names, like the search."""
    try:
        match = resolve(path)
    except Resolver404:
        return False
    return "<" not in match.route and match.url_name != "article_page"


def _owners_before(keys: set[str]) -> dict[str, Owner]:
    """Return to what ``keys`` lead already, by an import, a move, or a redirect of the staff, which is no object."""
    owners: dict[str, Owner] = dict.fromkeys(
        Redirect.objects.order_by().filter(source__in=keys, kind="exact").values_list("source", flat=True), ("", 0)
    )
    for rows in (FormerAddress.objects.filter(path__in=keys), OldAddress.objects.filter(path__in=keys)):
        owners = {path: (kind, row) for path, kind, row in rows.values_list("path", "kind", "row")} | owners
    return owners


def _owners_today(keys: set[str]) -> dict[str, Owner]:
    """Return whose addresses ``keys`` are today: of an article, section, author, tag or page; of two crossing sections
    nobody's.
    """
    addresses = Address.objects.filter(path__in=[f"{key}/" for key in keys]).values_list("path", "article")
    owners: dict[str, Owner] = {path.rstrip("/"): ("article", article) for path, article in addresses}
    words = {word for key in keys for word in key.split("/")[1:3]}
    sections = list(Section.objects.with_parent().filter(slug__in=words))
    tops = {section.slug for section in sections if not section.parent_id}
    targets: list[Any] = [*sections]
    more_targets = (
        rows.filter(slug__in=words) for rows in (Author.objects.all(), Tag.objects.all(), FlatPage.objects.all())
    )
    targets += chain.from_iterable(more_targets)
    owners |= {
        path.rstrip("/"): _owner_of(target) for target in targets if (path := path_of(target)).rstrip("/") in keys
    }
    crossings = (key for key in keys if key.count("/") == 2 and set(key.split("/")[1:]) <= tops)
    return dict.fromkeys(crossings, ("", 0)) | owners
