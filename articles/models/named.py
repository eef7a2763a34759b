"""Rows that are looked up by name: each has a column with its folded name, so that a database can compare it.

Older code leaves the column empty; a search by name compares such rows one by one.
"""

from django.db import models
from django.db.models.functions import Replace
from django.db.models.query_utils import DeferredAttribute

from articles.folding import LONGEST_KEY, key

MOST_WITHOUT_KEY = 500  # rows that are compared one by one


class _OfTheName(DeferredAttribute):
    """An attribute that is always computed from the current name, so that it is stored with every name."""

    def __get__(self, instance, cls=None):
        return self if instance is None else key(instance.name)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class NameKey(models.CharField):
    """The folded name of a row; for the database and its migrations it is Django's own CharField."""

    descriptor_class = _OfTheName

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class NamedQuerySet(models.QuerySet):
    """A QuerySet that stores a row's key whenever it stores its name."""

    def plain_keys(self):
        """Return rows with their keys as ``plain``, without apostrophes; rows without a key are included."""
        return self.alias(plain=Replace("name_key", models.Value("'"), models.Value("")))

    def update(self, **values):
        if "name" in values and "name_key" not in values:
            name = values["name"]
            values["name_key"] = key(name) if isinstance(name, str) else ""
        return super().update(**values)

    def bulk_update(self, objs, fields, batch_size=None):
        more = ["name_key"] if "name" in fields and "name_key" not in fields else []
        return super().bulk_update(objs, [*fields, *more], batch_size=batch_size)


class Named(models.Model):
    """A row that is looked up by name."""

    name_key = NameKey(max_length=LONGEST_KEY, blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        if "name" in self.__dict__:
            self.__dict__.setdefault("name_key", "")  # loaded with the name alone, it is written with that
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "name_key"}
        super().save(*args, update_fields=update_fields, **kwargs)
