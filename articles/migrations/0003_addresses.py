import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A table in which an address belongs to one article, so that two can never share one."""

    dependencies = [("articles", "0002_search")]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=255, unique=True, verbose_name="address")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="addresses", to="articles.article"
                    ),
                ),
            ],
        ),
    ]
