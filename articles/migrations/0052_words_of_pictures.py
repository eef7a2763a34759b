from django.db import migrations, models

from articles.search.row import words

AT_ONCE = 1000  # pictures
READ = ["title", "alt", "caption", "credit"]


def read(apps, schema_editor):
    """The words of the pictures that there are; those that come without words are read by the worker."""
    alias = schema_editor.connection.alias
    made = apps.get_model("articles", "PictureWord")
    images = apps.get_model("articles", "Image").objects.using(alias).order_by("pk").values_list("pk", *READ)
    rows = []
    for number, (pk, *texts) in enumerate(images.iterator(chunk_size=AT_ONCE), start=1):
        said = {word[:40] for word in words(" ".join(texts))} or {""}
        rows += [made(image_id=pk, word=word) for word in sorted(said)]
        if number % AT_ONCE == 0:
            made.objects.using(alias).bulk_create(rows)
            rows = []
    made.objects.using(alias).bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0051_zones_from_a_list"),
    ]

    operations = [
        migrations.CreateModel(
            name="PictureWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("image_id", models.BigIntegerField(db_index=True)),
                ("word", models.CharField(max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["word", "image_id"],
                        name="pictureword_begun",
                        opclasses=["varchar_pattern_ops", "int8_ops"],
                    )
                ],
            },
        ),
        migrations.RunPython(read, migrations.RunPython.noop),
    ]
