from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase

from articles.models import Article, Author
from articles.models.copy import Kind
from articles.tests.factories import make_article, make_author
from articles.text import make_slug, strip_control, validate_links


class ControlCharactersTests(TestCase):
    DIRTY = "Za\x00b\x1b\u202ec\x85 d"

    def test_they_are_stripped_on_every_way_into_the_database(self):
        saved = make_article(headline=self.DIRTY, standfirst=self.DIRTY, body=f"<p>{self.DIRTY}</p>")
        saved.refresh_from_db()
        updated = make_article()
        Article.objects.filter(pk=updated.pk).update(headline=self.DIRTY, body=f"<p>{self.DIRTY}</p><script>x</script>")
        updated.refresh_from_db()
        created = Author.objects.bulk_create([Author(name=self.DIRTY, slug="x")])[0]
        created.refresh_from_db()
        assert saved.headline == saved.standfirst == updated.headline == created.name == "Zabc d"
        assert saved.body == updated.body == "<p>Zabc d</p>"

    def test_line_breaks_and_tabs_stay(self):
        assert strip_control("a\r\nb\rc\td") == "a\nb\nc\td"


class SlugTests(SimpleTestCase):
    def test_letters_of_the_papers_languages_are_spelled_out(self):
        assert make_slug("Қазақстан мен Өзбекстан") == "qazaqstan-men-ozbekstan"
        assert make_slug("Ысык-Көлдүн жээгинде") == "ysyk-koldun-zheeginde"
        assert make_slug("Тоҷикистон ва ҳамсояҳо") == "tojikiston-va-hamsoyaho"
        assert make_slug("Türkmenistan: täze ýol") == "turkmenistan-taze-yol"

    def test_it_is_cut_after_a_whole_word(self):
        assert make_slug("one two three", 9) == "one-two"
        assert make_slug("indivisible", 5) == "indiv"

    def test_what_has_no_letters_has_no_slug(self):
        assert make_slug("!?—") == ""


class LinkTests(SimpleTestCase):
    def test_only_https_addresses_are_links(self):
        validate_links("https://example.org/a\nhttps://t.me/b")
        for line in ("http://example.org", "javascript:alert(1)", "example.org", "https://"):
            with self.assertRaises(ValidationError):
                validate_links(line)


class AuthorTests(TestCase):
    def test_links_show_their_host(self):
        author = make_author(links="https://www.example.org/x\nhttps://t.me/y")
        assert [host for _, host in author.link_list] == ["example.org", "t.me"]

    def test_reading_time_counts_words_of_the_body(self):
        assert make_article(body=f"<p>{'word ' * 460}</p>").reading_minutes == 2
        assert make_article(body="").reading_minutes == 1

    def test_kinds_fit_their_column(self):
        assert max(len(kind) for kind in Kind.values) <= Article._meta.get_field("kind").max_length
