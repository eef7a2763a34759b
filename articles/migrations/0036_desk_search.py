from django.db import migrations, models

MAKE = {
    "postgresql": [
        """
        CREATE TABLE articles_desk_search (
            article_id bigint PRIMARY KEY,
            headline tsvector NOT NULL,
            words tsvector NOT NULL
        )
        """,
        "CREATE INDEX articles_desk_search_headline ON articles_desk_search USING gin (headline)",
        "CREATE INDEX articles_desk_search_words ON articles_desk_search USING gin (words)",
    ],
    "sqlite": [
        """
        CREATE VIRTUAL TABLE articles_desk_search USING fts5 (
            headline, standfirst, text, notes, prefix='2 3', tokenize='unicode61 remove_diacritics 0'
        )
        """,
    ],
}


def make(apps, schema_editor):
    """The table of words; the worker fills it for the articles there are, or ``rebuild_search`` at once."""
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE articles_desk_search")


class Migration(migrations.Migration):
    dependencies = [("articles", "0035_one_tag_a_name")]

    operations = [
        migrations.RunPython(make, drop),
        migrations.CreateModel(
            name="IndexedArticle",
            fields=[
                ("article_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("note_id", models.BigIntegerField(default=0)),
            ],
        ),
    ]
