import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0011_dated_corrections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ArticleImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="EditionImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.AddField(
            model_name="image",
            name="crops",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="image",
            name="former_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            model_name="articleimage",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="image_rows", to="articles.article"
            ),
        ),
        migrations.AddField(
            model_name="articleimage",
            name="image",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="article_rows", to="articles.image"
            ),
        ),
        migrations.AddField(
            model_name="editionimage",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="image_rows", to="articles.edition"
            ),
        ),
        migrations.AddField(
            model_name="editionimage",
            name="image",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="edition_rows", to="articles.image"
            ),
        ),
        migrations.AddConstraint(
            model_name="articleimage",
            constraint=models.UniqueConstraint(
                models.F("article"), models.F("image"), name="one_row_an_image_and_article"
            ),
        ),
        migrations.AddConstraint(
            model_name="editionimage",
            constraint=models.UniqueConstraint(
                models.F("edition"), models.F("image"), name="one_row_an_image_and_edition"
            ),
        ),
    ]
