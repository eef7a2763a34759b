"""Once all stories of an import are there: old addresses lead to them, translations are linked, and both go again."""

from articles.importing.sums import sum_of_tables
from articles.importing.taking_back import take_import_back
from articles.models import Article, Edition, OldAddress, SiteSettings
from articles.tests.factories import make_article, make_author, make_edition
from articles.tests.import_source import a_story, an_export
from articles.tests.test_import_run import ImportTestCase


class AddressTests(ImportTestCase):
    def test_old_addresses_of_stories_authors_and_sections_lead_to_todays_in_one_hop(self):
        self.bring(an_export(2))
        for old, today in (
            ("/?p=2", "/2019/05/04/river-2/"),
            ("/2/river/", "/2019/05/04/river-2/"),
            ("/author/ana/", "/authors/ana/"),
            ("/far/", "/far-news/"),
        ):
            with self.subTest(old):
                response = self.client.get(old)
                assert (response.status_code, response.headers["Location"]) == (301, today)
                assert self.client.get(today).status_code == 200

    def test_an_address_that_leads_elsewhere_already_stays_and_it_is_told_once(self):
        OldAddress.objects.create(path="/1/river", kind="article", row=make_edition(article=make_article()).article_id)
        for _run in range(2):
            operation = self.bring(an_export(1))
            refused = operation.findings.filter(kind="old address")
            assert list(refused.values_list("key", "what")) == [("post:1", "/1/river/")]
        assert OldAddress.objects.get(path="/?p=1").row == self.article("post:1").pk

    def test_they_lead_nowhere_once_the_import_is_taken_back(self):
        OldAddress.objects.create(path="/1/river", kind="article", row=make_edition(article=make_article()).article_id)
        make_author(name="Ana Smith", slug="ana-s")  # is used, and stays
        before = sum_of_tables()
        self.bring(an_export(3))
        assert OldAddress.objects.filter(path="/author/ana", kind="author").exists()
        assert OldAddress.objects.count() > 3
        take_import_back("old")
        assert sum_of_tables() == before


class TranslationTests(ImportTestCase):
    def setUp(self):
        super().setUp()
        codes = [{"code": code, "name": code} for code in ("en", "ru", "uz-Cyrl")]
        SiteSettings.objects.update_or_create(pk=1, defaults={"languages": codes})

    def linked(self):
        return {
            (article.language, article.translation_of_id)
            for article in Article.objects.filter(translation_of__isnull=False)
        }

    def test_each_names_the_first_and_is_in_its_own_language(self):
        codes = ("en", "ru_RU", "UZ_cyrl")
        stories = [a_story(number, language=code, translation_of="t") for number, code in enumerate(codes, 1)]
        for _run in range(2):
            self.bring([*an_export(0), *stories, a_story(9, language="ru", translation_of="alone"), a_story(10)])
            first = self.article("post:1").pk
            assert self.linked() == {("ru", first), ("uz-Cyrl", first)}
            assert Edition.objects.filter(translation_of=first).count() == 2

    def test_the_second_in_one_language_is_not_linked_and_it_is_told(self):
        stories = [
            a_story(number, language=code, translation_of="t") for number, code in enumerate("en ru ru".split(), 1)
        ]
        operation = self.bring([*an_export(0), *stories])
        assert self.linked() == {("ru", self.article("post:1").pk)}
        assert list(operation.findings.filter(kind="translation").values_list("key", flat=True)) == ["post:3"]

    def test_a_link_that_an_editor_made_stays(self):
        stories = [a_story(number, language=code, translation_of="t") for number, code in enumerate(("en", "ru"), 1)]
        self.bring([*an_export(0), *stories])
        other = make_article()
        Article.objects.filter(pk=self.article("post:2").pk).update(translation_of=other)
        self.bring([*an_export(0), *stories, a_story(3, language="uz-Cyrl", translation_of="t")])
        assert self.linked() == {("ru", other.pk), ("uz-Cyrl", self.article("post:1").pk)}
