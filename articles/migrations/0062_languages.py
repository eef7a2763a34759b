import django.db.models.deletion
from django.db import migrations, models

import articles.models.language

SEVEN = [
    {"code": "en", "name": "English"},
    {"code": "ru", "name": "Русский"},
    {"code": "ky", "name": "Кыргызча"},
    {"code": "kk", "name": "Қазақша"},
    {"code": "uz", "name": "Oʻzbekcha"},
    {"code": "tg", "name": "Тоҷикӣ"},
    {"code": "tk", "name": "Türkmençe"},
]


class WidenField(migrations.AlterField):
    """A wider column: PostgreSQL notes it without touching a row; SQLite, which knows no width, needs nothing.

    Old code reads and writes its two letters in it as before.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def shorten_languages(apps, schema_editor):
    """Leave two letters of each language, as the former column holds; English where there are no two."""
    for name in ("Article", "Edition", "Template"):
        rows = apps.get_model("articles", name).objects.using(schema_editor.connection.alias)
        longer = rows.filter(language__regex="^.{3,}$").order_by().values_list("language", flat=True)
        for code in set(longer.distinct()):
            language = code.partition("-")[0]
            rows.filter(language=code).update(language=language if len(language) == 2 else "en")


def language():
    return models.CharField(default="en", max_length=35, verbose_name="language")


def translation_of():
    return models.ForeignKey(
        blank=True,
        db_constraint=False,
        help_text="The article whose text this is in another language. Its other translations are linked, too.",
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="%(class)s_translations",
        to="articles.article",
        verbose_name="translation of",
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0061_workers_and_faults")]

    operations = [
        migrations.AddField("article", "translation_of", translation_of()),
        migrations.AddField("edition", "translation_of", translation_of()),
        migrations.AddField(
            "sitesettings",
            "languages",
            models.JSONField(
                db_default=models.Value(SEVEN, models.JSONField()),
                default=articles.models.language.first_languages,
                verbose_name="languages of stories",
            ),
        ),
        WidenField("article", "language", language()),
        WidenField("edition", "language", language()),
        WidenField("template", "language", language()),
        migrations.RunPython(migrations.RunPython.noop, shorten_languages),
    ]
