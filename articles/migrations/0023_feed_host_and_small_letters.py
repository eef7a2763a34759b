import django.core.validators
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower

import articles.text


def fill(apps, schema_editor):
    """The host that feeds have named until now, and addresses in small letters, where no other has them already."""
    apps.get_model("articles.SiteSettings").objects.filter(feed_host="").update(feed_host=settings.SITE_HOST)
    for label in ("articles.Section", "articles.Author", "articles.FlatPage", "taggit.Tag"):
        model = apps.get_model(label)
        for row in model.objects.exclude(slug=Lower("slug")):
            twins = model.objects.filter(slug__iexact=row.slug).exclude(pk=row.pk)
            if not twins.exists():
                model.objects.filter(pk=row.pk).update(slug=row.slug.lower())


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0022_former_addresses_and_redirects"),
        ("taggit", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint("section", "section_leaves_reserved_words"),
        migrations.AddField(
            "sitesettings",
            "feed_host",
            articles.text.LineField(
                "host in the names of articles in feeds",
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=200,
            ),
        ),
        migrations.AlterField(
            model_name="author",
            name="slug",
            field=models.SlugField(
                help_text="The word in the author's address. After a change the old address and its feeds lead to the new one.",
                max_length=80,
                unique=True,
                verbose_name="slug",
            ),
        ),
        migrations.AlterField(
            model_name="flatpage",
            name="slug",
            field=models.SlugField(
                help_text="The word in the page's address, like “about”. After a change the old address leads to the new one.",
                max_length=60,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator("[a-z]", "A slug needs at least one letter from a to z.")
                ],
                verbose_name="slug",
            ),
        ),
        migrations.AlterField(
            model_name="section",
            name="slug",
            field=models.SlugField(
                help_text="The word in the section's address, like “business-economy”. Change it when you must: the old address, its feeds and months lead to the new one for good.",
                max_length=60,
                validators=[
                    django.core.validators.RegexValidator("[a-z]", "A slug needs at least one letter from a to z.")
                ],
                verbose_name="slug",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
