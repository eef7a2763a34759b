from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0063_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="OldAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=500, unique=True, verbose_name="address")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "article"),
                            ("section", "section"),
                            ("author", "author"),
                            ("tag", "tag"),
                            ("page", "page"),
                            ("image", "image"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("row", models.BigIntegerField(verbose_name="number")),
                (
                    "slug",
                    models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="slug"),
                ),
            ],
            options={
                "verbose_name": "address of the former site",
                "verbose_name_plural": "addresses of the former site",
                "default_permissions": [],
                "indexes": [
                    models.Index(fields=["kind", "row"], name="oldaddress_of"),
                    models.Index(
                        condition=models.Q(("slug", ""), _negated=True), fields=["slug"], name="oldaddress_by_slug"
                    ),
                ],
            },
        ),
    ]
