from django.db import migrations, models

from articles.folding import key as key_of

AT_ONCE = 1000  # authors


def fill(apps, schema_editor):
    """Give each author the key of the name; those that come without one are looked at one by one."""
    authors = apps.get_model("articles", "Author").objects.using(schema_editor.connection.alias)
    last = 0
    while rows := list(authors.filter(pk__gt=last).order_by("pk").only("name")[:AT_ONCE]):
        for row in rows:
            row.name_key = key_of(row.name)
        authors.bulk_update(rows, ["name_key"], batch_size=100)
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0052_words_of_pictures"),
    ]

    operations = [
        migrations.AddField(
            model_name="author",
            name="name_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="author",
            index=models.Index(fields=["name_key"], name="author_by_name_key"),
        ),
    ]
