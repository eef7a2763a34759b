import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import articles.text


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0010_boards_and_alerts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("text", articles.text.ProseField(verbose_name="text")),
            ],
            options={
                "ordering": ["-day", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="article",
            name="dated_corrections",
            field=models.JSONField(
                blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="corrections"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="dated_corrections",
            field=models.JSONField(
                blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="corrections"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="revised_at",
            field=models.DateTimeField(null=True, verbose_name="updated"),
        ),
        migrations.AddField(
            model_name="editioncorrection",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="correction_rows", to="articles.edition"
            ),
        ),
        migrations.AddIndex(
            model_name="editioncorrection",
            index=models.Index(fields=["-day", "-id"], name="editioncorrection_newest"),
        ),
    ]
