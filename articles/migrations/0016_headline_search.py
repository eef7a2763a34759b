from django.db import migrations

MAKE = {
    "postgresql": [
        "CREATE INDEX article_headline_words ON articles_article "
        "USING gin (to_tsvector('simple'::regconfig, headline)) WITH (fastupdate = off)",
    ],
    "sqlite": [
        "CREATE VIRTUAL TABLE articles_headline USING fts5 ("
        "headline, prefix='2 3', tokenize='unicode61 remove_diacritics 2')",
        "INSERT INTO articles_headline (rowid, headline) SELECT id, headline FROM articles_article",
    ],
}
DROP = {"postgresql": "DROP INDEX article_headline_words", "sqlite": "DROP TABLE articles_headline"}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute(DROP[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("articles", "0015_log_indexes")]

    operations = [migrations.RunPython(make, drop)]
