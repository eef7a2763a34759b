"""Whatever the paper's former site answered leads to the right page in one hop, and never to what isn't public."""

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag
from zeal import zeal_ignore

from articles.desk import merges
from articles.desk.old_addresses import forget_former_addresses, keep_former_addresses
from articles.desk.path_claims import free
from articles.models import Edition, FlatPage, FormerAddress, OldAddress, Redirect, Section
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_image, make_section
from articles.tests.former_site import OF_A_STORY, SPRING, FormerSite
from newsroom.serving import frame


class TableTests(FormerSite):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        shared = {"section": cls.section, "tags": [cls.tag], "authors": [cls.author]}
        with zeal_ignore():
            for _number in range(19):
                make_edition(article=make_article(**shared), live_from=SPRING)

    def test_every_address_of_the_table_leads_to_the_right_one_in_one_hop(self):
        client, addresses, targets = Client(), set(), set()
        for old, new in self.table():
            with self.subTest(old), zeal_ignore():
                response = client.get(old)
                assert response.status_code == 301, (old, response.status_code)
                assert response.headers["Location"] == new, (old, response.headers["Location"])
            addresses.add(old)
            targets.add(new)
        assert len(addresses) >= 300
        for new in targets:
            if not new.startswith("/media/"):
                with self.subTest(new):
                    assert client.get(new).status_code == 200, new

    def test_nothing_was_refused_and_repeating_it_adds_nothing(self):
        assert not self.kept.refused
        assert OldAddress.objects.count() == len(self.kept.added)
        again = keep_former_addresses(self.pairs())
        assert (again.added, again.refused) == ([], [])

    def test_what_was_never_there_is_404(self):
        for address in (
            "/?p=9", "/?cat=8", "/?author=6", "/archives/124/", "/2018/03/old-flood-of-may/", "/2018/03/flood-of-may/",
            "/category/flood-of-may/",
            "/tag/flood-of-may/", "/author/flood-of-may/", "/shared/x/", "/2019/05/04/nothing/",
            "/index.php?option=com_content&id=346", "/index.php?option=com_users&view=login", "/?option=com_x&id=345",
            "/news/346-budget/",
            "/wp-json/wp/v2/posts", "/wp-json/", "/wp-login.php", "/xmlrpc.php", "/wp-admin/", "/ghost/",
            "/wp-content/uploads/2019/05/other.jpg", "/wp-content/uploads/2019/05/lake.pdf", "/tag/nothing/feed/",
            "/old-flood/nothing/", "/1234/", "/2019/13/", "/?m=201913", "/?year=1850", "/9999/",
        ):  # fmt: skip
            with self.subTest(address):
                assert self.client.get(address).status_code == 404


class WhatIsNotPublicTests(FormerSite):
    """What readers can't see answers at its old addresses as if it weren't there; what was withdrawn says so."""

    ADDRESSES = (
        "/2019/05/04/secret/",
        "/archives/900/",
        "/?p=900",
        "/secret/",
        "/wp-content/uploads/2019/05/secret.jpg",
    )

    def setUp(self):
        self.picture = make_image(made_cut=1)

    def story(self, **fields):
        return make_article(slug="secret-plan", lead_image=self.picture, **fields)

    def keep(self, article):
        kept = keep_former_addresses(
            (address, self.picture if "uploads" in address else article) for address in self.ADDRESSES
        )
        assert len(kept.added) == 5

    def answers(self):
        """Return what each shape ends with, and after how many hops."""
        answers = {address: self.client.get(address, follow=True) for address in self.shapes()}
        return {address: (answer.status_code, len(answer.redirect_chain)) for address, answer in answers.items()}

    def nothing_is_there(self):
        for address, (status, _hops) in self.answers().items():
            assert status == 404, address

    def shapes(self):
        for address in self.ADDRESSES:
            yield address
            if "?" not in address and "." not in address:
                yield from (shape.format(address, address.rstrip("/")) for shape in OF_A_STORY[::6])
        yield from ("/?page_id=900", "/?p=900&preview=true", "/ru/secret/", "/2019/secret/", "/news/secret/")
        yield from ("/wp-content/uploads/2019/05/secret-300x200.jpg", "/wp-content/uploads/2019/05/secret-scaled.jpg")

    def test_no_shape_leads_to_a_draft(self):
        self.keep(self.story())
        self.nothing_is_there()

    def test_no_shape_leads_to_what_is_scheduled_until_it_is_live(self):
        edition = make_edition(article=self.story(), live_from=datetime(2040, 5, 4, 6, tzinfo=UTC))
        self.keep(edition.article)
        self.nothing_is_there()
        for address in (edition.path, edition.path.removesuffix("/"), f"/ru{edition.path}"):
            assert self.client.get(address, follow=True).status_code == 404

    def test_each_shape_leads_there_once_it_is_live(self):
        article = self.story()
        self.keep(article)
        make_edition(article=article, live_from=SPRING)
        for address, answer in self.answers().items():
            assert answer == ((404, 1) if "uploads" in address else (200, 1)), address  # the file is none of a test

    def test_what_was_withdrawn_is_gone_at_its_old_addresses_with_the_reason(self):
        edition = make_edition(article=self.story(), live_from=SPRING, live_until=SPRING + timedelta(days=9))
        Edition.objects.filter(pk=edition.pk).update(withdrawn_reason="By a court's order")
        self.keep(edition.article)
        for address, answer in self.answers().items():
            assert answer == ((404, 0) if "uploads" in address else (410, 0)), address
        self.assertContains(self.client.get("/?p=900"), "By a court&#x27;s order", status_code=410)

    def test_a_page_in_preparation_and_a_name_without_a_page_are_404(self):
        draft = FlatPage.objects.create(title="x", slug="x-page", body="<p>x</p>", is_public=False)
        guest, unused = make_author(is_guest=True), Tag.objects.create(name="Unused", slug="unused")
        keep_former_addresses(
            [("/old-x/", draft), ("/author/guest/", guest), ("/tag/no/", unused), ("/?cat=99", unused)]
        )
        for address in ("/old-x/", "/old-x/feed/", "/author/guest/", "/author/guest/feed/", "/tag/no/", "/?cat=99"):
            assert self.client.get(address).status_code == 404, address


class WhoseAddressTests(FormerSite):
    """Today's page wins over what was stored, that over a rule; what moves on takes its old addresses with it."""

    def leads(self, old, new):
        response = self.client.get(old)
        assert (response.status_code, response.headers.get("Location")) == (301, new), old

    def test_today_s_page_wins(self):
        keep_former_addresses([("/lakes/", self.flood)])
        self.leads("/lakes/", "/2019/05/04/flood-in-osh/")
        make_section(slug="lakes")
        assert self.client.get("/lakes/").status_code == 200
        self.leads("/lakes", "/lakes/")

    def test_what_is_stored_wins_over_a_rule(self):
        make_edition(section=make_section(slug="lakes"), live_from=SPRING)
        self.leads("/category/lakes/", "/lakes/")
        keep_former_addresses([("/category/lakes/", self.tag)])
        self.leads("/category/lakes/", "/topics/water-and-power/")
        self.leads("/category/lakes/feed/atom/", "/topics/water-and-power/atom/")

    @zeal_ignore()  # a walk looks for a page a step, and there are few steps
    def test_a_redirect_by_staff_wins_over_what_is_stored_and_leads_to_where_that_leads(self):
        Redirect.objects.create(source="/?p=123", target="/latest/")
        self.leads("/?p=123", "/latest/")
        Redirect.objects.create(source="/flood-special", target="/archives/123/")
        for address in (
            "/flood-special/",
            "/flood-special/page/2/",
            "/flood-special/?paged=2",
            "/flood-special/?lang=ru",
        ):
            self.leads(address, "/2019/05/04/flood-in-osh/")

    @zeal_ignore()
    def test_what_is_renamed_moved_or_merged_is_reached_in_one_hop(self):
        Edition.objects.filter(article=self.flood).update(path="/2019/05/04/the-flood/")
        Section.objects.filter(pk=self.section.pk).update(slug="kg")
        Tag.objects.filter(pk=self.tag.pk).update(slug="water-power")
        frame.forget_frame()
        self.leads("/archives/123/feed/", "/2019/05/04/the-flood/")
        self.leads("/topics-base/central-asia/kirgizia/feed/", "/central-asia/kg/feed/")
        self.leads("/theme/water/feed/atom/", "/topics/water-power/atom/")
        merges.start_merge(self.tag, into := Tag.objects.create(name="Rivers", slug="rivers"), by=make_chief())
        self.leads("/theme/water/feed/atom/", "/topics/rivers/atom/")
        assert into.pk != self.tag.pk

    def test_stories_of_one_slug_are_told_apart_by_the_date_or_not_at_all(self):
        later = make_edition(slug="flood-again", live_from=SPRING + timedelta(days=365)).article
        keep_former_addresses([("/2020/05/03/flood-of-may/", later)])
        self.leads("/2020/05/flood-of-may/", Edition.objects.get(article=later).path)
        self.leads("/2019/05/04/flood-of-may/", "/2019/05/04/flood-in-osh/")
        self.leads("/flood-of-may/", "/2019/05/04/flood-in-osh/")  # which is stored
        for address in ("/news/flood-of-may/", "/2018/flood-of-may/"):
            assert self.client.get(address).status_code == 404, address

    def test_a_new_story_takes_no_old_address_of_another(self):
        other = make_article()
        assert free("/2019/05/04/old-flood/", other.pk) == "/2019/05/04/old-flood-2/"
        assert free("/2019/05/04/old-flood/", self.flood.pk) == "/2019/05/04/old-flood/"


class KeepingTests(FormerSite):
    def refusals(self, *pairs):
        kept = keep_former_addresses(pairs)
        assert not kept.added
        return [(refused.address, refused.target, refused.why) for refused in kept.refused]

    def test_what_belongs_to_something_else_is_refused_with_the_reason(self):
        FormerAddress.objects.create(path="/moved", kind="section", row=self.section.pk)
        Redirect.objects.create(source="/by-staff", target="/latest/")
        todays, before, none = ("has this address today", "leads to something else already", "No page can have had")
        for address, why in {
            "/2019/05/04/lake/": todays, "/2019/05/04/LAKE": todays, "/central-asia/": todays, "/who-we-are/": todays,
            "/central-asia/kyrgyzstan/": todays, "/topics/water-and-power/": todays, "/authors/ana-petrova": todays,
            "/search/": todays, "/latest/": todays, "/feed/": todays, "/feed.json": todays, "/sitemap.xml": todays,
            "/archives/123": before, "/?page_id=123": before, "/?cat=7": before, "/moved/": before, "/by-staff": before,
            "/": none, "/?utm_source=x": none, "": none, "/a\0b/": none, "/admin/x/": none, "/media/x.jpg": none,
            "/" + "x" * 501: none, "https://paper.example/x/": none, "no-slash": none, "/index.php": none,
        }.items():  # fmt: skip
            with self.subTest(address[:40]):
                [(refused, target, reason)] = self.refusals((address, self.ghost))
                assert (refused, target) == (address, self.ghost)
                assert why in reason

    def test_of_two_in_one_list_the_first_has_it(self):
        kept = keep_former_addresses([("/twice/", self.flood), ("/twice", self.ghost), ("/Twice/", self.flood)])
        assert [target for _address, target in kept.added] == [self.flood]
        assert [refused.target for refused in kept.refused] == [self.ghost]

    def test_its_own_address_of_today_needs_no_row(self):
        kept = keep_former_addresses(
            [("/2019/05/04/flood-in-osh/", self.flood), ("/central-asia/kyrgyzstan/", self.section)]
        )
        assert (kept.added, kept.refused) == ([], [])

    def test_what_is_taken_back_leaves_the_rest_as_it_was(self):
        before = list(OldAddress.objects.order_by("pk").values())
        pairs = [
            ("/one/", self.flood),
            ("/?p=777", self.ghost),
            ("/archives/123/", self.ghost),
            ("/osh-river/", self.tag),
        ]
        kept = keep_former_addresses(pairs)
        assert self.client.get("/?p=777").status_code == 301
        assert forget_former_addresses(pairs) == len(kept.added) == 2
        assert list(OldAddress.objects.order_by("pk").values()) == before
        assert self.client.get("/?p=777").status_code == 404

    def test_queries_do_not_grow_with_the_list(self):
        with CaptureQueriesContext(connection) as few:
            keep_former_addresses([("/few/", self.flood)])
        with CaptureQueriesContext(connection) as many:
            kept = keep_former_addresses((f"/many/{number}/", self.flood) for number in range(400))
        assert len(kept.added) == 400
        assert len(many) <= len(few) + 1 <= 12  # SQLite inserts in pieces


class CostTests(FormerSite):
    """A 404 costs little, however strange the address and however large the archive is."""

    JUNK = [
        "/nothing/", "/no/thing/", "/2019/05/04/nothing/", "/?p=99999", "/?p=" + "9" * 400, "/a\0b/", "/%00/",
        "/%ff%fe/", "/" + "a/" * 10_000, "/" + "x" * 100_000, "/" + "x" * 3_000, "/" + "%d0%bf" * 600,
        "/?" + "&".join(["p=x"] * 5_000), "/x/?p=1&" + "a=" * 3_000, "/tag/nothing/feed/rss2/page/3/amp/",
        "/ru/en/ru/amp/amp/x/", "/category/" + "x/" * 50, "/wp-content/uploads/" + "-300x200" * 300 + ".jpg",
        "/?option=com_content&id=" + "1" * 3_000, "/?m=" + "1" * 3000, "/index.php/" * 200,
        "/2019/05/04/x/" + "2/" * 60, "/?category_name=" + "a/" * 900, "/?tag=%00", "/?cat=%F0%9F%92%A9",
        "/?year=99999&monthnum=0", "/\ud7ff\ufffd/", "/..%2f..%2fetc/passwd", "/\\evil/", "/%5cevil.example/",
        "/?author=-1", "/?p=123abc", "/?p=123.0", "/?p=%D9%A1%D9%A2%D9%A3", "/?paged=0", "/?m=20190599",
        "/9999/99/99/",
    ]  # fmt: skip

    def test_junk_is_404_within_a_bounded_number_of_queries_and_soon(self):
        for address in self.JUNK:
            with self.subTest(address[:50]), CaptureQueriesContext(connection) as queries:
                assert self.client.get(address, follow=True).status_code in {400, 404, 413}
                assert len(queries) <= 40, len(queries)

    def test_a_404_asks_as_much_of_a_large_table_as_of_a_small_one(self):
        addresses = ("/nothing/", "/no/thing/", "/2019/05/04/nothing/", "/?p=99999", "/tag/nothing/feed/")
        few = [self.queries(address) for address in addresses]
        OldAddress.objects.bulk_create(
            OldAddress(path=f"/many/nothing-{number}", kind="article", row=self.flood.pk, slug=f"nothing-{number}")
            for number in range(3000)
        )
        assert [self.queries(address) for address in addresses] == few
        assert max(few) <= 14, few

    def test_pages_that_exist_ask_nothing_of_it(self):
        for address in ("/2019/05/04/flood-in-osh/", "/central-asia/", "/topics/water-and-power/", "/", "/who-we-are/"):
            with CaptureQueriesContext(connection) as queries:
                assert self.client.get(address).status_code == 200
            assert not [query for query in queries if "oldaddress" in query["sql"]], address

    def queries(self, address):
        self.client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert self.client.get(address).status_code == 404
        return len(queries)
