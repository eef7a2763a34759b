from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0045_ideas")]

    operations = [
        migrations.AddField(
            model_name="boardrevision",
            name="slots",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="number of places"),
        ),
    ]
