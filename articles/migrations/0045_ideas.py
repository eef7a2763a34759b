from django.db import migrations, models


def make_them_drafts(apps, schema_editor):
    """On the way back there are no ideas any more: each is a draft without a text."""
    apps.get_model("articles", "Article").objects.filter(stage="idea").update(stage="draft")


class Migration(migrations.Migration):
    dependencies = [("articles", "0044_trimmed_pictures")]

    operations = [
        migrations.AlterField(
            model_name="article",
            name="stage",
            field=models.CharField(
                choices=[
                    ("idea", "idea"),
                    ("draft", "draft"),
                    ("in_review", "in review"),
                    ("ready", "ready"),
                    ("published", "published"),
                ],
                default="draft",
                editable=False,
                max_length=10,
                verbose_name="stage",
            ),
        ),
        migrations.RemoveConstraint(model_name="article", name="article_stage_is_known"),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["idea", "draft", "in_review", "ready", "published"])),
                name="article_stage_is_known",
            ),
        ),
        migrations.CreateModel(
            name="Idea",
            fields=[],
            options={
                "verbose_name": "idea",
                "verbose_name_plural": "ideas",
                "ordering": ["-saved_at", "-pk"],
                "default_permissions": ["add", "change", "view"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("articles.article",),
        ),
        migrations.RunPython(migrations.RunPython.noop, make_them_drafts),
    ]
