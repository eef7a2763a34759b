import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0004_sent_back_note"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="assignee",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="assigned_articles",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assigned to",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="due_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="due"),
        ),
        migrations.AddField(
            model_name="article",
            name="due_told_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="article",
            name="trashed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="put in the trash"),
        ),
        migrations.AddField(
            model_name="article",
            name="trashed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="revision",
            name="stage",
            field=models.CharField(blank=True, db_default="", default="", max_length=10, verbose_name="stage"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["kind", "-saved_at", "-id"], name="article_by_kind"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["language", "-saved_at", "-id"], name="article_by_language"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["assignee", "due_at"],
                name="article_by_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="article_by_due"),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("embargo_until__isnull", False)),
                fields=["embargo_until"],
                name="article_by_embargo",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)), fields=["-trashed_at"], name="article_in_trash"
            ),
        ),
    ]
