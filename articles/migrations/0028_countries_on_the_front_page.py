import django.core.validators
from django.db import migrations, models

import articles.models.site


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0027_what_the_slots_are"),
    ]

    operations = [
        migrations.AddField(
            model_name="section",
            name="currency",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Its code, like KGS: readers see what a dollar costs, if that pair is among the paper's.",
                max_length=3,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Za-z]{3}\\Z", "A currency has a code of three letters, like KGS."
                    )
                ],
                verbose_name="currency",
            ),
        ),
        migrations.AddField(
            model_name="section",
            name="has_shelf",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="On the front page, with the newest that is listed under it and stands on no shelf above.",
                verbose_name="a shelf of its own",
            ),
        ),
        migrations.AddField(
            model_name="section",
            name="in_row",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="At the top of the front page, with its time, its rate and its newest article; if it is in the menu.",
                verbose_name="in the row of countries",
            ),
        ),
        migrations.AddField(
            model_name="section",
            name="time_zone",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Like Asia/Bishkek: readers see the time there, by the name of its city.",
                max_length=40,
                validators=[articles.models.site.validate_time_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.AddField(
            model_name="sitesettings",
            name="has_countries",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Each with its local time, what a dollar costs and its newest article: see the sections.",
                verbose_name="row of countries on the front page",
            ),
        ),
    ]
