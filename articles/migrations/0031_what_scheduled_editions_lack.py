from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

COLUMNS = """
dated_corrections corrections headline standfirst body section_id lead_image_id lead_caption kicker dateline kind
language slug seo_title seo_description social_title social_description off_front noindex
""".split()


def note(apps, schema_editor):
    """Name what editions that are scheduled already lack; without a merge: each field that differs."""
    editions = apps.get_model("articles", "Edition").objects.using(schema_editor.connection.alias)
    now = timezone.now()
    for edition in editions.filter(live_from__gt=now).iterator(chunk_size=100):
        newer = editions.filter(
            Q(live_until__gt=now) | Q(withdrawn_reason=""),
            article=edition.article_id,
            live_from__lt=edition.live_from,
            cut_at__gt=edition.cut_at,
        )
        before = newer.order_by("-live_from").first()
        if before is None:
            continue
        lacks = [name for name in COLUMNS if getattr(edition, name) != getattr(before, name)]
        lacks += [name for name, rows in ROWS.items() if rows(edition) != rows(before)]
        editions.filter(pk=edition.pk).update(lacks=",".join(lacks))


ROWS = {
    "bylines": lambda edition: list(edition.bylines.order_by("order", "pk").values_list("author_id", flat=True)),
    "tags": lambda edition: set(edition.tag_rows.values_list("tag_id", flat=True)),
    "further_sections": lambda edition: set(
        edition.section_rows.filter(is_further=True).values_list("section_id", flat=True)
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0030_check_of_footnotes"),
    ]

    operations = [
        migrations.AddField("article", "based_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("edition", "based_at", models.DateTimeField(null=True)),
        migrations.AddField("edition", "decided_at", models.DateTimeField(null=True)),
        migrations.AddField("edition", "lacks", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField(
            "edition",
            "planned",
            models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.RunPython(note, migrations.RunPython.noop, elidable=True),
    ]
