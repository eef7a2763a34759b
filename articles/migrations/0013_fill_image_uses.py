import re

from django.db import migrations

IMAGE = re.compile(r'<figure data-image="(\d{1,11})">')
BATCH = 500


def fill(apps, schema_editor):
    """Note the pictures that the bodies show, each copy's once; those that are gone are left out."""
    images = set(apps.get_model("articles.Image").objects.values_list("pk", flat=True))
    for copy, rows, owner in (("Article", "ArticleImage", "article"), ("Edition", "EditionImage", "edition")):
        model, found = apps.get_model("articles", rows), []
        showing = apps.get_model("articles", copy).objects.filter(body__contains="data-image=")
        for pk, body in showing.values_list("pk", "body").iterator(BATCH):
            wanted = {int(number) for number in IMAGE.findall(body)} & images
            found += [model(**{f"{owner}_id": pk, "image_id": image}) for image in sorted(wanted)]
            if len(found) >= BATCH:
                model.objects.bulk_create(found, ignore_conflicts=True)
                found = []
        model.objects.bulk_create(found, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("articles", "0012_image_uses_and_crops")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
