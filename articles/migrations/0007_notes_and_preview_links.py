import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import articles.models.note
import articles.text


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0006_autosaves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", articles.text.ProseField(blank=True, verbose_name="text")),
                ("approves", models.BooleanField(default=False, verbose_name="approves")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="version")),
                ("name", articles.text.LineField(blank=True, max_length=120, verbose_name="name")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["-pk"],
                "default_permissions": [],
            },
        ),
        migrations.CreateModel(
            name="PreviewLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(default=articles.models.note.new_key, editable=False, max_length=32, unique=True),
                ),
                ("takes_notes", models.BooleanField(default=False, verbose_name="takes notes")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="last opened")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
            ],
            options={
                "verbose_name": "preview link",
                "verbose_name_plural": "preview links",
                "ordering": ["-pk"],
                "default_permissions": [],
            },
        ),
        migrations.AddField(
            model_name="note",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="articles.article"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="done_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="article",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="preview_links", to="articles.article"
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="previewlink",
            name="revision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="articles.revision"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="link",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="notes", to="articles.previewlink"
            ),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["article", "-id"], name="note_newest"),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), ("approves", True), _connector="OR"),
                name="note_says_something",
                violation_error_message="Write the note.",
            ),
        ),
    ]
