from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from articles import search
from articles.models import Edition
from articles.models.search_word import SearchWord
from articles.search.query import MOST_WORDS, Term, parse
from articles.search.snippet import LENGTH
from articles.tests.factories import MORNING, make_author, make_edition, make_section

HOUR = timedelta(hours=1)


class SearchTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.section = make_section()

    def make(self, headline="Untitled", body="", **fields):
        return make_edition(section=self.section, headline=headline, body=f"<p>{body}</p>", **fields)

    def find(self, query, **options):
        return [hit.edition.headline for hit in search.find_editions(query, at=timezone.now(), **options)]


class OrderTests(SearchTestCase):
    def test_headline_goes_before_standfirst_before_body(self):
        self.make("In the body", "A glacier melts. The glacier is a large glacier, glacier, glacier.")
        self.make("In the standfirst", standfirst="A glacier melts")
        self.make("A glacier melts", live_from=MORNING - 24 * HOUR)
        assert self.find("glacier") == ["A glacier melts", "In the standfirst", "In the body"]

    def test_some_words_in_the_headline_go_before_none(self):
        self.make("A glacier melts", "Seen in Naryn.", live_from=MORNING - 24 * HOUR)
        self.make("None", "The glacier above Naryn melts.")
        self.make("The glacier of Naryn melts", live_from=MORNING - 48 * HOUR)
        expected = ["The glacier of Naryn melts", "A glacier melts", "None"]
        assert self.find("glacier Naryn") == expected

    def test_newer_goes_before_older_among_equals(self):
        for number in (2, 1, 3):
            self.make(f"Glacier {number}", live_from=MORNING + number * HOUR)
        assert self.find("glacier") == ["Glacier 3", "Glacier 2", "Glacier 1"]

    def test_pages_follow_one_another(self):
        for number in range(5):
            self.make(f"Glacier {number}", live_from=MORNING - number * HOUR)
        assert self.find("glacier", limit=2) == ["Glacier 0", "Glacier 1"]
        assert self.find("glacier", offset=2, limit=2) == ["Glacier 2", "Glacier 3"]
        assert self.find("glacier", offset=4, limit=2) == ["Glacier 4"]


class ChoiceTests(SearchTestCase):
    def test_years_are_those_of_the_papers_zone(self):
        self.make("New year in Osh", live_from=datetime(2024, 12, 31, 20, tzinfo=UTC))  # 2025 in Bishkek
        with timezone.override("Asia/Bishkek"):
            found = search.results_for(
                "Osh", at=timezone.now(), narrow=search.Narrow(), order=search.Order.BEST, offset=0, limit=20
            )
        assert [(choice.value, choice.count) for choice in found.choices["year"]] == [("2025", 1)]


class WordTests(SearchTestCase):
    def assert_finds(self, language, *pairs):
        for text, query in pairs:
            with self.subTest(text=text, query=query):
                edition = self.make("Untitled", text, language=language)
                hits = search.find_editions(query, at=timezone.now())
                assert [hit.edition for hit in hits] == [edition]
                assert "<mark>" in hits[0].snippet
                search.forget_edition(edition)

    def test_powers_and_formulas_are_found_however_they_are_typed(self):
        powers = ("It lost 10<sup>6</sup> t of CO<sub>2</sub>.", "It lost 10⁶ t of CO₂.")
        self.assert_finds("en", *((text, query) for text in powers for query in ("10⁶", "106", "CO2", "co₂")))
        self.assert_finds("ru", ("Площадь 40 км<sup>2</sup>", "км²"), ("Площадь 40 км²", "км2"))

    def test_powers_are_shown_as_they_were_written(self):
        self.make("Untitled", "It lost 10<sup>6</sup> t of CO<sub>2</sub>.")
        snippet = search.find_editions("lost", at=timezone.now())[0].snippet
        assert snippet == "It <mark>lost</mark> 10⁶ t of CO₂."

    def test_english_words_are_found_in_other_forms(self):
        self.assert_finds(
            "en",
            ("The railways opened.", "railway"),
            ("The railway opened.", "railways"),
            ("Three cities grew.", "city"),
            ("The city grew.", "cities"),
            ("They are making tea.", "make"),
            ("They make tea.", "making"),
            ("They planned it.", "plan"),
            ("A car stopped.", "cars"),
            ("RAILWAY", "railway"),
        )

    def test_russian_words_are_found_in_other_forms(self):
        self.assert_finds(
            "ru",
            ("Открыта новая железная дорога.", "железной дороги"),
            ("Длина железных дорог выросла.", "железная дорога"),
            ("В городе праздник.", "города"),
            ("Поставки газа выросли.", "газ"),
            ("Поставки нефти выросли.", "Нефть"),
            ("БИШКЕК", "бишкек"),
        )

    def test_short_words_do_not_find_longer_ones_that_begin_alike(self):
        self.make("Portraits and careers in Warsaw")
        self.make("Газета вышла", language="ru")
        for query in ("port", "car", "war", "газ"):
            assert self.find(query) == [], query

    def test_marks_that_readers_leave_out_make_no_difference(self):
        self.assert_finds(
            "ru",
            ("Зелёная ёлка стоит.", "зеленая елка"),
            ("Зеленая елка стоит.", "зелёная ёлка"),
        )
        self.assert_finds(
            "en",
            ("Türkmenistan exports gas.", "turkmenistan"),
            ("Turkmenistan exports gas.", "Türkmenistan"),
        )

    def test_words_of_other_languages_are_found(self):
        self.assert_finds(
            "ky",
            ("Өкмөттүн чечими.", "өкмөттүн"),
            ("Өкмөттүн чечими.", "өкмөт"),
            ("Темир жол курулду.", "темир жол"),
        )
        self.assert_finds("uz", ("Oʻzbekiston temir yoʻllari", "o'zbekiston"), ("O‘zbekiston", "oʻzbekiston"))

    def test_every_word_must_be_in_it(self):
        self.make("Railway in Naryn")
        self.make("Railway in Osh")
        assert self.find("railway Osh") == ["Railway in Osh"]

    def test_stop_words_are_not_asked_for(self):
        self.make("Railway opens")
        assert self.find("the railway of an") == ["Railway opens"]

    def test_phrase_is_found_in_its_order(self):
        self.make("The state bank opens")
        self.make("The bank of the state opens")
        assert self.find('"state bank"') == ["The state bank opens"]
        assert self.find("“state bank”") == ["The state bank opens"]
        assert sorted(self.find("state bank")) == ["The bank of the state opens", "The state bank opens"]

    def test_phrase_may_have_stop_words(self):
        self.make("The bank of Asia opens")
        self.make("Чай в городе Ош", language="ru")
        assert self.find('"the bank of Asia"') == ["The bank of Asia opens"]
        assert self.find('"Чай в городе"') == ["Чай в городе Ош"]
        assert self.find('opens -"bank of Asia"') == []

    def test_words_joined_by_a_hyphen_are_a_phrase(self):
        self.make("Trans-Afghan line")
        self.make("Afghan trans line")
        assert self.find("trans-afghan") == ["Trans-Afghan line"]

    def test_word_with_a_minus_must_not_be_in_it(self):
        self.make("Railway in Naryn")
        self.make("Railway in Osh", "Bridges of stone.")
        assert self.find("railway -naryn") == ["Railway in Osh"]
        assert self.find("railway -bridge") == ["Railway in Naryn"]
        assert self.find('railway -"in osh"') == ["Railway in Naryn"]
        assert self.find("-naryn") == []

    def test_corrections_are_searched(self):
        self.make("Untitled", corrections="The name of the minister was misspelled.")
        assert self.find("misspelled") == ["Untitled"]

    def test_markup_is_not_searched_and_parts_words(self):
        self.make("Untitled", "One</p><p>Two <strong>three</strong>")
        assert self.find("onetwo") == self.find("strong") == []
        assert self.find('"two three"') == ["Untitled"]


class ApostropheTests(SearchTestCase):
    MARKS = "ʻʼ'’‘`"

    def test_any_mark_finds_any_other_and_none_by_beginnings_too(self):
        for mark in self.MARKS:
            self.make(f"Yangi yo{mark}l {ord(mark)}", f"Bugun O{mark}zbekistonda bo{mark}ldi.", language="uz")
        for mark in [*self.MARKS, ""]:
            for typed in (f"O{mark}zbekiston", f"o{mark}zbekistonda", f"O{mark}zbek", f"bo{mark}l", f"yo{mark}l"):
                with self.subTest(typed):
                    hits = search.find_editions(typed, at=timezone.now())
                    assert len(hits) == len(self.MARKS)
                    if not typed.casefold().startswith("y"):
                        assert all("<mark>" in hit.snippet for hit in hits)

    def test_marks_are_shown_as_they_were_written(self):
        for mark in self.MARKS:
            edition = self.make("Untitled", f"O{mark}zbekistonda")
            shown = search.find_editions("ozbekistonda", at=timezone.now())[0].snippet
            assert unescape(shown) == f"<mark>O{mark}zbekistonda</mark>"
            search.forget_edition(edition)

    def test_phrase_goes_over_marks(self):
        self.make("O‘zbekiston temir yo‘llari", language="uz")
        assert self.find('"Oʻzbekiston temir"') == self.find('"temir yo`llari"') == ["O‘zbekiston temir yo‘llari"]

    def test_part_of_a_word_is_no_word(self):
        self.make("Untitled", "O‘zbekistonda", language="uz")
        assert self.find("zbekiston") == []

    def test_english_possessive_is_found_without_it(self):
        self.make("Untitled", "The UK's trade and ‘Kazakhstan’s’ rail, NGO’s too; it wasn’t.")
        for typed in ("UK", "kazakhstan", "Kazakhstan’s", "NGO", "NGO's", "wasn't"):
            hits = search.find_editions(typed, at=timezone.now())
            assert [hit.edition.headline for hit in hits] == ["Untitled"], typed
            assert "<mark>" in hits[0].snippet, typed


class StemTests(SearchTestCase):
    def test_a_word_that_merely_begins_alike_is_not_a_form(self):
        self.make("Som", "The som fell; soms were changed.", live_from=MORNING - HOUR)
        self.make("Some", "Some of it is somewhat large.")
        self.make("Car", "A car, and cars.", live_from=MORNING - HOUR)
        self.make("Care", "We care, and cared; caring is hard.")
        assert self.find("som") == self.find("soms") == ["Som"]
        assert self.find("some") == ["Some"]

    def test_forms_of_short_words_are_those_of_the_stem(self):
        for word, forms, others in (
            ("som", {"som", "soms"}, {"some", "somed"}),
            ("tax", {"tax", "taxes", "taxed", "taxing"}, {"taxi"}),
            ("stop", {"stop", "stops", "stopped", "stopping"}, {"stope"}),
            ("сом", {"сом", "сома", "сому", "сомов"}, {"сомнение"}),
        ):
            whole, begun = Term((word,)).forms()
            assert forms <= whole, word
            assert not others & whole, word
            assert begun == set(), word


class StopWordTests(SearchTestCase):
    def test_stop_words_alone_are_found_in_headlines(self):
        self.make("WHO warns of flu", "The bank.")
        self.make("IT firms grow", "Who knows.")
        self.make("AT&T leaves Osh")
        self.make("At noon the t-shirt", "AT&T")
        self.make("The Who play in Almaty")
        self.make("Not in it", "The who of it, AT&T.", language="ky")
        for query, headlines in {
            "WHO": ["The Who play in Almaty", "WHO warns of flu"],
            "IT": ["IT firms grow", "Not in it"],
            "AT&T": ["AT&T leaves Osh"],
            "The Who": ["The Who play in Almaty"],
            '"who the"': [],
            "in it": ["Not in it"],
            "who -warns": ["The Who play in Almaty"],
            "и": [],
        }.items():
            with self.subTest(query):
                assert sorted(self.find(query)) == headlines

    def test_words_of_a_headline_are_no_phrase_with_its_beginning(self):
        self.make("Railway opens")
        assert self.find('"opens railway"') == []


class MeantTests(SearchTestCase):
    def look(self, query, **options):
        asked = {"narrow": search.Narrow(), "order": search.Order.BEST, "offset": 0, "limit": 20} | options
        return search.results_for(query, at=timezone.now(), **asked)

    def test_what_was_meant_is_found_at_once_unless_words_are_literal(self):
        self.make("Railway opens")
        found = self.look("railwey")
        assert (found.meant, [hit.edition.headline for hit in found.hits], found.count) == (
            *("railway", ["Railway opens"]),
            1,
        )
        literal = self.look("railwey", literally=True)
        assert (literal.meant, literal.hits, literal.count) == ("railway", [], 0)
        right = self.look("railway")
        assert (right.meant, right.count) == ("", 1)

    def test_no_fragment_is_ever_meant(self):
        self.make("O‘zbekistonda qal‘alar ta’mirlandi", "Ma'no va san’at; boʻlalla, allakachon.", language="uz")
        for typed, meant in {
            "O'zbekistomda": "O'zbekistonda",
            "Oʻzbekistomda": "Oʻzbekistonda",
            "ozbekistomda": "ozbekistonda",
            "tamirlamdi": "tamirlandi",
            "ta`mirlamdi": "ta`mirlandi",
            "zbekistonda": "ozbekistonda",
            "xalla": "",
            "kachom": "",  # of allakachon only the whole word is known
            "allakacho": "",
            "allakachom": "allakachon",
            "mirlamdi": "",
        }.items():
            assert self.look(typed).meant == meant, typed

    def test_rebuilding_forgets_words_that_nobody_printed(self):
        self.make("Railway opens")
        SearchWord.objects.create(word="zbekiston")
        search.rebuild_editions()
        known = set(SearchWord.objects.values_list("word", flat=True))
        assert "railway" in known
        assert "zbekiston" not in known


class TimeTests(SearchTestCase):
    def test_only_what_is_live_is_found(self):
        now = timezone.now()
        self.make("Railway scheduled", live_from=now + HOUR)
        self.make("Railway ended", live_until=now - HOUR)
        self.make("Railway live")
        assert self.find("railway") == ["Railway live"]

    def test_another_time_has_its_own_editions(self):
        self.make("Railway ended", live_until=MORNING + HOUR)
        self.make("Railway later", live_from=MORNING + HOUR)
        for at, headline in ((MORNING, "Railway ended"), (MORNING + HOUR, "Railway later")):
            assert [hit.edition.headline for hit in search.find_editions("railway", at=at)] == [headline]

    def test_erased_edition_is_not_found(self):
        edition = self.make("Railway")
        Edition.objects.filter(pk=edition.pk).update(erased_at=timezone.now())
        assert self.find("railway") == []

    def test_removed_edition_is_not_found(self):
        search.forget_edition(self.make("Railway"))
        assert self.find("railway") == []

    def test_row_without_edition_does_no_harm(self):
        edition = self.make("Railway")
        edition.delete()
        assert self.find("railway") == []

    def test_edition_indexed_again_replaces_its_words(self):
        edition = self.make("Railway")
        edition.headline = "Bridge"
        edition.save()
        search.add(edition)
        assert self.find("railway") == []
        assert self.find("bridge") == ["Bridge"]


class HostileTests(SearchTestCase):
    def test_nothing_typed_is_an_error(self):
        self.make("Railway opens", "A railway near the lake.")
        for query in (
            "",
            " ",
            "the",
            "to be or not to be",
            '"the of"',
            "и в на",
            "-",
            "- -",
            '"',
            '""',
            '"" ""',
            '-""',
            "'",
            "\\",
            "*",
            "a*",
            "railwayz AND OR NOT NEAR",
            "railwayz NEAR(a b, 3)",
            "headline:x",
            "{headline} : x",
            "^x",
            "x + y",
            "((((",
            "zzz)",
            "x & | ! <-> :* y",
            "zz:A",
            "'zz':*",
            "%s %(at)s %% {loose}",
            "x' OR 1=1 --",
            "\x01\x02\x1f",
            "\ufffe\uffff\ue000\ue001",
            "😀",
            "😀 🚂",
            "ʻʼ",
            "e\u0301\u0301",
            "İıſ",
            "中文",
            "q" * 10_000,
            "q " * 10_000,
            '"' * 10_000,
            "-" * 10_000,
            "- " * 10_000,
            "ө" * 10_000,
            "١٢٣ ² ½",
        ):
            with self.subTest(query=query[:40]):
                assert self.find(query) == []

    def test_operators_are_words_like_others(self):
        self.make("Near or far")
        self.make("Railway")
        assert self.find("NEAR") == ["Near or far"]
        assert self.find("railway*") == self.find("(railway)") == self.find("railway:") == ["Railway"]

    def test_huge_body_is_indexed(self):
        self.make("Huge", "railway " + " ".join(f"word{number}" for number in range(100_000)) + " " + "x" * 5000)
        assert self.find("railway word77") == ["Huge"]


class SnippetTests(SearchTestCase):
    def snippet(self, query):
        return search.find_editions(query, at=timezone.now())[0].snippet

    def test_words_found_are_marked(self):
        self.make("Untitled", "A new railway, and old railways.")
        assert self.snippet("railway new") == (
            "A <mark>new</mark> <mark>railway</mark>, and old <mark>railways</mark>."
        )

    def test_text_is_escaped(self):
        self.make("Untitled", "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;railway&lt;/b&gt; {0} %s")
        assert self.snippet("railway") == (
            "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;<mark>railway</mark>&lt;/b&gt; {0} %s"
        )
        assert "<mark>script</mark>&gt;alert" in self.snippet("script")

    def test_long_text_is_cut_around_the_words(self):
        self.make("Untitled", "before " * 300 + "<strong>railway</strong> bridge " + "after " * 300)
        snippet = self.snippet("railway bridge")
        assert snippet.startswith("… before")
        assert snippet.endswith("after …")
        assert "<mark>railway</mark> <mark>bridge</mark>" in snippet
        assert len(snippet) <= LENGTH + 4 + 2 * len("<mark></mark>")

    def test_place_with_most_words_is_shown(self):
        self.make("Untitled", "A railway. " + "filler " * 100 + "Naryn has a railway.")
        assert "<mark>Naryn</mark> has a <mark>railway</mark>." in self.snippet("railway naryn")

    def test_standfirst_is_shown_if_it_has_the_word(self):
        self.make("Untitled", "Nothing here.", standfirst="A railway <opens>.")
        assert self.snippet("railway") == "A <mark>railway</mark> &lt;opens&gt;."

    def test_text_begins_the_snippet_if_only_the_headline_has_the_word(self):
        self.make("Railway", "Nothing here.")
        assert self.snippet("railway") == "Nothing here."
        self.make("Lonely")
        assert self.snippet("lonely") == ""

    def test_letters_are_shown_as_they_were_written(self):
        self.make("Untitled", "Зелёная Ёлка, Türkmenistan", language="ru")
        assert self.snippet("елка") == "Зелёная <mark>Ёлка</mark>, Türkmenistan"


class CostTests(SearchTestCase):
    def test_ten_hits_take_as_many_queries_as_one(self):
        author = make_author()
        for _number in range(10):
            self.make("Railway", "Railway", authors=[author])
        for limit in (1, 10):
            guesses = connection.vendor == "postgresql"  # how common the words are
            with self.assertNumQueries(3 + guesses):  # numbers, editions with their texts, sections
                assert len(search.find_editions("railway", at=timezone.now(), limit=limit)) == limit

    def test_nothing_found_takes_one_query_and_nothing_asked_none(self):
        guesses = connection.vendor == "postgresql"  # how common the word is
        with self.assertNumQueries(1 + guesses):
            self.find("railway")
        with self.assertNumQueries(0):
            self.find("-the")


class RebuildTests(SearchTestCase):
    def test_every_edition_is_indexed_and_rows_of_others_go(self):
        kept, erased, gone = self.make("Railway"), self.make("Bridge"), self.make("Tunnel")
        search.forget_edition(kept)
        Edition.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
        gone.delete()
        seen = []
        assert search.rebuild_editions(lambda done, total: seen.append((done, total))) == 1
        assert seen == [(1, 1)]
        assert self.find("railway") == ["Railway"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM articles_search")
            assert cursor.fetchone() == (1,)

    def test_command_says_how_many(self):
        self.make("Railway")
        output = StringIO()
        call_command("rebuild_search", stdout=output)
        assert output.getvalue().splitlines() == [
            *("[1/1]", "1 editions can be found by their words."),
            *("[1/1]", "1 articles can be found by the desk."),
            "0 pictures can be found in the library.",
        ]


class ParseTests(SimpleTestCase):
    def test_words_phrases_and_words_not_wanted_are_told_apart(self):
        query = parse('New "State Visit" -naryn -"old town" trans-afghan"tail end')
        assert [term.words for term in query.terms] == [
            ("new",),
            ("state", "visit"),
            ("trans", "afghan"),
            ("tail", "end"),
        ]
        assert [term.words for term in query.unwanted] == [("naryn",), ("old", "town")]

    def test_words_beyond_the_bound_are_not_looked_at(self):
        query = parse('"a1 a2 a3 a4 a5 a6 a7 a8" ' + " ".join(f"b{number}" for number in range(20)))
        assert sum(len(term.words) for term in query.terms) == MOST_WORDS

    def test_words_of_english_and_russian_letters_are_not_foreign(self):
        assert [Term((word,)).is_foreign for word in ("rail", "g20", "дорога", "өкмөт")] == [False, False, False, True]
