import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0058_words_for_steps"),
    ]

    operations = [
        migrations.CreateModel(
            "LoginAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_digest", models.CharField(max_length=64, editable=False)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "attempt to log in",
                "verbose_name_plural": "attempts to log in",
                "default_permissions": [],
                "indexes": [models.Index(fields=["key_digest", "at"], name="attempts_of_a_key")],
            },
        ),
    ]
