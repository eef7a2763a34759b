import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import articles.models.access


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0037_saved_searches_and_desk_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PasswordLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("invitation", "invitation"), ("reset", "new password")],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        default=articles.models.access.new_name, editable=False, max_length=16, unique=True
                    ),
                ),
                ("secret_digest", models.CharField(editable=False, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("mailed_to", models.CharField(blank=True, default="", max_length=254, verbose_name="mailed to")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                ("expires_at", models.DateTimeField(verbose_name="works until")),
                ("used_at", models.DateTimeField(null=True, verbose_name="used")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="password_links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "password link",
                "verbose_name_plural": "password links",
                "ordering": ["-pk"],
                "default_permissions": [],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("user"),
                        condition=models.Q(("ended_at", None), ("used_at", None)),
                        name="one_open_password_link_a_user",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LoginSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("browser", models.CharField(blank=True, default="", max_length=80, verbose_name="browser")),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                (
                    "seen_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name="last used"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="login_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["-seen_at", "-pk"],
                "default_permissions": [],
            },
        ),
    ]
