"""Sixty questions to the demo paper, and the article that must come first: the same on both databases."""

from datetime import UTC, datetime

from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from articles import search
from articles.search import Narrow, Order

AT = datetime(2025, 12, 31, tzinfo=UTC)
FIRST = {
    "netflix": "netflix-series-off-road-filmed-in-kyrgyzstan",
    "six-part series": "netflix-series-off-road-filmed-in-kyrgyzstan",
    "motoring": "netflix-series-off-road-filmed-in-kyrgyzstan",
    "freight": "ktz-and-rzd-to-raise-rail-freight",
    "railways of Kazakhstan": "ktz-and-rzd-to-raise-rail-freight",
    "rail freight": "ktz-and-rzd-to-raise-rail-freight",
    "containers": "why-trains-stop-at-the-border",
    "transit": "ktz-and-rzd-to-raise-rail-freight",
    "Aliyev": "aliyev-thanks-uzbekistan-for-karabakh-school",
    "Karabakh school": "aliyev-thanks-uzbekistan-for-karabakh-school",
    "Zangezur": "aliyev-thanks-uzbekistan-for-karabakh-school",
    "Crocus suspects": "closed-hearing-for-crocus-city-hall-suspects",
    "Mongolia president": "mongolias-president-in-bishkek",
    "cashmere": "mongolias-president-in-bishkek",
    "copper mine": "mongolias-president-in-bishkek",
    '"feasibility study"': "three-countries-to-study-trans-afghan-railway",
    "Trans-Afghan": "three-countries-to-study-trans-afghan-railway",
    "Karachi ports": "three-countries-to-study-trans-afghan-railway",
    "currencies": "short-glossary-of-the-currency-market",
    "market wrap": "market-wrap-five-currencies-in-the-bar",
    "bazaars": "in-praise-of-the-bazaar",
    "maps": "why-maps-matter",
    "neighbours language": "learn-your-neighbours-language",
    "tea": "in-defence-of-the-long-tea",
    "long tea": "in-defence-of-the-long-tea",
    "parliaments": "readers-guide-to-parliaments",
    "capitals moved": "capitals-that-moved",
    "state visits": "what-a-state-visit-is",
    "oblast": "oblast-viloyat-aimag",
    "enclaves": "why-the-fergana-valley-has-enclaves",
    "flags": "how-to-read-the-flags-of-the-region",
    "shyrdak": "how-to-read-a-shyrdak",
    "suzani": "what-makes-a-suzani",
    "домбыра": "dombyra-eki-ishek",
    "домбыр": "dombyra-eki-ishek",
    "күй": "dombyra-eki-ishek",
    "боз үй": "boz-uy-bir-saatta-tigilgen-uy",
    "саат": "boz-uy-bir-saatta-tigilgen-uy",
    "бир саат": "boz-uy-bir-saatta-tigilgen-uy",
    "плов": "plov-odno-blyudo-mnogo-imyon",
    "плова": "plov-odno-blyudo-mnogo-imyon",
    "рис": "plov-odno-blyudo-mnogo-imyon",
    "озеро": "issyk-kul-ozero-kotoroe-ne-zamerzaet",
    "замерзает": "issyk-kul-ozero-kotoroe-ne-zamerzaet",
    "Иссык-Куль": "issyk-kul-ozero-kotoroe-ne-zamerzaet",
    "Pamir": "pamir-highway-in-slow-stages",
    "Merv": "merv-where-five-cities-lie-side-by-side",
    "Naadam": "how-naadam-works",
    "Baku": "a-walk-through-baku",
    "lapis lazuli": "long-journey-of-lapis-lazuli",
    "Caspian sea": "caspian-sea-or-lake",
    "trains stop": "why-trains-stop-at-the-border",
    "glossary": "short-glossary-of-the-currency-market",
    "tenge": "market-wrap-five-currencies-in-the-bar",
    "cotton thread": "from-boll-to-thread",
    "water power": "how-water-and-power-are-tied-together",
    "Ulugh Beg observatory": "ulugh-beg-and-his-observatory",
    "cinema": "how-central-asian-cinema-found-its-voice",
    "eagles": "what-eagle-hunters-know",
    "Silk Road": "why-maps-matter",
    '"preliminary hearings"': "closed-hearing-for-crocus-city-hall-suspects",
    "railways -Afghanistan": "ktz-and-rzd-to-raise-rail-freight",
    "eagle hunters": "what-eagle-hunters-know",
    "тоо": "issyk-kul-ozero-kotoroe-ne-zamerzaet",
    "кыргыз": "boz-uy-bir-saatta-tigilgen-uy",
    "дороги": "issyk-kul-ozero-kotoroe-ne-zamerzaet",
}  # words in other forms, Kyrgyz and Kazakh beginnings of words, phrases, words that must not be there
MEANT = {"railwey": "railway", "Kazakhstn": "Kazakhstan", "platlon plov": "", "теньге плв": "", "плво": "плов"}


class DemoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("loaddata", "sections", "pairs", "demo", verbosity=0)

    def test_the_right_article_comes_first(self):
        assert len(FIRST) >= 60
        for query, slug in FIRST.items():
            with self.subTest(query):
                hits = search.find_editions(query, at=AT)
                assert [hit.edition.slug for hit in hits[:1]] == [slug]
                assert "<mark>" in hits[0].snippet or query.casefold() in hits[0].edition.headline.casefold()

    def look(self, query, **narrow):
        order = narrow.pop("order", Order.BEST)
        return search.results_for(query, at=AT, narrow=Narrow(**narrow), order=order, offset=0, limit=20)

    def test_choices_say_how_many_they_leave(self):
        found = self.look("Uzbekistan")
        assert found.count > 3
        for name in ("section", "author", "kind"):
            for choice in found.choices[name]:
                value = choice.value if name == "kind" else int(choice.value)
                assert self.look("Uzbekistan", **{name: value}).count == choice.count, choice

    def test_days_and_orders(self):
        hits = self.look("Uzbekistan", order=Order.NEWEST).hits
        days = [hit.edition.published_at for hit in hits]
        assert days == sorted(days, reverse=True)
        assert [hit.edition for hit in self.look("Uzbekistan", order=Order.OLDEST).hits] == [
            hit.edition for hit in reversed(hits)
        ]
        autumn = datetime(2025, 9, 1, tzinfo=UTC)
        before, after = (self.look("Uzbekistan", **bound).count for bound in ({"until": autumn}, {"since": autumn}))
        assert before
        assert after
        assert before + after == len(hits)

    def test_word_that_is_one_letter_off_is_put_right(self):
        for query, meant in MEANT.items():
            assert self.look(query).meant == meant, query

    def test_page_of_a_misspelt_word_shows_what_was_meant_and_the_way_to_the_words_as_typed(self):
        page = self.client.get("/search/", {"q": "railwey", "kind": "news"})
        assert page.context["page"].items
        text = page.content.decode()
        assert '<a href="?q=railwey&amp;kind=news&amp;literally=1">' in text
        assert '<a href="?q=railway">Show all' in text
        literal = self.client.get("/search/", {"q": "railwey", "kind": "news", "literally": "1"})
        assert literal.context["page"].items == []
        text = literal.content.decode()
        assert '<a href="?q=railway&amp;kind=news">railway</a>' in text
        assert '<a href="?q=railwey&amp;literally=1">Show all' in text

    def test_a_page_finds_sections_and_days(self):
        page = self.client.get("/search/", {"q": "kazakhstan"}).content.decode()
        assert '<a href="/kazakhstan/">Kazakhstan</a>' in page
        page = self.client.get("/search/", {"q": "8 December 2025"})
        day = [edition.published_at for edition in page.context["of_day"]]
        assert day
        with timezone.override(page.context["paper"].zone):
            assert {str(timezone.localtime(one).date()) for one in day} == {"2025-12-08"}
        assert page.context["day"].isoformat() == "2025-12-08"
        self.assertContains(page, "Published on")

    def test_names_are_suggested(self):
        offered = self.client.get("/search/suggest/", {"q": "kyrgyzst"}).json()["suggestions"]
        assert {"text": "Kyrgyzstan", "url": "/kyrgyzstan/", "kind": "Section"} in offered

    def test_broken_filters_narrow_nothing(self):
        broken = self.client.get("/search/", {"q": "railway", "since": "x", "section": "y", "kind": "z", "sort": "w"})
        assert len(broken.context["page"].items) == 3

    def test_suggestions_know_half_a_word(self):
        assert [edition.slug for edition in search.suggest_headlines("learn your neigh", at=AT)] == [
            "learn-your-neighbours-language"
        ]
        assert [edition.slug for edition in search.suggest_headlines("Боз ү", at=AT)] == []  # one letter is too few
        assert [edition.slug for edition in search.suggest_headlines("боз үй", at=AT)] == [
            "boz-uy-bir-saatta-tigilgen-uy"
        ]
        assert search.suggest_headlines("m", at=AT) == []
        assert search.suggest_headlines("maps", at=datetime(2020, 1, 1, tzinfo=UTC)) == []
