from datetime import UTC

from django.db import migrations
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone


def count(apps, schema_editor):
    """What the index of sitemaps says of each month, for a paper that has an archive; a new one counts as it goes."""
    model, now = apps.get_model("articles.Edition"), timezone.now()
    if not model.objects.exists():
        return
    rows = model.objects.filter(live_from__lte=now).annotate(month=TruncMonth("published_at", tzinfo=UTC)).order_by()
    rows = rows.values("month").annotate(
        count=Count("pk", filter=Q(live_until__gt=now, noindex=False)),
        start=Max("live_from"),
        end=Max("live_until", filter=Q(live_until__lte=now)),
    )
    months = apps.get_model("articles.ArchiveMonth")
    months.objects.bulk_create(
        months(
            month=row["month"].date(), articles=row["count"], changed_at=max(row["start"], row["end"] or row["start"])
        )
        for row in rows
    )
    apps.get_model("articles.Announcement").objects.create(listener="sitemaps", told_until=now)


def forget(apps, schema_editor):
    apps.get_model("articles.ArchiveMonth").objects.all().delete()
    apps.get_model("articles.Announcement").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("articles", "0020_search_words")]

    operations = [migrations.RunPython(count, forget)]
