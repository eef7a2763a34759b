"""Each tag gets its key; of tags that are one by their names the one that is used most takes the others in.

What is taken in is kept as a merge, by which the reverse makes it again. Editions keep their times: what they are
tagged with is another row of the same name.
"""

from collections import defaultdict
from datetime import datetime

from django.db import migrations

from articles.folding import key as key_of

AT_ONCE = 1000  # rows
ROWS = {"EditionTag": "edition_id", "ArticleTag": "content_object_id"}


def fill(apps, schema_editor):
    alike = defaultdict(list)
    for tag in apps.get_model("taggit.Tag").objects.order_by("pk").iterator():
        alike[key_of(tag.name)].append(tag)
    alike.pop("", None)  # a name that shows nothing finds nothing
    for tags in alike.values():
        if len(tags) > 1:
            tags.sort(key=lambda tag: (-_uses(apps, tag), tag.pk))
            for twin in tags[1:]:
                _take_in(apps, twin, tags[0])
    keys = apps.get_model("articles.TagKey").objects
    made = (keys.model(key=key, tag_id=tags[0].pk, name=tags[0].name) for key, tags in alike.items())
    keys.bulk_create(made, batch_size=AT_ONCE)


def _uses(apps, tag):
    return sum(apps.get_model(f"articles.{name}").objects.filter(tag=tag).count() for name in ROWS)


def _take_in(apps, twin, stays):
    merge = apps.get_model("articles.Merge").objects.create(
        kind="tag",
        stage="done",
        gone=twin.pk,
        gone_name=twin.name,
        gone_path=f"/topics/{twin.slug}/",
        gone_values={"id": twin.pk, "name": twin.name, "slug": twin.slug},
        stays=stays.pk,
        stays_name=stays.name,
    )
    for name, place in ROWS.items():
        rows = apps.get_model(f"articles.{name}").objects
        while pks := list(rows.filter(tag=twin).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
            merge.rows += len(pks)
            _move(rows, pks, place, stays, merge.batches.model(merge=merge, label=f"articles.{name}"))
    former = apps.get_model("articles.FormerAddress").objects
    moved = list(former.filter(kind="tag", row=twin.pk).values_list("pk", flat=True))
    merge.batches.create(label="articles.FormerAddress", moved=moved)
    apps.get_model("taggit.Tag").objects.filter(pk=twin.pk).delete()
    former.update_or_create(path=f"/topics/{twin.slug}".lower(), defaults={"kind": "tag", "row": stays.pk})
    former.filter(kind="tag", row=twin.pk).update(row=stays.pk)
    merge.save()


def _move(rows, pks, place, stays, batch):
    """Give the tag that stays the rows of its twin; where it stands already, the twin's row goes."""
    both = rows.filter(tag=stays, **{f"{place}__in": rows.filter(pk__in=pks).values(place)}).values(place)
    twice = rows.filter(pk__in=pks, **{f"{place}__in": list(both.values_list(place, flat=True))})
    batch.taken = [_plain(values) for values in twice.values()]
    twice.delete()
    batch.moved = list(rows.filter(pk__in=pks).values_list("pk", flat=True))
    rows.filter(pk__in=pks).update(tag=stays)
    batch.save()


def _plain(values):
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def take_apart(apps, schema_editor):
    """Make the tags again that this migration took in; what people merged stays merged."""
    tags, former = apps.get_model("taggit.Tag").objects, apps.get_model("articles.FormerAddress").objects
    merges = apps.get_model("articles.Merge").objects.filter(kind="tag", stage="done", by=None)
    for merge in merges.order_by("-pk"):
        values = merge.gone_values
        taken = tags.filter(name=values["name"]) | tags.filter(slug=values["slug"])
        if taken.exists() or not tags.filter(pk=merge.stays).exists():
            continue
        tags.create(**values)
        for batch in merge.batches.order_by("-pk"):
            rows = apps.get_model(batch.label).objects
            if batch.label == "articles.FormerAddress":
                former.filter(pk__in=batch.moved).update(row=merge.gone)
                continue
            rows.filter(pk__in=batch.moved, tag=merge.stays).update(tag=merge.gone)
            _put_back(rows, batch)
        former.filter(path=f"/topics/{values['slug']}".lower(), row=merge.stays).delete()
        merge.delete()
    apps.get_model("articles.TagKey").objects.all().delete()


def _put_back(rows, batch):
    place = ROWS[batch.label.partition(".")[2]]
    whole = rows.model._meta.get_field(place.removesuffix("_id")).related_model
    there = set(whole.objects.filter(pk__in=[row[place] for row in batch.taken]).values_list("pk", flat=True))
    made = [_row(rows.model, values) for values in batch.taken if values[place] in there]
    rows.bulk_create(made, ignore_conflicts=True)


def _row(model, values):
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in values.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0034_tag_keys_and_merges"),
    ]

    operations = [migrations.RunPython(fill, take_apart)]
