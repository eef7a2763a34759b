from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0030_check_of_footnotes"),
    ]

    operations = [
        migrations.AddField(
            model_name="presence",
            name="left_at",
            field=models.DateTimeField(null=True),
        ),
    ]
