from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0057_updates_that_say_nothing_new"),
    ]

    operations = [
        migrations.AlterField(
            "unsavedform",
            "why",
            models.CharField(
                choices=[
                    ("login", "the login had ended"),
                    ("expired", "the form had expired"),
                    ("left", "the page was left"),
                    ("gone", "the row was deleted meanwhile"),
                    ("step", "the step was not taken"),
                ],
                max_length=8,
            ),
        ),
    ]
