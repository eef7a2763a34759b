import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import articles.text


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0008_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "check_name",
                    models.CharField(
                        choices=[
                            ("headline_length", "The headline has at most 110 characters"),
                            ("standfirst", "There is a standfirst, of at most 160 characters"),
                            ("lead_image", "There is a lead picture"),
                            ("alternative", "Every picture has an alternative text, or is decorative"),
                            ("credit", "Every picture has a credit"),
                            ("licence", "No picture’s licence has run out"),
                            ("picture_size", "The lead picture is at least 1200 pixels wide"),
                            ("byline", "There is a byline"),
                            ("tags", "There is at least one tag"),
                            ("description", "There is a description for search engines, or a standfirst"),
                            ("internal_links", "Links into the paper lead to live pages"),
                            ("external_links", "Links to other sites answer"),
                            ("heading_order", "Headings are in order"),
                            ("leftovers", "No leftovers like TK, XXX or “lorem ipsum”"),
                        ],
                        max_length=20,
                        verbose_name="check",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("off", "off"), ("advisory", "advises"), ("blocking", "blocks publishing")],
                        default="advisory",
                        max_length=8,
                        verbose_name="weight",
                    ),
                ),
            ],
            options={
                "verbose_name": "check before publishing",
                "verbose_name_plural": "checks before publishing",
                "ordering": ["check_name"],
            },
        ),
        migrations.CreateModel(
            name="OutsideLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("address", models.TextField(verbose_name="address")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("problem", articles.text.LineField(blank=True, default="", max_length=200, verbose_name="problem")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="looked at")),
                ("wanted_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "link to another site",
                "verbose_name_plural": "links to other sites",
                "ordering": ["-pk"],
                "default_permissions": [],
            },
        ),
        migrations.AddField(
            model_name="checkrule",
            name="section",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="check_rules",
                to="articles.section",
                verbose_name="section",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkrule",
            constraint=models.UniqueConstraint(
                models.F("section"), models.F("check_name"), name="one_rule_a_check_and_section"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkrule",
            constraint=models.UniqueConstraint(
                models.F("check_name"), condition=models.Q(("section", None)), name="one_rule_a_check_of_the_paper"
            ),
        ),
    ]
