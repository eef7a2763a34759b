import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import articles.text


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0007_notes_and_preview_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("submitted", "An article waits for review in my sections"),
                            ("sent_back", "My article was sent back"),
                            ("approved", "My article was approved"),
                            ("assigned", "An article was assigned to me"),
                            ("published", "My article was published or scheduled"),
                            ("withdrawn", "My article was withdrawn, or its schedule cancelled"),
                            ("note", "Somebody left a note on my article"),
                            ("due", "An article assigned to me is due"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("text", articles.text.LineField(max_length=500, verbose_name="text")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-pk"],
                "default_permissions": [],
            },
        ),
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("submitted", "An article waits for review in my sections"),
                            ("sent_back", "My article was sent back"),
                            ("approved", "My article was approved"),
                            ("assigned", "An article was assigned to me"),
                            ("published", "My article was published or scheduled"),
                            ("withdrawn", "My article was withdrawn, or its schedule cancelled"),
                            ("note", "Somebody left a note on my article"),
                            ("due", "An article assigned to me is due"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("on_desk", models.BooleanField(default=True, verbose_name="on the desk")),
                ("by_mail", models.BooleanField(default=True, verbose_name="by mail")),
            ],
            options={
                "default_permissions": [],
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="article",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="articles.article"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="noticechoice",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notice_choices", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["user", "-id"], name="notice_newest"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("read_at", None)), fields=["user", "-id"], name="notice_unread"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at__isnull", False)), fields=["read_at"], name="notice_by_read"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticechoice",
            constraint=models.UniqueConstraint(models.F("user"), models.F("kind"), name="one_choice_a_user_and_kind"),
        ),
    ]
