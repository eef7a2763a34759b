from django.db import migrations

MAKE = {
    "postgresql": [
        """
        CREATE TABLE articles_search (
            edition_id bigint PRIMARY KEY,
            vector tsvector NOT NULL,
            top tsvector NOT NULL,
            body text NOT NULL
        )
        """,
        "CREATE INDEX articles_search_vector ON articles_search USING gin (vector)",
    ],
    "sqlite": [
        """
        CREATE VIRTUAL TABLE articles_search USING fts5 (
            headline, standfirst, body, prefix='3 4', tokenize="unicode61 remove_diacritics 2 separators 'ʻʼ'"
        )
        """,
    ],
}


def make(apps, schema_editor):
    """The table of words; ``rebuild_search`` fills it for editions there are already."""
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE articles_search")


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_articles_and_editions")]

    operations = [migrations.RunPython(make, drop)]
