from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickers", "0003_rates_that_old_code_cannot_hold")]

    operations = [
        migrations.AddField(
            model_name="pair",
            name="floor_percent",
            field=models.DecimalField(
                db_default=Decimal("2"),
                decimal_places=2,
                default=Decimal("2"),
                help_text="However little the pair moves, a rate that moved no further than this is accepted. The same number in both fields makes a limit that learns nothing.",
                max_digits=6,
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                verbose_name="limit in per cent, at least",
            ),
        ),
        migrations.AlterField(
            model_name="pair",
            name="limit_percent",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("10"),
                help_text="A rate that moved further than the pair's limit since the one before waits for a look. The limit is learned: four times what nine in ten of its last moves stayed within, never more than this. With fewer than twenty moves this is the limit.",
                max_digits=6,
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                verbose_name="limit in per cent, at most",
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.CheckConstraint(
                condition=models.Q(("floor_percent__gt", 0)), name="pair_floor_is_more_than_zero"
            ),
        ),
    ]
