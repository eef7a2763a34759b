"""What of a WordPress export becomes what: states, times, names, terms, languages, addresses, attributes."""

from datetime import UTC, datetime

from django.test import SimpleTestCase

from articles.importing.items import SourceState
from articles.importing.wxr.languages import language_of_locale, split_languages
from articles.importing.wxr.site_addresses import SiteAddresses, former_paths, nicename, whole_slug
from articles.tests.wxr_files import (
    author,
    authors,
    cdata,
    export,
    item,
    kinds,
    media,
    read_file,
    read_items,
    row,
    stories,
    term,
    terms,
)

NOON = datetime(2019, 5, 4, 12, tzinfo=UTC)
ZEROS = "0000-00-00 00:00:00"


def story(*inside, **changes):
    return stories(read_items(item(*inside, **changes)))[0]


class StateTests(SimpleTestCase):
    def test_each_state_with_and_without_a_password(self):
        for written, open_state, locked_state in [
            ("publish", "published", "private"),
            ("future", "scheduled", "private"),
            ("draft", "draft", "draft"),
            ("pending", "draft", "draft"),
            ("auto-draft", "draft", "draft"),
            ("private", "private", "private"),
            ("trash", "trashed", "trashed"),
            ("inherit", "draft", "draft"),
            ("archive", "draft", "draft"),
            ("", "draft", "draft"),
        ]:
            for password, state in [("", open_state), ("secret", locked_state)]:
                with self.subTest(written=written, password=password):
                    result = read_items(item(wp__status=written, wp__post_password=password))
                    assert stories(result)[0].state == state
                    assert kinds(result) == ({"state": 1} if written in ("inherit", "archive", "") else {})
                    assert "secret" not in str(result)

    def test_every_state_with_every_shape_of_time(self):
        """Only a published story is public, whatever its times are; one to appear without a time is a draft."""
        shapes = [
            (a, b) for a in ("2019-05-04 18:00:00", ZEROS, "", None) for b in ("2019-05-04 12:00:00", ZEROS, "", None)
        ]
        for written in ("publish", "future", "draft", "pending", "private", "trash"):
            for local, gmt in shapes:
                with self.subTest(written=written, local=local, gmt=gmt):
                    source = story(wp__status=written, wp__post_date=local, wp__post_date_gmt=gmt)
                    has_gmt = gmt == "2019-05-04 12:00:00"
                    is_draft = written in ("draft", "pending")
                    has_time = has_gmt or (not is_draft and local == "2019-05-04 18:00:00")
                    assert (source.published_at is not None) == has_time
                    assert not has_gmt or source.published_at == NOON
                    assert source.state is not SourceState.SCHEDULED or has_time
                    assert (source.state is SourceState.PUBLISHED) == (written == "publish")

    def test_an_empty_automatic_draft_is_left_out_and_told(self):
        result = read_items(item(wp__status="auto-draft", content__encoded=""))
        assert stories(result) == []
        assert kinds(result) == {"empty draft": 1}

    def test_the_slug_of_a_trashed_story(self):
        assert story(wp__status="trash", wp__post_name="flood__trashed").slug == "flood"


class TimeTests(SimpleTestCase):
    def at(self, **changes):
        result = read_items(
            item(wp__post_id="1", wp__post_date="2019-01-10 18:00:00", wp__post_date_gmt="2019-01-10 12:00:00"),
            item(wp__post_id="2", wp__post_date="2019-07-10 19:00:00", wp__post_date_gmt="2019-07-10 12:00:00"),
            item(wp__post_id="3", **changes),
        )
        return stories(result)[2], kinds(result)

    def test_a_local_time_is_read_with_the_offset_of_its_season(self):
        for local, hour in [("2020-02-01 18:00:00", 12), ("2020-06-01 18:00:00", 11), ("2020-12-31 18:00:00", 12)]:
            for gmt in (ZEROS, None, ""):
                source, told_kinds = self.at(wp__post_date=local, wp__post_date_gmt=gmt)
                assert source.published_at.hour == hour
                assert told_kinds == {"local time": 1}

    def test_without_an_item_with_both_times_the_local_one_is_told_to_be_a_guess(self):
        result = read_items(item(wp__post_date="2019-05-04 12:00:00", wp__post_date_gmt=ZEROS))
        assert stories(result)[0].published_at == NOON
        assert "no item shows" in result[1].findings[0].why

    def test_the_day_in_the_feed_stands_in(self):
        source, told_kinds = self.at(
            wp__post_date=None, wp__post_date_gmt=None, pubDate="Sat, 04 May 2019 12:00:00 +0000"
        )
        assert (source.published_at, told_kinds) == (NOON, {})
        assert (
            story(wp__post_date=None, wp__post_date_gmt=None, pubDate="Sat, 04 May 2019 14:00:00 +0200").published_at
            == NOON
        )

    def test_days_that_no_calendar_has(self):
        for written in (
            "2019-02-30 12:00:00",
            "0001-01-01 00:00:00",
            "2019-13-01 00:00:00",
            "2019-05-04 25:00:00",
            "yesterday",
        ):
            for pub_date in (None, "Mon, 30 Nov -0001 00:00:00 +0000", "soon", ""):
                with self.subTest(written=written, pub_date=pub_date):
                    result = read_items(item(wp__post_date=written, wp__post_date_gmt=written, pubDate=pub_date))
                    assert stories(result)[0].published_at is None
                    assert kinds(result) == {"impossible time": 1, "no time": 1}

    def test_two_times_that_are_no_zone_apart(self):
        result = read_items(item(wp__post_date="2019-05-09 12:34:00", wp__post_date_gmt="2019-05-04 12:00:00"))
        assert stories(result)[0].published_at == NOON
        assert kinds(result) == {"two times": 1}

    def test_when_it_was_changed(self):
        assert story(wp__post_modified_gmt="2019-05-04 12:00:00").modified_at == NOON
        assert story(wp__post_modified="2019-05-04 18:00:00", wp__post_modified_gmt=ZEROS).modified_at == NOON
        assert story().modified_at is None
        assert story(wp__post_modified=ZEROS, wp__post_modified_gmt=ZEROS).modified_at is None


class AuthorTests(SimpleTestCase):
    HEAD = author("1", "ana", "Ana Lee", "ana@valley.example") + author(
        "2", "Bob.Ray", "Bob Ray", "desk@valley.example"
    )

    def keys(self, *inside, head=HEAD, **changes):
        result = read_items(item(*inside, **changes), head=head)
        return stories(result)[0].authors, authors(result)

    def test_by_login_in_whatever_case(self):
        for login in ("Bob.Ray", "bob.ray"):
            keys, people = self.keys(dc__creator=login)
            assert keys == ("author:bob.ray",)
            assert people["author:bob.ray"].addresses == ("/author/bob-ray/", "/?author=2")

    def test_a_login_that_nobody_listed_and_none_at_all(self):
        keys, people = self.keys(dc__creator="eva")
        assert people[keys[0]].name == "eva"
        assert self.keys(dc__creator="")[0] == ()
        assert self.keys(dc__creator=None)[0] == ()

    def test_coauthors_by_slug_login_name_and_as_strangers(self):
        for nick, name, key in [
            ("cap-bob-ray", "Bob.Ray", "author:bob.ray"),
            ("cap-robert", "bob.ray", "author:bob.ray"),
            ("robert", "Bob Ray", "author:bob.ray"),
            ("cap-eva", "Eva Fox", "guest:eva"),
        ]:
            with self.subTest(nick=nick, name=name):
                keys, people = self.keys(
                    term("author", "cap-ana", "ana"), term("author", nick, name), term("author", nick, name)
                )
                assert keys == ("author:ana", key)
                assert f"/author/{nick.removeprefix('cap-')}/" in people[key].addresses

    def test_guests_with_and_without_a_login_wherever_they_stand(self):
        metas = {
            "cap-display_name": "Eva Fox",
            "cap-description": "Writes on <b>rivers</b>.",
            "cap-website": "https://eva.example",
        }
        guest = item(wp__post_id="90", wp__post_type="guest-author", wp__post_name="cap-eva", metas=metas, title="eva")
        linked = item(
            wp__post_id="91",
            wp__post_type="guest-author",
            wp__post_name="cap-robert",
            title="Robert",
            metas={"cap-linked_account": "Bob.Ray", "cap-description": "Edits."},
        )
        post = item(term("author", "cap-eva", "eva"), term("author", "cap-robert", "robert"))
        for posts in ([post, guest, linked], [guest, linked, post]):
            result = read_items(*posts, head=self.HEAD)
            people = authors(result)
            assert stories(result)[0].authors == ("guest:eva", "author:bob.ray")
            assert (people["guest:eva"].name, people["guest:eva"].biography) == ("Eva Fox", "Writes on rivers.")
            assert people["guest:eva"].links == ("https://eva.example",)
            assert people["author:bob.ray"].biography == "Edits."
            assert "/author/robert/" in people["author:bob.ray"].addresses
            assert len(people) == 3
            assert kinds(result) == {}

    def test_bylines_of_newspack(self):
        for byline, keys in [
            ("By [Author id=2]Bob[/Author] and [Author id=1]Ana[/Author]", ("author:bob.ray", "author:ana")),
            ("By [Author id=77]Eva Fox[/Author]", ("byline:eva fox",)),
            ("By Eva Fox", ("byline:eva fox",)),
            ("by Ana Lee", ("author:ana",)),
            ("", ("author:ana",)),
        ]:
            with self.subTest(byline=byline):
                metas = {"_newspack_byline": byline, "_newspack_byline_active": "1"}
                assert self.keys(metas=metas)[0] == keys
                assert self.keys(metas=metas | {"_newspack_byline_active": "0"})[0] == ("author:ana",)
        assert self.keys(metas={"_newspack_byline": "By Eva Fox", "_newspack_byline_active": "1"})[1][
            "byline:eva fox"
        ].is_guest

    def test_a_mail_address_is_no_name_and_in_no_address(self):
        head = author("3", "eva@valley.example", "eva@valley.example", "eva@valley.example")
        result = read_items(item(dc__creator="eva@valley.example"), head=head)
        eva = authors(result)["author:eva@valley.example"]
        assert (eva.name, eva.slug, eva.email) == ("eva", "eva@valley.example", "eva@valley.example")
        assert eva.addresses == ("/author/evavalley-example/", "/?author=3")
        assert kinds(result) == {"no name": 1}

    def test_two_people_with_one_mail_address_stay_apart(self):
        head = author("1", "ana", "Ana", "desk@valley.example") + author("2", "bob", "Bob", "Desk@valley.example")
        result = read_items(item(), head=head)
        assert len(authors(result)) == 2
        assert kinds(result) == {"shared mail": 1}


class TermTests(SimpleTestCase):
    HEAD = (
        row("category", term_id="1", category_nicename="news", category_parent="", cat_name="News &amp; Views")
        + row("category", term_id="2", category_nicename="city", category_parent="news", cat_name="City")
        + row("tag", term_id="3", tag_slug="city", tag_name="City")
        + row("tag", term_id="4", tag_slug="2019", tag_name="2019")
        + row("term", term_id="5", term_taxonomy="region", term_slug="north", term_name="North")
        + row("term", term_id="6", term_taxonomy="nav_menu", term_slug="top", term_name="Top")
    )

    def test_hierarchy_equal_slugs_numbers_and_other_taxonomies(self):
        found_terms = terms(read_items(head=self.HEAD))
        assert list(found_terms) == ["category:news", "category:city", "tag:city", "tag:2019", "region:north"]
        assert found_terms["category:news"].name == "News & Views"
        assert found_terms["category:city"].parent == "category:news"
        assert found_terms["category:city"].addresses == ("/category/news/city/", "/?cat=2")
        assert found_terms["tag:2019"].addresses == ("/tag/2019/", "/?tag=2019")
        assert found_terms["region:north"].kind == "region"

    def test_the_main_category_comes_first(self):
        inside = [term("post_tag", "2019", "2019"), term("category", "news", "News"), term("category", "city", "City")]
        for metas, keys in [
            ({}, ("category:news", "category:city", "tag:2019")),
            ({"_yoast_wpseo_primary_category": "2"}, ("category:city", "category:news", "tag:2019")),
            ({"rank_math_primary_category": "2"}, ("category:city", "category:news", "tag:2019")),
            ({"_yoast_wpseo_primary_category": "99"}, ("category:news", "category:city", "tag:2019")),
        ]:
            assert stories(read_items(item(*inside, metas=metas), head=self.HEAD))[0].terms == keys

    def test_the_terms_of_an_old_export_each_twice(self):
        inside = [
            f"<category>{cdata('News')}</category>",
            term("category", "news", "News"),
            f"<category>{cdata('Flut')}</category>",
        ]
        result = read_items(item(*inside))
        assert stories(result)[0].terms == ("category:news", "category:flut")

    def test_each_term_comes_once(self):
        result = read_items(
            *(item(term("category", "city", "City"), wp__post_id=str(n)) for n in (1, 2)), head=self.HEAD * 2
        )
        assert len([source for source in result[0] if getattr(source, "key", "") == "category:city"]) == 1

    def test_categories_in_a_circle(self):
        head = row("category", category_nicename="a", category_parent="b", cat_name="A")
        head += row("category", category_nicename="b", category_parent="a", cat_name="B")
        result = read_items(head=head)
        assert [source.parent for source in terms(result).values()] == ["", ""]
        assert terms(result)["category:a"].addresses == ("/category/a/",)
        assert kinds(result) == {"circle of categories": 2}


class LanguageTests(SimpleTestCase):
    def test_locales(self):
        for locale, code in {
            "ru_RU": "ru",
            "en-US": "en",
            "en_GB": "en-GB",
            "uz_UZ": "uz",
            "uz_UZ@cyrillic": "uz-Cyrl",
            "uz-Latn": "uz-Latn",
            "ky_KY": "ky",
            "ky_KG": "ky",
            "kir": "ky",
            "kk": "kk",
            "kk_KZ": "kk",
            "kz": "kk",
            "tg": "tg",
            "tg_TJ": "tg",
            "fa_AF": "fa-AF",
            "fa_IR": "fa",
            "ps": "ps",
            "ps_AF": "ps",
            "pt_BR": "pt-BR",
            "zh_CN": "zh-CN",
            "tuk": "tk",
            "ua": "uk",
            "de_DE_formal": "de",
            "de_CH_informal": "de-CH",
            "mn": "mn",
            "az": "az",
            "": "",
            "Deutsch": "",
            "x": "",
            "<b>": "",
        }.items():
            with self.subTest(locale=locale):
                assert language_of_locale(locale) == code

    def test_texts_in_three_markups(self):
        for text, expected in [
            ("[:en]Flood[:ru]Паводок[:]", {"en": "Flood", "ru": "Паводок"}),
            ("[:en]Flood[:][:ru]Паводок[:]", {"en": "Flood", "ru": "Паводок"}),
            ("<!--:en-->Flood<!--:--><!--:ru-->Паводок<!--:-->", {"en": "Flood", "ru": "Паводок"}),
            ("{:en}Flood{:}{:ru}Паводок{:}", {"en": "Flood", "ru": "Паводок"}),
            ("5 [:en]May[:ru]мая[:] 2019", {"en": "5 May 2019", "ru": "5 мая 2019"}),
            ("[:en]Flood", {"en": "Flood"}),
            ("Flood", {}),
            ("[:] {:} <!--:-->", {}),
            ("{:if}a{:}", {}),
            ("a[:2] and [:en", {}),
        ]:
            with self.subTest(text=text):
                assert split_languages(text) == expected

    def test_a_story_in_several_languages_becomes_several(self):
        for en, ru, end in [
            ("[:en]", "[:ru]", "[:]"),
            ("<!--:en-->", "<!--:--><!--:ru-->", "<!--:-->"),
            ("{:en}", "{:}{:ru}", "{:}"),
        ]:
            both = lambda a, b, en=en, ru=ru, end=end: f"{en}{a}{ru}{b}{end}"  # noqa: E731 - three texts of one shape
            inside = term("category", "river", both("River", "Река"))
            changes = {
                "title": both("Flood", "Паводок"),
                "content__encoded": both("It rose.", "Она поднялась."),
                "excerpt__encoded": both("Up", "Вверх"),
            }
            for language, first, second in [("en-US", "en", "ru"), ("ru-RU", "ru", "en")]:
                result = read_items(item(inside, **changes), language=language)
                with self.subTest(mark=en, language=language):
                    texts = {"en": ("Flood", "It rose.", "Up"), "ru": ("Паводок", "Она поднялась.", "Вверх")}
                    main, other = stories(result)
                    assert (main.key, other.key) == ("post:12", f"post:12:{second}")
                    assert (main.language, other.language) == (first, second)
                    assert main.translation_of == other.translation_of == "post:12"
                    assert (main.title, main.text, main.standfirst) == texts[first]
                    assert (other.title, other.text, other.standfirst) == texts[second]
                    assert main.terms == ("category:river",)
                    assert other.terms == (f"category:river:{second}",)
                    names = {"category:river": texts[first][0], f"category:river:{second}": texts[second][0]}
                    assert {key: source.language for key, source in terms(result).items()} == dict(
                        zip(names, (first, second), strict=True)
                    )
                    assert main.addresses == ("/2019/05/04/flood/", "/?p=12")
                    path = "/2019/05/04/flood/"
                    assert other.addresses == (f"/{second}{path}", f"{path}?lang={second}")

    def test_a_title_in_comments_without_a_section(self):
        title = "<title><!--:en-->Flood<!--:--><!--:ru-->Паводок<!--:--></title>"
        result = read_items(item(title, title=None, content__encoded="<!--:en-->a<!--:--><!--:ru-->б<!--:-->"))
        assert [source.title for source in stories(result)] == ["Flood", "Паводок"]

    def test_polylang(self):
        head = row(
            "term",
            term_taxonomy="language",
            term_slug="kg",
            term_name="Кыргызча",
            term_description='a:3:{s:6:"locale";s:5:"ky_KY";s:3:"rtl";i:0;s:9:"flag_code";s:2:"kg";}',
        )
        head += row(
            "term",
            term_taxonomy="post_translations",
            term_slug="pll_1",
            term_description='a:2:{s:2:"kg";i:1;s:2:"ru";i:3;}',
        )
        head += row(
            "term", term_taxonomy="term_translations", term_slug="pll_2", term_description='a:1:{s:2:"kg";i:7;}'
        )
        head += row("category", term_id="7", category_nicename="suu", cat_name="Суу")
        group = term("post_translations", "pll_1", "pll_1")
        result = read_items(
            item(term("language", "kg", "Кыргызча"), group, wp__post_id="1"),
            item(term("language", "ru", "Русский"), group, wp__post_id="2"),
            item(wp__post_id="3"),
            item(wp__post_id="4"),
            head=head,
        )
        assert [source.language for source in stories(result)] == ["ky", "ru", "", ""]
        assert [source.translation_of for source in stories(result)] == ["post_translations:pll_1"] * 3 + [""]
        assert [source.terms for source in stories(result)] == [()] * 4
        assert terms(result)["category:suu"].language == "ky"
        assert len(terms(result)) == 1

    def test_wpml(self):
        result = read_items(
            item(wp__post_id="1"),
            item(wp__post_id="2", metas={"_icl_lang_duplicate_of": "1"}, link="https://valley.example/flood/?lang=ru"),
            item(wp__post_id="3", metas={"_wpml_import_language_code": "kk", "_wpml_import_translation_group": "9"}),
            item(wp__post_id="4", metas={"_wpml_import_language_code": "ru", "_wpml_import_translation_group": "9"}),
        )
        assert [source.translation_of for source in stories(result)] == ["post:1", "post:1", "wpml:9", "wpml:9"]
        assert [source.language for source in stories(result)] == ["", "ru", "kk", "ru"]


class AddressTests(SimpleTestCase):
    def test_a_story_answers_at_all_its_former_addresses(self):
        metas = {"_wp_old_slug": "deluge", "_wp_old_date": "2018-12-31"}
        source = story(guid="http://www.valley.example/?page=x&p=12", metas=metas)
        assert source.addresses == (
            "/2019/05/04/flood/",
            "/?p=12",
            "/?page=x&p=12",
            "/2018/12/31/flood/",
            "/2019/05/04/deluge/",
            "/2018/12/31/deluge/",
        )

    def test_a_page_has_both_numbers(self):
        assert story(wp__post_type="page", link="https://valley.example/about/").addresses == (
            "/about/",
            "/?page_id=12",
            "/?p=12",
        )

    def test_the_front_page_and_other_sites_are_no_address(self):
        for link in (
            "https://valley.example/",
            "https://valley.example",
            "https://other.example/a/",
            "javascript:alert(1)",
            "https://[",
            "",
        ):
            assert story(link=link, guid=link).addresses == ("/?p=12",), link

    def test_a_site_in_a_folder(self):
        content = export(item(link="https://valley.example/blog/flood/")).replace(
            "valley.example</", "valley.example/blog</"
        )
        result = read_file(content)
        assert stories(result)[0].addresses == ("/blog/flood/", "/blog/?p=12")
        assert authors(result)["author:ana"].addresses == ("/blog/author/ana/",)

    def test_cyrillic_stays_as_it_is_stored_and_a_cut_sign_harms_only_the_slug(self):
        whole = "%d0%b2%d0%be%d0%b4%d0%b0"
        for end, slug in [
            ("", whole),
            ("%d0", whole),
            ("%d", whole),
            ("%", whole),
            ("%d0%", whole),
            ("-a", f"{whole}-a"),
        ]:
            with self.subTest(end=end):
                source = story(wp__post_name=whole + end, link=f"https://valley.example/{whole}{end}/")
                assert source.slug == slug
                assert source.addresses[0] == f"/{whole}{end}/"
        assert whole_slug("%ff%fe") == "%ff%fe"
        assert whole_slug("a%e2%82") == "a"

    def test_former_addresses_are_bounded(self):
        assert len(former_paths("/2019/05/a/", "a", [f"b{n}" for n in range(99)], ["2018-01-02", "soon"])) == 20
        assert former_paths("/2019/05/a/", "a", [], ["2018-01-02"]) == ["/2018/01/a/"]
        assert former_paths("/a.html", "a", ["b"], []) == ["/b.html"]
        assert former_paths("/x/", "a", ["b"], []) == []

    def test_slugs_that_wordpress_makes(self):
        for name, slug in [
            ("Ana Lee", "ana-lee"),
            ("É. Zé", "e-ze"),
            ("a@b.example", "ab-example"),
            ("Вода", "%d0%b2%d0%be%d0%b4%d0%b0"),
        ]:
            assert nicename(name) == slug

    def test_whatever_an_address_is_nothing_breaks(self):
        site = SiteAddresses(["https://valley.example/blog/", "", "https://[", "valley"])
        for address in (
            "http://[::1",
            "//x",
            "?",
            "#",
            "http://valley.example:99999/",
            "http://a b/",
            "\0",
            "/" * 3000,
        ):
            site.own_path(address)


class PictureTests(SimpleTestCase):
    META = (
        'a:4:{s:5:"width";i:2560;s:4:"file";s:24:"2019/05/river-scaled.jpg";s:5:"sizes";a:1:{s:6:"medium";a:1:{s:4:"file";'
        's:17:"river-300x200.jpg";}}s:14:"original_image";s:9:"river.jpg";}'
    )
    URL = "https://valley.example/wp-content/uploads/2019/05/river-scaled.jpg"

    def picture(self, **changes):
        fields = {
            "wp__post_type": "attachment",
            "wp__status": "inherit",
            "wp__attachment_url": self.URL,
            "wp__post_parent": "12",
            "wp__post_id": "15",
            "title": "River",
            "link": "https://valley.example/flood/river/",
            "content__encoded": "",
        }
        result = read_items(item(**fields | changes))
        return media(result)[0] if media(result) else None

    def test_words_and_the_story_it_belongs_to(self):
        metas = {
            "_wp_attachment_image_alt": "A river",
            "_media_credit": "Eva Fox",
            "_navis_media_credit_org": "Valley Post",
        }
        picture = self.picture(metas=metas, excerpt__encoded="The <b>Naryn</b> in May")
        assert (picture.key, picture.parent, picture.name) == ("media:15", "post:12", "River")
        assert (picture.alt, picture.caption, picture.credit) == (
            "A river",
            "The Naryn in May",
            "Eva Fox / Valley Post",
        )
        assert picture.addresses == ("/flood/river/", "/?attachment_id=15")

    def test_the_original_and_the_other_sizes(self):
        picture = self.picture(metas={"_wp_attachment_metadata": self.META})
        folder = "https://valley.example/wp-content/uploads/2019/05/"
        assert picture.address == f"{folder}river.jpg"
        assert picture.sizes == (f"{folder}river-scaled.jpg", f"{folder}river-300x200.jpg")

    def test_names_in_the_metadata_lead_nowhere_else(self):
        evil = self.META.replace('s:9:"river.jpg"', 's:16:"../../etc/passwd"').replace(
            's:17:"river-300x200.jpg"', 's:17:"http://evil/a.jpg"'
        )
        picture = self.picture(metas={"_wp_attachment_metadata": evil})
        assert {address.rpartition("/")[0] for address in (picture.address, *picture.sizes)} == {
            self.URL.rpartition("/")[0]
        }

    def test_metadata_that_are_broken_or_of_other_shapes(self):
        for value in (
            "a:1:{",
            "i:1;",
            'a:1:{s:5:"sizes";s:1:"x";}',
            'a:2:{s:5:"sizes";a:1:{i:0;i:1;}s:14:"original_image";i:5;}',
            "text",
        ):
            assert self.picture(metas={"_wp_attachment_metadata": value}).address == self.URL

    def test_the_address_by_what_the_export_has(self):
        name = {"_wp_attached_file": "2019/05/river-scaled.jpg"}
        for changes in (
            {"wp__attachment_url": None, "metas": name},
            {"wp__attachment_url": None, "guid": self.URL},
            {"wp__attachment_url": "/wp-content/uploads/2019/05/river-scaled.jpg"},
            {"wp__attachment_url": "//valley.example/wp-content/uploads/2019/05/river-scaled.jpg"},
        ):
            assert self.picture(**changes).address == self.URL
        for address in ("file:///etc/passwd", "ftp://a/b.jpg", "river.jpg", ""):
            assert self.picture(wp__attachment_url=address) is None

    def test_each_key_of_a_credit_and_the_camera_last(self):
        image = 'a:1:{s:10:"image_meta";a:2:{s:6:"credit";s:3:"Eva";s:9:"copyright";s:3:"VP1";}}'
        for metas in (
            {"photographer_name": "Eva"},
            {"isc_image_source": "Eva"},
            {"credit": "Eva"},
            {"_wp_attachment_metadata": image},
        ):
            assert self.picture(metas=metas).credit == "Eva"

    def test_the_lead_of_a_story(self):
        assert story(metas={"_thumbnail_id": "15"}).lead_media == "media:15"
        for value in ("0", "", "x", "-1"):
            assert story(metas={"_thumbnail_id": value}).lead_media == ""


class FieldTests(SimpleTestCase):
    def test_titles_and_excerpts_are_plain(self):
        source = story(title="A &amp; B <i>c</i>", excerpt__encoded="<p>One</p>")
        assert (source.title, source.standfirst) == ("A & B c", "One")

    def test_kinds(self):
        for written, kind, key in [
            ("post", "story", "post:12"),
            ("page", "page", "post:12"),
            ("wp_block", "block", "block:12"),
            (None, "story", "post:12"),
        ]:
            source = story(wp__post_type=written)
            assert (source.kind, source.key, source.format) == (kind, key, "wordpress")

    def test_a_sticky_one(self):
        assert story(wp__is_sticky="1").placements == ("sticky",)
        assert story(wp__is_sticky="0").placements == ()

    def test_search_titles_with_their_names_filled_in(self):
        for key, written, title in [
            ("_yoast_wpseo_title", "Rivers rise", "Rivers rise"),
            ("_yoast_wpseo_title", "%%title%% in May %%sep%% %%sitename%%", "Flood in May – Valley Post"),
            ("_yoast_wpseo_title", "%%title%% %%page%% %%sep%% %%sitename%%", ""),
            ("_yoast_wpseo_title", "May %%cf_nothing%% %%sep%%", "May"),
            ("_yoast_wpseo_title", "Up 50 % in 3 % more", "Up 50 % in 3 % more"),
            ("rank_math_title", "%title% up 5% %sep% %sitename%", "Flood up 5% – Valley Post"),
            ("rank_math_title", "%title% %sep% %sitename%", ""),
            ("_aioseo_title", "#post_title #separator_sa now", "Flood – now"),
        ]:
            with self.subTest(written=written):
                assert story(metas={key: written}).seo_title == title
        for key in ("_yoast_wpseo_metadesc", "rank_math_description"):
            assert story(metas={key: "Why &amp; how"}).seo_description == "Why & how"
        assert story(metas={"_yoast_wpseo_metadesc": "%%excerpt%%"}).seo_description == ""

    def test_corrections_of_newspack_wherever_they_stand(self):
        correction = item(
            wp__post_id="40",
            wp__post_type="newspack_correction",
            content__encoded="<p>It was May.</p>",
            metas={"newspack_correction-post-id": "12"},
        )
        draft = item(
            wp__post_id="41",
            wp__post_type="newspack_correction",
            wp__status="draft",
            metas={"newspack_correction-post-id": "12"},
        )
        for posts in ([item(), correction, draft], [correction, draft, item()]):
            result = read_items(*posts)
            assert stories(result)[0].corrections == (("2019-05-04", "It was May."),)
            assert kinds(result) == {"not brought in": 1}
        assert kinds(read_items(correction)) == {"correction": 1}

    def test_attributes_within_bounds(self):
        source = story(
            metas={
                "subtitle": "In May",
                "_edit_lock": "1:2",
                "_oembed_abc": "x",
                "list": 'a:1:{i:0;s:1:"a";}',
                "empty": "",
                "bad": "a:1:{",
            }
        )
        assert source.attributes == (("subtitle", "In May"), ("list", '{"0": "a"}'), ("bad", "a:1:{"))
        result = read_items(item(metas={f"key{n}": "x" * 30_000 for n in range(150)}))
        attributes = stories(result)[0].attributes
        assert len(attributes) == 100
        assert {len(value) for _key, value in attributes} == {20_000}
        assert kinds(result) == {"attribute": 1}

    def test_an_enclosure(self):
        value = 'https://valley.example/a.mp3\n2100\naudio/mpeg\na:1:{s:8:"duration";s:5:"29:24";}'
        details = '2100\naudio/mpeg\n{"duration": "29:24"}'
        assert story(metas={"enclosure": value}).attributes == (
            ("enclosure", "https://valley.example/a.mp3"),
            ("enclosure_details", details),
        )

    def test_remains_of_page_builders_are_told(self):
        for key, value in [("_elementor_data", "[{}]"), ("_et_pb_use_builder", "on"), ("panels_data", "a:0:{}")]:
            assert kinds(read_items(item(metas={key: value}))) == {"page builder": 1}
        assert kinds(read_items(item(metas={"_et_pb_use_builder": "off"}))) == {}

    def test_links_of_intruders_are_told_and_left(self):
        for text, hit in [
            ('<div style="display:none"><a href="https://pills.example/x">cheap</a></div>', 1),
            ("<p STYLE='position:absolute; left:-9999px'>a <a class=b href=//www.pills.example>cheap</a></p>", 1),
            ('<a href="https://pills.example/">buy viagra</a>', 1),
            ('<a href="https://pills.example/">казино онлайн</a>', 1),
            ('<a href="https://pills.example/">Report</a>', 0),
            ('<div style="display:none"><a href="https://www.valley.example/x">own</a></div>', 0),
            ('[:en]Rain[:ru]<a href="https://pills.example/">казино</a>[:]', 1),
            ("<p>The casino closed, viagra is cheap.</p>", 0),
            ('<div style="display:block; opacity:0.9"><a href="https://pills.example/">Report</a></div>', 0),
        ]:
            with self.subTest(text=text):
                result = read_items(item(content__encoded=text))
                assert stories(result)[0].text in (text, "Rain")
                assert kinds(result) == ({"spam": 1} if hit else {})
                assert not hit or "pills.example" in result[1].findings[0].what

    def test_where_the_export_comes_from(self):
        site = read_file(
            export(item()).replace("<rss", '<!-- generator="WordPress/6.4.3" created="2026-01-01" -->\n<rss', 1)
        )[0][0]
        assert (site.name, site.addresses, site.language) == ("Valley Post", ("https://valley.example",), "en")
        assert site.system == "WordPress 6.4.3"
        other = read_items(head="<generator>https://wordpress.org/?v=5.9</generator>")[0][0]
        assert other.system == "WordPress 5.9"
