from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0031_what_scheduled_editions_lack"),
    ]

    operations = [
        migrations.AddField(
            model_name="presence",
            name="left_at",
            field=models.DateTimeField(null=True),
        ),
    ]
