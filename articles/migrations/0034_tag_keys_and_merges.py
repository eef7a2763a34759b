import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("articles", "0033_unsaved_forms"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("tag", "tag"), ("author", "author"), ("section", "section")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("moving", "going on"),
                            ("done", "done"),
                            ("undoing", "being undone"),
                            ("undone", "undone"),
                        ],
                        default="moving",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("gone", models.BigIntegerField(verbose_name="number")),
                ("gone_name", models.CharField(max_length=120, verbose_name="merged")),
                ("gone_path", models.CharField(max_length=255, verbose_name="address")),
                ("gone_values", models.JSONField(default=dict)),
                ("stays", models.BigIntegerField(verbose_name="number")),
                ("stays_name", models.CharField(max_length=120, verbose_name="into")),
                ("given", models.JSONField(default=dict)),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("left", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="merge",
                        to="admin.logentry",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ["-pk"],
                "default_permissions": ["view"],
            },
        ),
        migrations.CreateModel(
            name="MergedRows",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=50)),
                ("moved", models.JSONField(default=list)),
                ("taken", models.JSONField(default=list)),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="batches", to="articles.merge"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TagKey",
            fields=[
                ("key", models.CharField(max_length=200, primary_key=True, serialize=False, verbose_name="key")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("is_former", models.BooleanField(default=False)),
                (
                    "tag",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="taggit.tag",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["kind", "gone"], name="merge_by_gone"),
        ),
        migrations.AddIndex(
            model_name="merge",
            index=models.Index(fields=["kind", "stays"], name="merge_by_stays"),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                models.F("kind"), condition=models.Q(("stage__in", ["moving", "undoing"])), name="one_open_merge_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("gone", models.F("stays")), _negated=True), name="merge_is_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="tagkey",
            constraint=models.UniqueConstraint(
                models.F("tag"), condition=models.Q(("is_former", False)), name="one_key_of_its_own_a_tag"
            ),
        ),
        migrations.AddConstraint(
            model_name="tagkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("key", ""), _negated=True), name="tag_key_is_not_empty"
            ),
        ),
    ]
