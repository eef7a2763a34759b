"""One tag is one tag however its name is typed: each has a key, which the database holds once only.

The keys stand beside the table of tags, which is taggit's. Code that knows nothing of them goes on writing tags: a tag
without a key, or with that of a name it no longer has, is found and mended by ``catch_up`` before a new tag is made.
Every way of Django's is covered by ``note`` after each save, and by ``TagManager`` where nothing is saved one by one.
"""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _
from taggit.models import NaturalKeyManager, Tag

from articles.folding import LONGEST_KEY
from articles.folding import key as key_of
from articles.models.merge import Merge

AT_ONCE = 500  # tags that are given a key before one is made
MOST_WORDS = 6  # of a search; the rest is not looked at


class TagKey(models.Model):
    """A name by which a tag is found, folded: its own, or a former one of it or of a tag that was merged into it."""

    key = models.CharField(_("key"), max_length=LONGEST_KEY, primary_key=True)
    # Without a constraint: code that knows no keys removes a tag, and leaves its key to whoever gets that name next.
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="keys", db_constraint=False)
    name = models.CharField(_("name"), max_length=100)  # that the key was made from
    is_former = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("tag", condition=Q(is_former=False), name="one_key_of_its_own_a_tag"),
            models.CheckConstraint(condition=~Q(key=""), name="tag_key_is_not_empty"),
        ]

    def __str__(self):
        return self.name

    @property
    def holds(self) -> bool:
        """Whether the tag still has the name that the key was made from; of former ones nobody asks that."""
        return self.is_former or self.name == self.tag.name


def find_tags(names: Iterable[str]) -> dict[str, Tag]:
    """The tags that have ``names`` or once had them, by their keys, in one query."""
    keys = {key_of(name) for name in names} - {""}
    rows = TagKey.objects.filter(key__in=keys).select_related("tag")
    return {row.key: row.tag for row in rows if row.holds}


def tag_named(name: str) -> Tag | None:
    """The tag of this name, or that once had it."""
    return find_tags([name]).get(key_of(name))


def holder(name: str) -> Tag | None:
    """The tag that has this name today."""
    tag = _surely([name]).get(key_of(name))
    return tag if tag and key_of(tag.name) == key_of(name) else None


def tags_holding(text: str) -> models.QuerySet[Tag]:
    """Tags with every word of ``text`` in one of their names, whatever they are called today; none without a word."""
    parts = key_of(text).split()[:MOST_WORDS]
    keys = _plain()
    for part in parts:
        keys = keys.filter(_part(part))
    return Tag.objects.filter(pk__in=keys.values("tag")) if parts else Tag.objects.none()


def keys_with_any(parts: Iterable[str]) -> models.QuerySet[TagKey]:
    """The keys that hold one of ``parts`` of keys; apostrophes within them are as one likes."""
    found = Q()
    for part in parts:
        found |= _part(part)
    return _plain().filter(found) if found else TagKey.objects.none()


def _plain() -> models.QuerySet[TagKey]:
    return TagKey.objects.alias(plain=Replace("key", Value("'"), Value("")))


def _part(part: str) -> Q:
    return Q(plain__contains=part.replace("'", ""))


def get_or_make(names: Iterable[str]) -> list[Tag]:
    """The tags of ``names`` in their order, none twice; those that nobody has used yet are made."""
    names = list(names)
    known = _surely(names) if names else {}
    return list(dict.fromkeys(known.get(key_of(name)) or _make(name) for name in names))


def _make(name: str) -> Tag:
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name)
    except IntegrityError:  # somebody was quicker
        if tag := tag_named(name):
            return tag
        raise


def note_name(tag: Tag, using: str | None = None) -> None:
    """Have ``tag`` be found by the name it has now; ``IntegrityError`` if another tag has it."""
    rows, key = TagKey.objects.using(using or tag._state.db), key_of(tag.name)
    own = rows.filter(tag=tag.pk, is_former=False).first()
    if own is None or own.key != key:
        same = Tag.objects.using(rows.db).filter(pk=OuterRef("tag"), name=OuterRef("name"))
        rows.filter(Q(is_former=True) | ~Exists(same), key=key).delete()
        rows.filter(tag=tag.pk, is_former=False).update(is_former=True)
        rows.create(key=key, tag=tag, name=tag.name)
    elif own.name != tag.name:
        rows.filter(pk=key).update(name=tag.name)


def give_missing_keys() -> int:
    """Give keys to tags that were named where nobody knows of keys; how many got one.

    Of two that are one by their names the older gets it; the other waits to be merged (``without_key``).
    """
    noted = 0
    for tag in without_key()[:AT_ONCE]:
        try:
            with transaction.atomic():
                note_name(tag)
            noted += 1
        except IntegrityError:
            pass
    return noted


def without_key() -> models.QuerySet:
    """Tags that their own names don't find."""
    own = TagKey.objects.filter(tag=OuterRef("pk"), is_former=False, name=OuterRef("name"))
    going = Merge.objects.filter(kind=Merge.Kind.TAG, gone=OuterRef("pk"), stage=Merge.Stage.MOVING)
    return Tag.objects.filter(~Exists(own), ~Exists(going)).order_by("pk")


def note_saved(instance: Tag, using: str, **kwargs: Any) -> None:
    """Receiver: a tag was saved, or came from a fixture."""
    note_name(instance, using)


def _surely(names: list[str]) -> dict[str, Tag]:
    """What ``find`` finds, and tags that others named without a key: asked before one is made."""
    found = find_tags(names)
    if len(found) < len({key_of(name) for name in names} - {""}) and give_missing_keys():
        found = find_tags(names)
    return found


class TagQuerySet(models.QuerySet):
    """Tags; asked for by a name, the one is found that has it in other letters."""

    def get_or_create(self, defaults=None, **lookups):
        name = _name(lookups)
        if name and (known := _surely([name]).get(key_of(name))):
            return known, False
        try:
            return super().get_or_create(defaults, **lookups)
        except IntegrityError:  # somebody was quicker
            if name and (known := tag_named(name)):
                return known, False
            raise

    def update_or_create(self, defaults=None, create_defaults=None, **lookups):
        name = _name(lookups)
        if name and (known := _surely([name]).get(key_of(name))):
            return super().update_or_create(defaults, create_defaults, pk=known.pk)
        return super().update_or_create(defaults, create_defaults, **lookups)

    @transaction.atomic
    def bulk_create(self, objs, *args, ignore_conflicts=False, **options):
        objs = list(objs)
        made = _without_twins(objs) if ignore_conflicts else objs
        super().bulk_create(made, *args, ignore_conflicts=ignore_conflicts, **options)
        for tag in self.model._base_manager.using(self.db).filter(name__in=[one.name for one in made]):
            note_name(tag, self.db)
        return objs

    @transaction.atomic
    def update(self, **values):
        if "name" not in values:
            return super().update(**values)
        renamed = list(self.values_list("pk", flat=True))
        rows = super().update(**values)
        for tag in self.model._base_manager.using(self.db).filter(pk__in=renamed):
            note_name(tag, self.db)
        return rows


class TagManager(NaturalKeyManager.from_queryset(TagQuerySet)):  # type: ignore[misc] # made by Django
    """In the place of taggit's own, see ``apps``."""

    def get_by_natural_key(self, name):
        return tag_named(name) or super().get_by_natural_key(name)


def _name(lookups: dict[str, Any]) -> str:
    """The name that is asked for, if nothing but a name and its address is."""
    name = lookups.get("name", lookups.get("name__iexact"))
    return name if isinstance(name, str) and lookups.keys() <= {"name", "name__iexact", "slug"} else ""


def _without_twins(tags: list[Tag]) -> list[Tag]:
    known = _surely([tag.name for tag in tags])
    first = {key_of(tag.name): tag for tag in reversed(tags)}
    return [tag for key, tag in first.items() if key not in known]
