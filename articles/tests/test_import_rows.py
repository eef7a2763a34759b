"""What an import stores of a story is what saving and publishing it on the desk stores, row by row."""

from unittest import mock

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from articles.desk import workflow
from articles.desk.revisions import keep_revision
from articles.importing.items import SourceComment
from articles.importing.sums import NOT_COMPARED, OUTSIDE
from articles.models import Article, ArticleByline, ArticleSection, Author, OldAddress, Section
from articles.tests.factories import make_chief, make_image
from articles.tests.import_source import a_story, an_export
from articles.tests.test_import_run import ImportTestCase

# When, in which save, by whom it was told: an import has one save, and tells nobody.
OWN = {
    "articles.Revision": {"note", "version", "at"},
    "articles.Article": {"version", "created_at", "saved_at"},
    "articles.Edition": {"cut_at", "based_at"},
    "articles.IndexedArticle": {"version"},
}
UNTOLD = {"articles.Notice"}


def rows_of_all_tables():
    """Return the columns of all rows by table, without primary keys and without what is an import's own."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in NOT_COMPARED or label in UNTOLD or model._meta.proxy:
            continue
        own = OWN.get(label, set()) | (
            {model._meta.pk.attname} if model._meta.pk.get_internal_type() != "CharField" else set()
        )
        columns = [field.attname for field in model._meta.concrete_fields if field.attname not in own]
        if rows := sorted(model._base_manager.values_list(*columns), key=repr):
            tables[label] = [dict(zip(columns, row, strict=True)) for row in rows]
    with connection.cursor() as cursor:
        for table in sorted(OUTSIDE & set(connection.introspection.table_names())):
            cursor.execute(f"SELECT * FROM {table}")
            tables[table] = sorted(cursor.fetchall(), key=repr)
    return tables


class EqualRowTests(ImportTestCase):
    def test_a_story_of_an_import_has_the_rows_of_one_that_was_published_on_the_desk(self):
        by, image = make_chief(), make_image()
        self.bring(an_export(0), by=by)
        Section.objects.create(name="Rain", slug="rain")
        text = f'<p>A flood.</p><figure data-image="{image.pk}"><figcaption>Rain</figcaption></figure><p>It ended.</p>'
        now = timezone.now()
        corrections = (("2019-05-06", "It was Monday."),)
        terms = ("category:local", "category:news", "tag:flood")
        story = a_story(1, text=text, terms=terms, published_at=now, modified_at=now, corrections=corrections)
        with transaction.atomic():
            self.publish(story, now, by)
            published = rows_of_all_tables()
            transaction.set_rollback(True)
        self.bring([*an_export(0), story], by=by)
        imported = rows_of_all_tables() | {OldAddress._meta.label: published[OldAddress._meta.label]}  # of the source
        assert imported.keys() == published.keys()
        for table, rows in imported.items():
            assert self.alike(rows) == self.alike(published[table]), table

    def alike(self, rows):
        """Return rows without the numbers of article and edition, which differ after a rollback on PostgreSQL."""
        return [
            {
                name: value
                for name, value in row.items()
                if name not in {"article_id", "content_object_id", "edition_id"}
            }
            if isinstance(row, dict)
            else row[1:]
            for row in rows
        ]

    def publish(self, story, now, by):
        local, news = Section.objects.get(slug="local"), Section.objects.get(slug="far-news")
        values = {"headline": story.title, "slug": story.slug, "body": story.text, "section": local, "created_by": by}
        corrections = [{"day": day, "text": text} for day, text in story.corrections]
        article = Article.objects.create(**values, dated_corrections=corrections)
        ArticleByline.objects.create(article=article, author=Author.objects.get(slug="ana"))
        ArticleSection.objects.create(article=article, section=news)
        article.tags.add("Flood")
        with (
            mock.patch.object(timezone, "now", return_value=now),
            mock.patch("articles.desk.readiness.problems", return_value=[]),
        ):
            keep_revision(article, by=by)
            article.revisions.all().delete()
            workflow.publish(article, by=by)

    def test_comments_become_notes(self):
        comment = SourceComment(author="Proof", text="Sure?", quoted="flood")
        self.bring([*an_export(0), a_story(1, comments=(comment,))])
        note = self.article("post:1").notes.get()
        assert (note.name, note.text, note.by) == ("Proof", "“flood”\nSure?", None)
