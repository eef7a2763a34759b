import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import articles.text


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("articles", "0036_desk_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", articles.text.LineField(max_length=60, verbose_name="name")),
                ("query", models.CharField(max_length=1000)),
                ("is_shared", models.BooleanField(default=False, verbose_name="for everybody on the desk")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved search",
                "verbose_name_plural": "saved searches",
                "default_permissions": [],
                "constraints": [
                    models.UniqueConstraint("user", "name", name="one_saved_search_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="saved_search_has_a_name"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["-published_at", "-id"], name="article_by_published"),
        ),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=["cut_by", "-id"], name="edition_by_cutter"),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(condition=models.Q(("name", ""), _negated=True), fields=["name"], name="revision_named"),
        ),
    ]
