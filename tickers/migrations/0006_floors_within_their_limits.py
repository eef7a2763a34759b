from django.core.validators import MaxValueValidator
from django.db import migrations, models
from django.db.models import F


def lower_floors(apps, schema_editor):
    """A limit of less than two per cent was typed before there was a floor: it learns nothing, as it did."""
    pairs = apps.get_model("tickers", "Pair").objects.using(schema_editor.connection.alias)
    pairs.filter(floor_percent__gt=F("limit_percent")).update(floor_percent=F("limit_percent"))


class Migration(migrations.Migration):
    dependencies = [("tickers", "0005_rates_that_are_doubted")]

    operations = [
        migrations.RunPython(lower_floors, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="pair",
            name="digits",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Decimals that readers see; empty: five or more of a fraction, two or more of one and above.",
                null=True,
                validators=[MaxValueValidator(12)],
                verbose_name="decimals",
            ),
        ),
    ]
