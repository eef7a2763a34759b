from django.db import migrations, models


def related():
    return models.JSONField(
        blank=True,
        db_default=models.Value([], models.JSONField()),
        default=list,
        help_text="They stand before those that are found by tags and sections.",
        verbose_name="what to read next",
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0041_word_goals")]

    operations = [
        migrations.AddField(model_name="article", name="related", field=related()),
        migrations.AddField(model_name="edition", name="related", field=related()),
    ]
