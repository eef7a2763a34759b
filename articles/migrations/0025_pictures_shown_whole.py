from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0024_form_of_the_day")]

    operations = [
        migrations.AddField(
            model_name="image",
            name="is_whole",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A chart or a map: every page shows all of it.",
                verbose_name="do not crop",
            ),
        ),
    ]
