from django.db import migrations, models
from django.db.models import F, Q

EDGES = ["trim_left", "trim_top", "trim_right", "trim_bottom"]
TURNS = [(0, "not turned"), (90, "a quarter to the right"), (180, "upside down"), (270, "a quarter to the left")]


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0043_article_templates"),
    ]

    operations = [
        *(
            migrations.AddField("image", name, models.FloatField(db_default=0.0, default=0.0, editable=False))
            for name in EDGES
        ),
        migrations.AddField(
            "image",
            "turn",
            models.PositiveSmallIntegerField(choices=TURNS, db_default=0, default=0, verbose_name="turned"),
        ),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(
                condition=Q(
                    trim_left__gte=0,
                    trim_top__gte=0,
                    trim_right__gte=0,
                    trim_bottom__gte=0,
                    trim_left__lt=1 - F("trim_right"),
                    trim_top__lt=1 - F("trim_bottom"),
                ),
                name="image_has_a_part_left",
                violation_error_message="Nothing of the picture would be left.",
            ),
        ),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(condition=Q(turn__in=[0, 90, 180, 270]), name="image_is_turned_by_quarters"),
        ),
    ]
