from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    """Until now every later edition counted as an update."""
    later = apps.get_model("articles.Edition").objects.filter(live_from__gt=F("published_at"), revised_at=None)
    later.update(revised_at=F("live_from"))


class Migration(migrations.Migration):
    dependencies = [("articles", "0013_fill_image_uses")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
