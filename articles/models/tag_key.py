"""The keys of tags, so that one name is one tag however it is typed: each key exists once in the database.

The keys stand beside the table of tags, which is taggit's. Older code goes on writing tags without them: a tag with no
key, or with the key of a former name, is repaired by ``give_missing_keys`` before a new tag is made. ``note_saved``
handles every save, and ``TagManager`` the writes that send no signal.
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

AT_ONCE = 500  # tags that get a key before a new one is made
MOST_WORDS = 6  # of a search; further ones are ignored


class TagKey(models.Model):
    """A folded name by which a tag is found: its own, or a former one of it or of a tag merged into it."""

    key = models.CharField(_("key"), max_length=LONGEST_KEY, primary_key=True)
    # No constraint: code that knows no keys removes a tag, and leaves its key to whatever gets the name next.
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="keys", db_constraint=False)
    name = models.CharField(_("name"), max_length=100)  # the name of which the key is the folded form
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
        """Whether the tag still has the name that the key was made from; always true of former names."""
        return self.is_former or self.name == self.tag.name


def find_tags(names: Iterable[str]) -> dict[str, Tag]:
    """Return the tags that have or had ``names``, by key, in one query."""
    keys = {key_of(name) for name in names} - {""}
    rows = TagKey.objects.filter(key__in=keys).select_related("tag")
    return {row.key: row.tag for row in rows if row.holds}


def tag_named(name: str) -> Tag | None:
    """Return the tag that has or had this name."""
    return find_tags([name]).get(key_of(name))


def holder(name: str) -> Tag | None:
    """Return the tag that has this name today."""
    tag = _surely([name]).get(key_of(name))
    return tag if tag and key_of(tag.name) == key_of(name) else None


def tags_holding(text: str) -> models.QuerySet[Tag]:
    """Return the tags with every word of ``text`` in one of their names, former ones included; none without a word."""
    parts = key_of(text).split()[:MOST_WORDS]
    keys = _plain()
    for part in parts:
        keys = keys.filter(_part(part))
    return Tag.objects.filter(pk__in=keys.values("tag")) if parts else Tag.objects.none()


def keys_with_any(parts: Iterable[str]) -> models.QuerySet[TagKey]:
    """Return the keys that contain one of ``parts``, with or without apostrophes."""
    condition = Q()
    for part in parts:
        condition |= _part(part)
    return _plain().filter(condition) if condition else TagKey.objects.none()


def _plain() -> models.QuerySet[TagKey]:
    return TagKey.objects.alias(plain=Replace("key", Value("'"), Value("")))


def _part(part: str) -> Q:
    return Q(plain__contains=part.replace("'", ""))


def get_or_make(names: Iterable[str]) -> list[Tag]:
    """Return the tags of ``names`` in order, none twice; missing ones are created."""
    names = list(names)
    tags_by_key = _surely(names) if names else {}
    return list(dict.fromkeys(tags_by_key.get(key_of(name)) or _make(name) for name in names))


def _make(name: str) -> Tag:
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name)
    except IntegrityError:  # another process was quicker
        if tag := tag_named(name):
            return tag
        raise


def note_name(tag: Tag, using: str | None = None) -> None:
    """Store the key of the current name of ``tag``; raise ``IntegrityError`` if another tag has it."""
    rows, key = TagKey.objects.using(using or tag._state.db), key_of(tag.name)
    own = rows.filter(tag=tag.pk, is_former=False).first()
    if own is None or own.key != key:
        unchanged = Tag.objects.using(rows.db).filter(pk=OuterRef("tag"), name=OuterRef("name"))
        rows.filter(Q(is_former=True) | ~Exists(unchanged), key=key).delete()
        rows.filter(tag=tag.pk, is_former=False).update(is_former=True)
        rows.create(key=key, tag=tag, name=tag.name)
    elif own.name != tag.name:
        rows.filter(pk=key).update(name=tag.name)


def give_missing_keys() -> int:
    """Give keys to tags that older code named, and return how many got one.

    Of two tags with the same key the older one gets it; the other waits to be merged (``without_key``).
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
    """Return the tags that can't be found by their own names."""
    own = TagKey.objects.filter(tag=OuterRef("pk"), is_former=False, name=OuterRef("name"))
    going = Merge.objects.filter(kind=Merge.Kind.TAG, gone=OuterRef("pk"), stage=Merge.Stage.MOVING)
    return Tag.objects.filter(~Exists(own), ~Exists(going)).order_by("pk")


def note_saved(instance: Tag, using: str, **kwargs: Any) -> None:
    """Receive the signal that a tag was saved, also by a fixture."""
    note_name(instance, using)


def _surely(names: list[str]) -> dict[str, Tag]:
    """Return the tags of ``find_tags``, after giving missing keys if any name has no tag; used before one is made."""
    tags = find_tags(names)
    if len(tags) < len({key_of(name) for name in names} - {""}) and give_missing_keys():
        tags = find_tags(names)
    return tags


class TagQuerySet(models.QuerySet):
    """Tags that are found by name regardless of its letters' case and accents."""

    def get_or_create(self, defaults=None, **lookups):
        name = _name(lookups)
        if name and (tag := _surely([name]).get(key_of(name))):
            return tag, False
        try:
            return super().get_or_create(defaults, **lookups)
        except IntegrityError:  # another process was quicker
            if name and (tag := tag_named(name)):
                return tag, False
            raise

    def update_or_create(self, defaults=None, create_defaults=None, **lookups):
        name = _name(lookups)
        if name and (tag := _surely([name]).get(key_of(name))):
            return super().update_or_create(defaults, create_defaults, pk=tag.pk)
        return super().update_or_create(defaults, create_defaults, **lookups)

    @transaction.atomic
    def bulk_create(self, objs, batch_size=None, ignore_conflicts=False, *args, **options):
        objs = list(objs)
        new_tags = _without_twins(objs) if ignore_conflicts else objs
        super().bulk_create(new_tags, batch_size, ignore_conflicts, *args, **options)
        for tag in self.model._base_manager.using(self.db).filter(name__in=[tag.name for tag in new_tags]):
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
    """The manager that replaces taggit's own; see ``apps``."""

    def get_by_natural_key(self, name):
        return tag_named(name) or super().get_by_natural_key(name)


def _name(lookups: dict[str, Any]) -> str:
    """Return the name in ``lookups``, if they ask for nothing but a name and its slug."""
    name = lookups.get("name", lookups.get("name__iexact"))
    return name if isinstance(name, str) and lookups.keys() <= {"name", "name__iexact", "slug"} else ""


def _without_twins(tags: list[Tag]) -> list[Tag]:
    tags_by_key = _surely([tag.name for tag in tags])
    first = {key_of(tag.name): tag for tag in reversed(tags)}
    return [tag for key, tag in first.items() if key not in tags_by_key]
