import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import articles.text


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0009_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", articles.text.LineField(max_length=200, verbose_name="text")),
                (
                    "link",
                    articles.text.LineField(
                        blank=True,
                        help_text="A page of this paper, like /latest/, or an address that begins with https://.",
                        max_length=400,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^(/(?!/)|https://)", "Write a page of this paper like /latest/, or https://…"
                            )
                        ],
                        verbose_name="link",
                    ),
                ),
                ("starts_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
            ],
            options={
                "verbose_name": "breaking alert",
                "verbose_name_plural": "breaking alerts",
                "ordering": ["-starts_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="BoardRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("placements", models.JSONField(verbose_name="placements")),
                ("note", articles.text.LineField(blank=True, max_length=300, verbose_name="note")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "save of a board",
                "verbose_name_plural": "saves of boards",
                "ordering": ["-pk"],
                "default_permissions": ["view"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="placement",
            name="one_placement_a_slot_and_start",
        ),
        migrations.AddField(
            model_name="placement",
            name="crop",
            field=models.CharField(
                blank=True,
                choices=[("wide", "wide, 16:9"), ("card", "card, 4:3"), ("square", "square")],
                db_default="",
                default="",
                help_text="For this place only; empty: the place’s own shape.",
                max_length=8,
                verbose_name="crop here",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="headline",
            field=articles.text.LineField(
                blank=True,
                db_default="",
                default="",
                help_text="For this place only.",
                max_length=200,
                verbose_name="headline here",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="image",
            field=models.ForeignKey(
                blank=True,
                help_text="For this place only.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="articles.image",
                verbose_name="picture here",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="kicker",
            field=articles.text.LineField(
                blank=True,
                db_default="",
                default="",
                help_text="For this place only.",
                max_length=60,
                verbose_name="kicker here",
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="section",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="placements",
                to="articles.section",
                verbose_name="section",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.UniqueConstraint(
                models.F("slot"),
                models.F("starts_at"),
                condition=models.Q(("section", None)),
                name="one_front_placement_a_slot_and_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.UniqueConstraint(
                models.F("section"),
                models.F("slot"),
                models.F("starts_at"),
                name="one_placement_a_section_slot_and_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(("crop__in", ["", "wide", "card", "square"])), name="placement_crop_is_known"
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="boardrevision",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="boardrevision",
            name="section",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="board_revisions",
                to="articles.section",
                verbose_name="section",
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["ends_at", "starts_at"], name="alert_by_time"),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="alert_ends_after_it_starts",
                violation_error_message="It must end after it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="alert_has_a_text",
                violation_error_message="An alert needs a text.",
            ),
        ),
        migrations.AddIndex(
            model_name="boardrevision",
            index=models.Index(fields=["section", "-id"], name="boardrevision_newest"),
        ),
    ]
