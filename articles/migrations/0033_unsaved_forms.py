import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("articles", "0032_when_a_window_was_closed"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnsavedForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=500)),
                ("fields", models.JSONField()),
                ("files", models.JSONField(default=list)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("login", "the login had ended"),
                            ("expired", "the form had expired"),
                            ("left", "the page was left"),
                            ("gone", "the row was deleted meanwhile"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unsaved_forms",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "unsaved form",
                "verbose_name_plural": "unsaved forms",
                "ordering": ["-at", "-pk"],
                "default_permissions": [],
                "indexes": [models.Index(fields=["user", "-at"], name="unsaved_form_by_user")],
            },
        ),
    ]
