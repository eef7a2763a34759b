from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickers", "0004_limits_that_are_learned")]

    operations = [
        migrations.AddField(
            model_name="rate",
            name="doubt",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Readers see it, but later rates speak against it.",
                max_length=200,
                verbose_name="why doubted",
            ),
        ),
        migrations.AddField(
            model_name="rate",
            name="held_for_distance",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="rate",
            index=models.Index(
                condition=models.Q(("status", "accepted"), models.Q(("doubt", ""), _negated=True)),
                fields=["-effective_date", "-id"],
                name="rate_doubted_by_date",
            ),
        ),
    ]
