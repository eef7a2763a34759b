from django.db import migrations


def leave_the_front_page_alone(apps, schema_editor):
    """Code from before sections had tops would show what is pinned there on the front page."""
    apps.get_model("articles.Placement").objects.exclude(section=None).delete()


class Migration(migrations.Migration):
    dependencies = [("articles", "0016_headline_search")]

    operations = [migrations.RunPython(migrations.RunPython.noop, leave_the_front_page_alone)]
