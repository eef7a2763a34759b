from django.db import migrations
from django.db.models import Q


def remove_them(apps, schema_editor):
    """Going back: rejected and replaced rates, and those of zero or less, have no place in the older table."""
    rates = apps.get_model("tickers", "Rate").objects.using(schema_editor.connection.alias)
    rates.filter(Q(status__in=["rejected", "replaced"]) | Q(value__lte=0)).delete()


class Migration(migrations.Migration):
    dependencies = [("tickers", "0002_sources_and_statuses")]

    operations = [migrations.RunPython(migrations.RunPython.noop, remove_them)]
