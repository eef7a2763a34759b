import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import articles.text


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0042_related_articles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    articles.text.LineField(
                        help_text="What it is for, like “Market wrap”.", max_length=80, verbose_name="name"
                    ),
                ),
                (
                    "headline",
                    articles.text.LineField(
                        blank=True,
                        help_text="{date} and {weekday} become those of the day on which an article is begun; in the text, too.",
                        max_length=200,
                        verbose_name="headline",
                    ),
                ),
                ("standfirst", articles.text.ProseField(blank=True, max_length=400, verbose_name="standfirst")),
                ("body", models.TextField(blank=True, verbose_name="body")),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="tags")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("news", "news"),
                            ("brief", "brief"),
                            ("analysis", "analysis"),
                            ("opinion", "opinion"),
                            ("feature", "feature"),
                            ("interview", "interview"),
                            ("explainer", "explainer"),
                        ],
                        default="news",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("en", "English"),
                            ("ru", "Русский"),
                            ("ky", "Кыргызча"),
                            ("kk", "Қазақша"),
                            ("uz", "Oʻzbekcha"),
                            ("tg", "Тоҷикӣ"),
                            ("tk", "Türkmençe"),
                        ],
                        default="en",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="kept")),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="kept by",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="templates",
                        to="articles.section",
                        verbose_name="section",
                    ),
                ),
            ],
            options={
                "verbose_name": "template",
                "verbose_name_plural": "templates",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="one_template_a_name",
                        violation_error_message="There is a template of this name. Give this one another.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="template_has_a_name",
                        violation_error_message="A template needs a name.",
                    ),
                ],
            },
        ),
    ]
