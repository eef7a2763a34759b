from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0023_feed_host_and_small_letters")]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="day_form",
            field=models.CharField(
                choices=[
                    ("classic", "classic: 08 December 2025"),
                    ("weekday", "with its weekday: Monday, 08 December 2025"),
                ],
                db_default="classic",
                default="classic",
                max_length=8,
                verbose_name="day under the paper's name",
            ),
        ),
    ]
