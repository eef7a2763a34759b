from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0038_ways_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="author",
            name="is_guest",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A name above articles alone: readers find no page and no feed of a guest.",
                verbose_name="guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="author",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_guest", False), ("user", None), _connector="OR"),
                name="guest_has_no_login",
                violation_error_message="A guest has no login: first make them an author with a page.",
            ),
        ),
    ]
