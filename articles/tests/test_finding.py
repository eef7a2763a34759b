"""The desk's search: by every word of a working copy, its notes, authors and tags, as it was last saved."""

from datetime import timedelta
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.utils import timezone
from taggit.models import Tag

from articles import desk_search, tasks
from articles.desk import revisions, workflow
from articles.desk_search import postgres, sqlite
from articles.models import Article, Edition, IndexedArticle
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section
from newsroom.management.commands import work


def found(text, rows=None, most=50):
    rows = Article.objects.on_desk() if rows is None else rows
    return desk_search.find_copies(text, rows, most=most).pks


class WordsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.dam = make_article(
            headline="Water returns",
            standfirst="A village waits",
            body="<p>The old dam of Toktogul was mended in spring.</p>",
            authors=[make_author(name="Gulnora Oʻrozova")],
            tags=["Energy"],
        )
        cls.other = make_article(headline="Bread", body="<p>Nothing but bread.</p>")

    def test_every_place_is_looked_at(self):
        workflow.leave_note(self.dam, by=self.chief, text="Ring the ministry about turbines")
        for text in ("returns", "village", "toktogul", "gulnora", "energy", "turbines"):
            with self.subTest(text):
                assert found(text) == [self.dam.pk]

    def test_words_of_different_places_are_found_together(self):
        assert found("dam gulnora energy returns") == [self.dam.pk]
        assert found("dam bread") == []

    def test_words_may_be_begun_and_have_other_endings(self):
        for text in ("toktog", "dams", "vill", "gul", "ener"):
            with self.subTest(text):
                assert found(text) == [self.dam.pk]

    def test_phrase_and_unwanted_words(self):
        assert found('"old dam"') == [self.dam.pk]
        assert found('"dam old"') == []
        assert found("bread -nothing") == []
        assert found("water -gulnora") == []
        assert found("water -bread") == [self.dam.pk]

    def test_names_fold_as_texts_do(self):
        for text in ("O'rozova", "O‘rozova", "Oʻrozova", "orozova", "OROZOVA", "Gulnora Oʼrozova"):
            with self.subTest(text):
                assert found(text) == [self.dam.pk]

    def test_texts_fold_apostrophes_soft_hyphens_and_yo(self):
        article = make_article(
            headline="Ёлка", language="ru", body="<p>Г-жа O‘rozova при\xadехала в посёлок, йод не нужен.</p>"
        )
        make_article(headline="Й", body="<p>иод</p>", language="ru")
        for text in ("елка", "ЁЛКА", "поселок", "приехала", "йод"):
            with self.subTest(text):
                assert found(text) == [article.pk]
        assert set(found("orozova")) == {article.pk, self.dam.pk}

    def test_other_languages_are_found_by_beginnings(self):
        article = make_article(headline="Кабар", language="ky", body="<p>Сүйлөшүү бир саатта бүттү.</p>")
        assert found("саат") == found("сүйлөш") == [article.pk]

    def test_new_name_of_an_author_or_a_tag_counts_at_once(self):
        author = self.dam.bylines.get().author
        author.name = "Aizada Toktosunova"
        author.save()
        Tag.objects.filter(name="Energy").update(name="Power")
        assert found("aizada power") == [self.dam.pk]
        assert found("gulnora") == found("energy") == []

    def test_common_words_alone_are_looked_for_in_headlines(self):
        article = make_article(headline="To be or not to be")
        answer = desk_search.find_copies("to be", Article.objects.all(), most=9)
        assert (answer.pks, answer.in_headlines) == ([article.pk], True)

    def test_headlines_come_first_where_asked_so(self):
        title = make_article(headline="A dam", saved_at=timezone.now() - timedelta(days=900))
        assert desk_search.titled_first("dam", Article.objects.all(), most=9) == [title.pk, self.dam.pk]
        assert found("dam") == [self.dam.pk, title.pk]

    def test_strange_words_find_nothing_and_break_nothing(self):
        for text in (
            "",
            "  ",
            "'\"%_\\&|!:*()<->",
            "-",
            '"',
            "AND OR NOT NEAR",
            "٣",
            "\u200b",
            "x" * 5000,
            "[a-",
            "a\\b",
        ):
            with self.subTest(text):
                assert found(text) == []

    def test_rows_narrow_what_is_found(self):
        assert found("dam", Article.objects.filter(section=self.other.section)) == []
        self.dam.trashed_at = timezone.now()
        self.dam.save()
        assert found("dam") == []


class WaysTests(TestCase):
    """The same is found by each way the database goes."""

    @classmethod
    def setUpTestData(cls):
        cls.author, section = make_author(name="Common Name"), make_section()
        now = timezone.now()
        cls.articles = [
            make_article(
                headline=f"Row {number}",
                body=f"<p>market {'rare' if number % 7 == 0 else ''} number{number}</p>",
                section=section,
                authors=[cls.author] if number % 2 else [],
                saved_at=now - timedelta(minutes=number),
            )
            for number in range(40)
        ]

    def ways(self):
        if connection.vendor == "sqlite":
            return [{"MOST_FOUND": 4000}]
        return [{"COMMON": 2000}, {"COMMON": 0}, {"COMMON": 0, "A_WALK": 20}, {"COMMON": 10**9}]

    def pks(self, *numbers):
        return [self.articles[number].pk for number in numbers]

    def test_all_ways_agree(self):
        module = {"sqlite": sqlite, "postgresql": postgres}[connection.vendor]
        for way in self.ways():
            with self.subTest(way), mock.patch.multiple(module, **way):
                assert found("market", most=10) == self.pks(*range(10))
                assert found("rare market") == self.pks(0, 7, 14, 21, 28, 35)
                assert found("rare common") == self.pks(7, 21, 35)
                assert found("rare -common") == self.pks(0, 14, 28)
                assert found("number39 row") == self.pks(39)
                oldest = Article.objects.order_by("saved_at", "pk")
                assert found("market", oldest, most=2) == self.pks(39, 38)
                by_author = Article.objects.filter(bylines__author=self.author)
                assert found("rare", by_author) == self.pks(7, 21, 35)

    def test_bound_is_told(self):
        module = {"sqlite": sqlite, "postgresql": postgres}[connection.vendor]
        by_index = {"COMMON": 10**9} if connection.vendor == "postgresql" else {}
        with mock.patch.multiple(module, MOST_FOUND=5, **by_index):
            answer = desk_search.find_copies("market", Article.objects.all(), most=50)
            assert not answer.is_complete
            assert not desk_search.find_copies("market", Article.objects.filter(pk=0), most=50).is_complete
        assert desk_search.find_copies("market", Article.objects.all(), most=50).is_complete


class IndexTests(TestCase):
    def setUp(self):
        self.chief = make_chief()
        self.article = make_article(headline="First words", body="<p>ancient</p>")

    def save_as_old_code_does(self, **fields):
        version = self.article.version + 1
        Article.objects.filter(pk=self.article.pk).update(version=version, saved_at=timezone.now(), **fields)
        self.article.refresh_from_db()

    def test_save_and_note_are_indexed(self):
        self.article.body = "<p>modern</p>"
        self.article.save()
        revisions.keep_revision(self.article, by=self.chief)
        assert (found("modern"), found("ancient")) == ([self.article.pk], [])
        workflow.leave_note(self.article, by=self.chief, text="call the lawyer")
        assert found("lawyer") == [self.article.pk]
        assert not desk_search.copies_are_late()

    def test_what_old_code_saves_is_caught_up_with(self):
        self.save_as_old_code_does(body="<p>modern</p>")
        self.article.notes.create(text="lawyer", by=self.chief)
        assert found("modern") == found("lawyer") == []
        assert desk_search.copies_are_late()
        assert desk_search.index_late_copies() == 1
        assert found("modern") == found("lawyer") == [self.article.pk]
        assert not desk_search.copies_are_late()
        assert desk_search.index_late_copies() == 0

    def test_old_codes_note_alone_is_caught_up_with(self):
        self.article.notes.create(text="lawyer", by=self.chief)
        assert desk_search.copies_are_late()
        desk_search.index_late_copies()
        assert found("lawyer") == [self.article.pk]

    def test_worker_catches_up(self):
        self.save_as_old_code_does(body="<p>modern</p>")
        with mock.patch.object(work, "queue") as queued:
            work.tick()
        assert tasks.index_articles in [call.args[0] for call in queued.call_args_list]
        desk_search.index_late_copies()
        with mock.patch.object(work, "queue") as queued:
            work.tick()
        assert tasks.index_articles not in [call.args[0] for call in queued.call_args_list]

    def test_article_that_is_gone_is_forgotten(self):
        Article.objects.filter(pk=self.article.pk).delete()
        desk_search.index_late_copies()
        assert not IndexedArticle.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM articles_desk_search")
            assert cursor.fetchone() == (0,)

    def test_everything_is_rebuilt_by_the_command(self):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM articles_desk_search")
        assert found("ancient") == []
        call_command("rebuild_search", verbosity=0, stdout=mock.Mock())
        assert found("ancient") == [self.article.pk]


class ExcerptTests(TestCase):
    def excerpts(self, text, article):
        pieces = desk_search.excerpts(text, {article.pk: article.headline}).get(article.pk, [])
        return [(piece.place, piece.text) for piece in pieces]

    def test_place_and_words_are_shown_where_the_headline_does_not_hold_them(self):
        article = make_article(
            headline="Water", body="<p>Water &amp; the <b>dam</b> of spring</p>", authors=[make_author(name="A. Dam")]
        )
        article.notes.create(text="ask about <turbines>")
        assert self.excerpts("water", article) == []
        assert self.excerpts("water spring", article) == [("text", "Water &amp; the dam of <mark>spring</mark>")]
        assert self.excerpts("dam", article) == [("author", "A. <mark>Dam</mark>")]
        assert self.excerpts("turbine", article) == [("note", "ask about &lt;<mark>turbines</mark>&gt;")]
        assert [place for place, _text in self.excerpts("spring turbines", article)] == ["text", "note"]

    def test_begun_word_is_marked_whole(self):
        article = make_article(headline="Water", body="<p>It was Toktogul.</p>", tags=["Reservoirs"])
        assert self.excerpts("tokto", article) == [("text", "It was <mark>Toktogul</mark>.")]
        assert self.excerpts("reserv", article) == [("tag", "<mark>Reservoirs</mark>")]

    def test_many_take_as_many_queries_as_one(self):
        one = make_article(headline="One", body="<p>dam</p>")
        many = [make_article(headline="Many", body="<p>dam</p>", tags=["a"]) for _ in range(5)]
        for articles in ([one], many):
            with self.assertNumQueries(4):
                desk_search.excerpts("dam", {article.pk: article.headline for article in articles})


class EditionTests(TestCase):
    def test_editions_of_any_time_are_found_by_text(self):
        now = timezone.now()
        past = make_edition(headline="Old", body="<p>dam</p>", live_until=now - timedelta(days=1))
        coming = make_edition(headline="New", body="<p>dam</p>", live_from=now + timedelta(days=1))
        assert set(desk_search.find_among_editions("dam", Edition.objects.all(), most=9).pks) == {past.pk, coming.pk}
        assert desk_search.find_among_editions("bread", Edition.objects.all(), most=9).pks == []
