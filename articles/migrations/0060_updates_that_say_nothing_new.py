from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0055_what_scheduled_editions_repeat"),
    ]

    operations = [
        migrations.AddField("edition", "called_update", models.BooleanField(db_default=False, default=False)),
    ]
