from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0059_attempts_to_log_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("directive", models.CharField(max_length=40, verbose_name="directive")),
                ("blocked", models.CharField(max_length=100, verbose_name="what was stopped")),
                ("page", models.CharField(blank=True, max_length=200, verbose_name="on pages like")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times")),
                ("first_at", models.DateTimeField(verbose_name="first reported")),
                ("last_at", models.DateTimeField(verbose_name="last reported")),
            ],
            options={
                "verbose_name": "violation of the policy",
                "verbose_name_plural": "violations of the policy",
                "ordering": ["-last_at"],
                "default_permissions": ["view", "delete"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("directive"), models.F("blocked"), models.F("page"), name="one_policy_report_a_kind"
                    )
                ],
            },
        ),
    ]
