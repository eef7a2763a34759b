from decimal import Decimal

import django.core.validators
from django.conf import settings
from django.db import migrations, models

import tickers.models.fields
import tickers.providers


class Migration(migrations.Migration):
    dependencies = [
        ("tickers", "0001_pairs_and_rates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "provider",
                    models.CharField(
                        choices=tickers.providers.fetched,
                        max_length=8,
                        primary_key=True,
                        serialize=False,
                        verbose_name="source",
                    ),
                ),
                ("asked_at", models.DateTimeField(editable=False, null=True, verbose_name="asked")),
                ("answered_at", models.DateTimeField(editable=False, null=True, verbose_name="answered")),
                ("failures", models.PositiveIntegerField(default=0, editable=False, verbose_name="failures in a row")),
                (
                    "trouble",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="what was wrong"),
                ),
                ("validators", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "verbose_name": "source",
                "verbose_name_plural": "sources",
                "ordering": ["provider"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="pair",
            name="pair_provider_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="rate",
            name="rate_value_is_more_than_zero",
        ),
        migrations.RemoveConstraint(
            model_name="rate",
            name="rate_provider_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="rate",
            name="rate_status_is_known",
        ),
        migrations.AddField(
            model_name="pair",
            name="cross_check",
            field=models.CharField(
                blank=True,
                choices=tickers.providers.fetched,
                db_default="cbr",
                default="cbr",
                help_text="A second source that a fetched rate is compared with; empty: none.",
                max_length=8,
                verbose_name="cross-check",
            ),
        ),
        migrations.AddField(
            model_name="pair",
            name="card",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name="pair",
            name="is_inverse",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The bar tells what one unit of the second currency is worth: USD/UZS 12,014.",
                verbose_name="turned round",
            ),
        ),
        migrations.AddField(
            model_name="pair",
            name="tolerance_percent",
            field=models.DecimalField(
                db_default=Decimal("3"),
                decimal_places=2,
                default=Decimal("3"),
                help_text="A fetched rate that is further from the second source than this waits for a look.",
                max_digits=6,
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                verbose_name="tolerance in per cent",
            ),
        ),
        migrations.AlterField(
            model_name="pair",
            name="peg_value",
            field=tickers.models.fields.RateField(
                blank=True,
                decimal_places=18,
                help_text="The rate fixed by law, if there is one.",
                max_digits=36,
                null=True,
                verbose_name="official peg",
            ),
        ),
        migrations.AlterField(
            model_name="pair",
            name="provider",
            field=models.CharField(
                choices=tickers.providers.choices, default="manual", max_length=8, verbose_name="source"
            ),
        ),
        migrations.AlterField(
            model_name="rate",
            name="provider",
            field=models.CharField(
                choices=tickers.providers.choices, default="manual", max_length=8, verbose_name="source"
            ),
        ),
        migrations.AlterField(
            model_name="rate",
            name="status",
            field=models.CharField(
                choices=[
                    ("accepted", "accepted"),
                    ("held", "held"),
                    ("rejected", "rejected"),
                    ("replaced", "replaced"),
                ],
                default="accepted",
                max_length=8,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="rate",
            name="value",
            field=tickers.models.fields.RateField(
                decimal_places=18,
                help_text="Units of the second currency for one unit of the first.",
                max_digits=36,
                verbose_name="value",
            ),
        ),
        migrations.AddConstraint(
            model_name="pair",
            constraint=models.CheckConstraint(
                condition=models.Q(("tolerance_percent__gt", 0)), name="pair_tolerance_is_more_than_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="rate",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("status", "accepted"), _negated=True), ("value__gt", 0), _connector="OR"),
                name="rate_accepted_is_more_than_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="rate",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["accepted", "held", "rejected", "replaced"])),
                name="rate_has_a_known_status",
            ),
        ),
    ]
