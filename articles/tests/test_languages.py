"""A story in any language says so everywhere, is written in its direction, and is found by its words."""

import json
import re
from datetime import date, timedelta
from io import StringIO
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.urls import reverse
from django.utils import timezone

from articles import desk_search, languages, search
from articles.admin.article.form_screen import linked_translations
from articles.desk import roles, text_diff, translations, workflow
from articles.desk.revisions import edition_snapshot, restore_snapshot, snapshot
from articles.models import Article, SiteSettings, Template
from articles.public.cards import draw_edition_card
from articles.tests.factories import make_article, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import ADD, DeskTestCase, change_address
from newsroom.tests.forms import loaded

# By code: headline, a word of it to look for; direction; OpenGraph's locale; a news sitemap's language; 8 May in words.
SPOKEN = {
    "en": ("Water returns to the canal", "canals", "ltr", "en_GB", "en", "8 May 2025"),
    "en-US": ("Color returns to the bazaar", "colors", "ltr", "en_US", "en", "8 May 2025"),
    "ru": ("Вода вернулась в каналы", "каналу", "ltr", "ru_RU", "ru", "8 мая 2025"),
    "ru-KZ": ("Поезда пошли в степи", "поезд", "ltr", "ru_KZ", "ru", "8 мая 2025"),
    "ky": ("Суу каналга кайтты", "канал", "ltr", "ky_KG", "ky", "8"),
    "kk": ("Қазақстанда жаңа жол", "қазақстан", "ltr", "kk_KZ", "kk", "8"),
    "kk-Arab": ("قازاقستاندا جاڭا جول", "قازاقستان", "rtl", "kk_KZ", "kk", "08.05.2025"),
    "uz": ("Oʻzbekistonda yangi yoʻl", "o'zbekiston", "ltr", "uz_UZ", "uz", "8"),
    "uz-Latn": ("Toshkentda yangi bogʻ", "toshkent", "ltr", "uz_UZ", "uz", "8"),
    "uz-Cyrl": ("Ўзбекистонда янги йўл", "ўзбекистон", "ltr", "uz_UZ", "uz", "08.05.2025"),
    "tg": ("Дар Душанбе роҳи нав", "душанбе", "ltr", "tg_TJ", "tg", "8"),
    "tk": ("Aşgabatda täze ýol", "aşgabat", "ltr", "tk_TM", "tk", "8"),
    "az": ("Bakıda yeni yol", "bakı", "ltr", "az_AZ", "az", "8"),
    "mn": ("Улаанбаатарт шинэ зам", "улаанбаатар", "ltr", "mn_MN", "mn", "8"),
    "kaa": ("Nókiste jańa jol", "nókis", "ltr", "", "kaa", "08.05.2025"),
    "fa-AF": ("آب به کانال کابل برگشت", "کابل", "rtl", "fa_AF", "fa", "8 مه 2025"),
    "ps": ("اوبه کندهار ته راغلې", "کندهار", "rtl", "ps_AF", "ps", "08.05.2025"),
    "ug": ("ئۈرۈمچىدە يېڭى يول", "ئۈرۈمچى", "rtl", "", "ug", "8"),
    "zh-Hans": ("新路 通车", "新路", "ltr", "zh_CN", "zh-cn", "8"),
}
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}language"
ATTRIBUTES = re.compile(r'<(h1|div class="body"|p class="standfirst")([^>]*)>')


class CodeTests(SimpleTestCase):
    def test_codes_are_written_as_bcp_47_does(self):
        spelled = {
            "UZ_cyrl": "uz-Cyrl", " fa-af ": "fa-AF", "ZH_hans_cn": "zh-Hans-CN", "es-419": "es-419",
            "DE-1996": "de-1996", "iw": "he", "prs": "fa-AF", "kk": "kk", "uz-Latn-UZ": "uz-Latn-UZ",
        }  # fmt: skip
        assert {typed: languages.canonical_code(typed) for typed in spelled} == spelled

    def test_what_is_no_code_is_refused(self):
        for typed in (
            "",
            "a",
            "english",
            "en-",
            "en--GB",
            "x-private",
            "en GB",
            'en"',
            "ru\nru",
            "é",
            "en-" + "a" * 99,
        ):
            with self.subTest(typed):
                assert languages.canonical_code(typed) == ""
                self.assertRaises(ValidationError, languages.validate_code, typed)
        self.assertRaises(ValidationError, languages.validate_code, "UZ-cyrl")

    def test_every_name_has_a_code_that_is_one(self):
        for code in [*languages.NAMES, *languages.HOMES, *languages.SCRIPTS, *languages.FIRST_LANGUAGES]:
            assert languages.canonical_code(code) == code

    def test_direction_follows_the_script_that_is_said_or_usual_there(self):
        for code in (
            "ar",
            "fa",
            "ps",
            "ur",
            "he",
            "yi",
            "ug",
            "ckb",
            "dv",
            "uz-AF",
            "uz-Arab",
            "kk-CN",
            "az-IR",
            "pa-PK",
        ):
            assert languages.direction(code) == "rtl", code
        for code in ("en", "ar-Latn", "uz", "kk", "az", "pa", "he-Latn-IL", "ku", "tg", "ug-KZ"):
            assert languages.direction(code) == "ltr", code

    def test_words_of_another_script_are_not_taken(self):
        assert languages.has_django_words("uz")
        assert not languages.has_django_words("uz-Cyrl")
        assert languages.django_language("uz-Cyrl") == "uz"  # for numbers
        assert languages.django_language("sr-Latn") == "sr-latn"
        assert languages.django_language("ps") == languages.UNKNOWN

    def test_templates_write_days_in_the_language_or_in_digits(self):
        for code, (*_rest, day) in SPOKEN.items():
            with self.subTest(code):
                written = Template(language=code).written_on(date(2025, 5, 8), "{date} | {weekday}")
                assert day in written
                assert ("{weekday}" in written) == (day == "08.05.2025")
                assert "May" not in written or code.startswith(("en", "uz", "az"))


class EveryLanguageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.section, lately = make_section(), timezone.now() - timedelta(hours=1)
        cls.editions = {
            code: make_edition(
                headline=headline, standfirst=f"{headline}.", body=f"<p>{headline}</p>", language=code,
                section=cls.section, kicker=word, live_from=lately,
            )
            for code, (headline, word, *_rest) in SPOKEN.items()
        }  # fmt: skip

    def attributes(self, code):
        _headline, _word, direction, *_rest = SPOKEN[code]
        if code == "en":
            return ""
        return f' lang="{code}" dir="rtl"' if direction == "rtl" else f' lang="{code}"'

    def test_the_page_says_language_and_direction_of_headline_standfirst_and_body(self):
        for code, edition in self.editions.items():
            with self.subTest(code):
                page = self.client.get(edition.path).content.decode().partition("<main")[2]
                assert [found[1] for found in ATTRIBUTES.findall(page)[:3]] == [self.attributes(code)] * 3

    def test_the_head_says_only_what_is_true(self):
        for code, edition in self.editions.items():
            _headline, _word, _direction, locale, *_rest = SPOKEN[code]
            with self.subTest(code):
                head = self.client.get(edition.path).content.decode().partition("<body")[0]
                assert re.findall('og:locale" content="([^"]*)"', head) == [locale] * bool(locale)
                assert f'"inLanguage":"{code}"' in head.replace('": "', '":"')

    def test_cards_and_lines_say_it_too(self):
        for address in ("/", "/latest/", self.section.get_absolute_url()):
            page = self.client.get(address).content.decode()
            shown = [code for code, edition in self.editions.items() if f'href="{edition.path}"' in page]
            assert len(shown) > 5
            for code in shown:
                path = re.escape(self.editions[code].path)
                element = re.search(rf'<(?:h\d|li|p)([^>]*)><a href="{path}"', page)
                assert element[1].replace(' class="country-newest"', "") == self.attributes(code), (address, code)

    def test_feeds_say_the_code_and_carry_the_direction(self):
        items = json.loads(self.client.get("/feed.json").content)["items"]
        by_address = {item["url"].removeprefix("http://testserver"): item for item in items}
        rss, atom = (self.client.get(address).content.decode() for address in ("/feed/", "/atom/"))
        for code, edition in self.editions.items():
            item = by_address[edition.path]
            assert item["language"] == code
            assert f"<dc:language>{code}</dc:language>" in rss
            assert f'<entry xml:lang="{code}">' in atom
            assert item["content_html"].startswith(f'<div lang="{code}" dir="rtl">') == ("rtl" in self.attributes(code))

    def test_news_sitemap_says_iso_639(self):
        tree = ElementTree.fromstring(self.client.get("/news-sitemap.xml").content)
        assert {row.text for row in tree.iter(NEWS)} == {news for *_rest, news, _day in SPOKEN.values()}

    def test_each_is_found_by_its_words_by_readers_and_on_the_desk(self):
        desk_search.index_copies([edition.article for edition in self.editions.values()])
        for code, (_headline, word, *_rest) in SPOKEN.items():
            with self.subTest(code):
                assert self.editions[code] in [hit.edition for hit in search.find_editions(word, at=timezone.now())]
                found = desk_search.find_copies(word, Article.objects.on_desk(), most=20)
                assert self.editions[code].article_id in found.pks

    def test_other_sites_show_it_in_its_direction(self):
        for code, edition in self.editions.items():
            answer = self.client.get("/api/oembed/", {"url": f"http://testserver{edition.path}"}).json()
            assert f'<blockquote lang="{code}" dir="{SPOKEN[code][2]}">' in answer["html"]

    def test_words_of_the_page_within_a_text_are_in_their_own_direction(self):
        body = '<p>متن<span data-footnote="">یادداشت</span></p><figure data-read-also="{}"></figure>'
        body = body.format(self.editions["en"].article_id)
        edition = make_edition(language="fa-AF", body=body, corrections="اصلاح", section=self.section)
        page = self.client.get(edition.path)
        self.assertContains(page, '<h2 id="footnotes" lang="en" dir="ltr">')
        self.assertContains(page, '<p lang="en" dir="ltr">Read also</p>', html=True)
        self.assertContains(page, 'lang="en" dir="ltr">Water returns to the canal</a>')
        self.assertContains(page, '<h2 id="corrections">')
        self.assertContains(page, '<div lang="fa-AF" dir="rtl"><p>اصلاح</p></div>', html=True)

    def test_no_card_is_drawn_of_letters_that_no_shipped_font_has(self):
        for code in ("fa-AF", "zh-Hans"):
            assert draw_edition_card(self.editions[code]) == ""
        assert draw_edition_card(self.editions["uz-Cyrl"])


class SettingsTests(DeskTestCase):
    address = "/admin/articles/sitesettings/1/change/"

    def setUp(self):
        self.log_in(make_user(roles.ADMINISTRATOR))

    def save(self, lines):
        form = {"name": "The Paper", "time_zone": "Asia/Bishkek", "day_form": "classic", "rate_look": "exact"}
        return self.client.post(
            self.address, form | {"feed_text": "full", "languages": lines} | loaded(self.client, self.address)
        )

    def stored(self):
        return {row["code"]: row["name"] for row in SiteSettings.current().languages}

    def test_a_paper_begins_with_the_seven_it_always_had(self):
        seven = {"en": "English", "ru": "Русский", "ky": "Кыргызча", "kk": "Қазақша", "uz": "Oʻzbekcha", "tg": "Тоҷикӣ", "tk": "Türkmençe"}  # fmt: skip # noqa: E501
        assert self.stored() == seven
        assert dict(self.client.get(ADD).context["adminform"].form.fields["language"].choices) == seven

    def test_languages_are_typed_as_lines_and_names_filled_in(self):
        self.save("en English\n\nUZ_cyrl\nfa-af  Дари (دری)\nuz-Latn O‘zbekcha")
        assert self.stored() == {"en": "English", "uz-Cyrl": "Ўзбекча", "fa-AF": "Дари (دری)", "uz-Latn": "O‘zbekcha"}
        page = self.client.get(self.address)
        self.assertContains(page, '<span lang="fa-AF" dir="rtl">Дари (دری)</span>: right to left')
        choice = self.client.get(ADD).context["adminform"].form["language"].as_widget()
        self.assertInHTML('<option value="fa-AF" lang="fa-AF" dir="rtl">Дари (دری)</option>', choice)

    def test_what_can_not_be_a_language_is_refused_with_the_reason(self):
        for lines, words in {
            "english": "“english” is not the code",
            "en English\nen-us English": "“English” is there twice",
            "kk\nkk Қазақ": "“kk” is there twice",
            "tlh": "Write the name of the language behind tlh",
            f"en {'x' * 61}": "too long",
            "\n".join(f"a{chr(97 + n // 26)}{chr(97 + n % 26)} N{n}" for n in range(61)): "At most 60",
        }.items():
            with self.subTest(lines[:20]):
                self.assertContains(self.save(lines), words)
        assert len(self.stored()) == 7

    def test_a_language_in_use_stays_and_the_message_says_by_how_many(self):
        for _article in range(2):
            make_article(language="ky")
        Template.objects.create(name="Briefing", language="ky")
        self.assertContains(self.save("en English"), "“ky Кыргызча” stays: 2 stories and 1 template are in it.")
        assert len(self.stored()) == 7
        self.save("en English\nky Кыргызча")
        assert list(self.stored()) == ["en", "ky"]
        self.save("")
        assert len(self.stored()) == 7


class DeskLanguageTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        SiteSettings(languages=[{"code": code, "name": languages.name_of_language(code)} for code in SPOKEN]).save()

    def test_every_text_field_has_language_and_direction(self):
        for code, (*_rest, direction, _locale, _news, _day) in SPOKEN.items():
            page = self.page(make_article(language=code, dated_corrections=[{"day": "2025-12-08", "text": "A"}]))
            for name in ("headline", "standfirst", "kicker", "dated_corrections-text", "seo_title"):
                element = re.search(rf'<(?:input|textarea)[^>]* name="{name}"[^>]*>', page.content.decode())
                assert f'lang="{code}"' in element[0], (code, name)
                assert f'dir="{direction}"' in element[0], (code, name)

    def test_a_code_of_the_paper_is_saved_published_and_listed(self):
        for code in SPOKEN:
            self.send(headline="Headline", body="<p>A</p>", section=make_section().pk, language=code, _continue="1")
            article = Article.objects.get(language=code)
            assert workflow.publish(article, by=self.chief).language == code
            rows = self.client.get(reverse("admin:articles_article_changelist"), {"language__exact": code})
            assert [row.pk for row in rows.context["cl"].result_list] == [article.pk]

    def test_a_stored_language_that_the_paper_does_not_offer_survives_the_form(self):
        article = make_article(language="tt")
        self.send(article, headline="Another", language="tt", _continue="1")
        article.refresh_from_db()
        assert (article.headline, article.language) == ("Another", "tt")
        page = self.send(article, language="xx-", _continue="1")
        self.assertContains(page, "Select a valid choice")

    def test_versions_are_compared_by_the_names_of_languages(self):
        before, after = snapshot(make_article(language="en")), snapshot(make_article(language="uz-Cyrl"))
        (change,) = text_diff.compare_snapshots(before, after, ["language"])
        assert "English" in change.before
        assert "Ўзбекча" in change.after

    def test_who_only_reads_sees_the_name(self):
        article = make_article(language="uz-Cyrl")
        self.log_in(make_user(roles.REPORTER))
        self.assertContains(self.page(article), "Ўзбекча")


class TranslationTests(DeskTestCase):
    def setUp(self):
        self.chief = self.log_in(make_chief())
        self.first = make_article(headline="Water", language="en")
        self.second = make_article(headline="Вода", language="ru", translation_of=self.first)
        self.third = make_article(headline="Суу", language="ky")

    def link(self, article, chosen, **changes):
        return self.send(article, translation_of=chosen.pk if chosen else "", _continue="1", **changes)

    def together(self, article):
        article.refresh_from_db()
        return {linked.headline for linked in translations.translations_of(article)}

    def test_whichever_is_chosen_all_belong_together(self):
        self.link(self.third, self.second, language="ky")
        self.third.refresh_from_db()
        assert self.third.translation_of_id == self.first.pk
        assert self.together(self.first) == {"Вода", "Суу"}
        assert self.together(self.second) == {"Water", "Суу"}
        assert self.together(self.third) == {"Water", "Вода"}

    def test_a_new_article_begins_as_a_translation(self):
        self.send(headline="Су", body="<p>А</p>", language="kk", translation_of=self.second.pk, _continue="1")
        assert Article.objects.get(language="kk").translation_of_id == self.first.pk

    def test_the_screen_shows_them_with_links_languages_and_directions(self):
        make_article(headline="آب", language="fa-AF", translation_of=self.first)
        shown = linked_translations(self.second)
        self.assertInHTML(
            f'<li><a href="{change_address(self.first)}" lang="en" dir="ltr">Water</a> (English, draft)</li>', shown
        )
        assert 'lang="fa-AF" dir="rtl">آب</a> (دری, draft)' in shown
        self.assertContains(self.page(self.second), shown)
        self.assertContains(self.page(self.third), "none yet")

    def test_what_can_not_be_linked_is_refused_with_the_reason(self):
        rival = make_article(headline="Воды", language="ru")
        other = make_article(headline="Roads", language="en")
        for article, chosen, language, words in (
            (self.third, self.third, "ky", "no translation of itself"),
            (rival, self.first, "ru", "“Вода” is the text in this language already"),
            (self.first, other, "en", "“Вода” is linked as a translation of this article"),
        ):
            with self.subTest(words):
                self.assertContains(self.link(article, chosen, language=language), words)
        self.assertContains(
            self.send(self.second, language="en", translation_of=self.first.pk), "in this language already"
        )
        self.assertContains(self.send(self.first, language="ru", translation_of=""), "in this language already")

    def test_choosing_one_that_is_linked_already_changes_nothing(self):
        self.link(self.first, self.second, language="en")
        assert self.together(self.first) == {"Вода"}
        self.first.refresh_from_db()
        assert self.first.translation_of_id is None

    def test_emptying_the_field_takes_it_out(self):
        self.link(self.second, None, language="ru")
        assert self.together(self.second) == set()

    def test_the_others_stay_linked_when_the_first_goes(self):
        self.third.translation_of = self.first
        self.third.save()
        Article.objects.filter(pk=self.first.pk).delete()
        assert self.together(self.second) == {"Суу"}
        self.send(self.second, headline="Воды", language="ru", translation_of="", _continue="1")  # nothing to choose
        assert self.together(self.second) == {"Суу"}
        self.assertContains(self.page(self.second), "Суу")

    def test_only_who_may_edit_an_article_links_it(self):
        self.log_in(make_user(roles.REPORTER))
        self.link(self.third, self.first, language="ky")
        assert self.together(self.third) == set()

    def test_it_is_in_saves_and_editions_and_comes_back_with_them(self):
        self.second.section = make_section()
        self.second.save()
        edition = workflow.publish(self.second, by=self.chief)
        kept = edition_snapshot(edition)
        assert kept["translation_of_id"] == self.first.pk
        Article.objects.filter(pk=self.second.pk).update(translation_of=None)
        (change,) = text_diff.compare_snapshots(kept, snapshot(Article.objects.get(pk=self.second.pk)), [])[:1]
        assert "Water" in change.before
        restore_snapshot(Article.objects.get(pk=self.second.pk), kept, by=self.chief, note="")
        assert self.together(self.second) == {"Water"}


class OldCodeTests(TestCase):
    """While servers are replaced, code from before the columns goes on reading and writing."""

    def test_what_it_stores_without_the_new_columns_is_no_translation_and_a_paper_of_seven(self):
        SiteSettings(name="Another").save()
        make_article()
        for model, new in ((Article, "translation_of_id"), (SiteSettings, "languages")):
            table = model._meta.db_table
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if field.column != new)
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TEMPORARY TABLE stored AS SELECT {columns} FROM {table}")
                cursor.execute(f"DELETE FROM {table}")
                cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM stored")
                cursor.execute("DROP TABLE stored")
        article, paper = Article.objects.get(), SiteSettings.objects.get()
        assert (article.language, article.translation_of_id) == ("en", None)
        assert [row["code"] for row in paper.languages] == languages.FIRST_LANGUAGES

    def test_old_code_reads_a_longer_code(self):
        make_article(language="uz-Cyrl-UZ")
        with connection.cursor() as cursor:
            cursor.execute("SELECT language FROM articles_article")
            assert cursor.fetchone() == ("uz-Cyrl-UZ",)

    def test_no_migration_is_missing(self):
        call_command("makemigrations", "articles", check=True, dry_run=True, stdout=StringIO())
