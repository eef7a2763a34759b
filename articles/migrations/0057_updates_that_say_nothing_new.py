from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0056_saves_of_a_person"),
    ]

    operations = [
        migrations.AddField("edition", "called_update", models.BooleanField(db_default=False, default=False)),
    ]
