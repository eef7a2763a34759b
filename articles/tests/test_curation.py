from datetime import timedelta
from unittest import mock

from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from articles.models import Alert, Edition, Image, Placement, Section
from articles.public import curation
from articles.tests.factories import make_chief, make_edition, make_image, make_section

HOUR = timedelta(hours=1)


class FrontPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.now = timezone.now()
        section = make_section()
        cls.editions = [make_edition(section=section, live_from=cls.now - HOUR * n) for n in range(1, 31)]

    def place(self, slot, edition, start=-1, hours=48):
        starts_at = self.now + HOUR * start
        return Placement.objects.create(
            slot=slot, article=edition.article, starts_at=starts_at, ends_at=starts_at + HOUR * hours
        )

    def everything(self, at=None):
        page = curation.front_page_at(at or self.now)
        return [page.lead, *page.with_lead, *page.seconds, *page.latest]

    def test_newest_fill_the_page_in_order(self):
        assert self.everything() == self.editions[:11]
        assert curation.front_page_at(self.now).with_lead == []

    def test_what_is_placed_on_slots_2_and_3_belongs_to_the_lead(self):
        self.place(2, self.editions[20])
        page = curation.front_page_at(self.now)
        assert page.with_lead == [self.editions[20]]
        assert page.seconds == self.editions[1:4]
        html = self.client.get("/").content.decode()
        assert html.index('class="with-lead"') < html.index(self.editions[20].path) < html.index('class="flank')
        self.place(3, self.editions[21])
        self.place(4, self.editions[22])
        page = curation.front_page_at(self.now)
        assert page.with_lead == [self.editions[20], self.editions[21]]
        assert page.seconds[0] == self.editions[22]

    def test_what_is_but_the_rest_is_not_called_the_latest(self):
        for count in range(1, 13):
            with mock.patch.object(curation.POOL_OF_FRONT, "rows", return_value=self.editions[:count]):
                page = curation.front_page_at(self.now)
            newest = page.latest[0].published_at if page.latest else self.now
            is_true = not page.seconds or min(one.published_at for one in page.seconds) < newest
            assert not page.latest or page.has_newest is is_true, count
        assert not curation.front_page_at(self.now).has_newest
        self.assertContains(self.client.get("/"), ">More news</a>")
        self.place(4, self.editions[20])  # an old one below the lead: what is newer stands in Latest
        self.assertContains(self.client.get("/"), ">Latest</a></h2>")

    def test_a_slot_of_the_lead_whose_lead_is_missing_leaves_its_article_to_lead(self):
        self.place(2, self.editions[0])
        with mock.patch.object(curation.POOL_OF_FRONT, "rows", return_value=self.editions[:1]):
            page = curation.front_page_at(self.now)
        assert (page.lead, page.with_lead) == (self.editions[0], [])

    def test_shelf_begins_with_its_newest_though_it_is_a_line_of_latest(self):
        page = curation.front_page_at(self.now)
        (shelf,) = page.shelves
        assert page.latest[0] == self.editions[4]
        assert shelf.editions == self.editions[4:8]  # neither the lead nor those below it

    def test_shelf_that_has_nothing_but_lines_of_latest_is_left_out(self):
        for edition in self.editions[4:]:
            edition.off_front = True
            edition.save()
        other = make_edition(live_from=self.now - HOUR * 40)
        page = curation.front_page_at(self.now)
        assert page.latest == [other]
        assert page.shelves == []

    def test_every_second_shelf_is_large(self):
        for _theme in range(4):
            make_edition(section=make_section(), live_from=self.now - HOUR * 40)
        shelves = curation.front_page_at(self.now).shelves
        assert [shelf.is_large for shelf in shelves] == [True, False, True, False, True]

    def test_words_of_a_place_in_latest_are_not_those_of_the_shelf(self):
        placement = self.place(6, self.editions[10])
        placement.headline = "Here"
        placement.save()
        page = curation.front_page_at(self.now)
        shown = {edition.pk: edition for edition in page.latest}[self.editions[10].pk]
        assert shown.headline_here == "Here"
        assert "Here" not in [edition.headline_here for shelf in page.shelves for edition in shelf.editions]

    def test_placed_article_leads_and_the_newest_follow(self):
        self.place(1, self.editions[20])
        shown = self.everything()
        assert shown[0] == self.editions[20]
        assert shown[1:5] == self.editions[:4]

    def test_no_article_stands_twice(self):
        self.place(1, self.editions[3])
        self.place(3, self.editions[3], start=-2)
        self.place(7, self.editions[0])
        shown = self.everything()
        assert len(shown) == len({edition.pk for edition in shown})
        assert shown[0] == self.editions[3]
        assert self.editions[0] in curation.front_page_at(self.now).latest

    def test_placement_holds_from_its_start_until_its_end(self):
        self.place(1, self.editions[9], start=2, hours=3)
        assert self.everything(self.now + HOUR * 2 - timedelta(seconds=1))[0] == self.editions[0]
        assert self.everything(self.now + HOUR * 2)[0] == self.editions[9]
        assert self.everything(self.now + HOUR * 5)[0] == self.editions[0]

    def test_of_two_in_a_slot_the_one_that_started_last_stands(self):
        self.place(1, self.editions[9], start=-3)
        self.place(1, self.editions[8], start=-2)
        assert self.everything()[0] == self.editions[8]

    def test_placement_of_an_article_that_is_not_live_leaves_the_slot_to_the_newest(self):
        waiting = make_edition(live_from=self.now + HOUR)
        self.place(1, waiting)
        assert self.everything()[0] == self.editions[0]
        assert self.everything(self.now + HOUR)[0] == waiting

    def test_article_kept_off_the_front_stands_there_only_when_placed(self):
        hidden = make_edition(live_from=self.now, off_front=True)
        assert hidden not in self.everything()
        self.place(4, hidden)
        assert hidden in self.everything()

    def test_words_picture_and_crop_of_a_place_are_for_it_alone(self):
        image = make_image()
        placement = self.place(1, self.editions[5])
        placement.headline, placement.kicker, placement.image, placement.crop = "Here", "Now", image, "square"
        placement.save()
        lead = curation.front_page_at(self.now).lead
        assert (lead.headline_here, lead.kicker_here) == ("Here", "Now")
        assert (lead.image_here, lead.crop_here) == (image, "square")
        assert lead.headline == self.editions[5].headline
        page = self.client.get("/").content.decode()
        assert "Here</a>" in page
        assert "crop-square" in page

    def test_placement_on_a_section_is_not_on_the_front_page(self):
        placement = self.place(1, self.editions[20])
        placement.section = self.editions[20].section
        placement.save()
        assert self.everything()[0] == self.editions[0]

    def test_lead_stands_beside_its_picture_only_with_words_enough(self):
        image = make_image()
        for edition in self.editions[:8]:
            edition.lead_image, edition.standfirst = image, "What it is about, in a sentence of some length."
        with mock.patch.object(curation.POOL_OF_FRONT, "rows", return_value=self.editions):
            self.place(2, self.editions[5])
            assert not curation.front_page_at(self.now).is_beside
            self.editions[0].headline = "A headline that takes three or four lines of a narrow column, at least there"
            assert curation.front_page_at(self.now).is_beside
            self.editions[0].lead_image = None
            page = curation.front_page_at(self.now)
        assert page.is_bare
        assert not page.is_beside

    def test_empty_paper_has_an_empty_page(self):
        page = curation.front_page_at(self.now - timedelta(days=900))
        assert (page.lead, page.seconds, page.latest, page.shelves) == (None, [], [], [])


class ShapeTests(SimpleTestCase):
    """What a shelf and the page look like follows from what stands there."""

    def editions(self, *pictured, kind="news"):
        return [Edition(headline="H", kind=kind, lead_image=Image(pk=1) if has else None) for has in pictured]

    def page(self, lead=None, seconds=(), latest=(), countries=()):
        return curation.FrontPage(lead, [], list(seconds), list(latest), [], [], list(countries))

    def test_shelf_has_the_richest_shape_that_leaves_no_hole(self):
        for pictured, is_large, shape in (
            ([True], False, "plain"),
            ([True, True], False, "cells"),
            ([True, True], True, "cells"),
            ([True, False], True, "plain"),
            ([True, True, True], False, "cells"),
            ([True, True, True], True, "large"),
            ([True, False, False], False, "large"),
            ([False, True, True], True, "plain"),
        ):
            assert curation.Shelf(Section(), self.editions(*pictured), is_large).shape == shape, (pictured, is_large)
        assert curation.Shelf(Section(), self.editions(True, False, kind="opinion")).shape == "opinion"
        mixed = self.editions(False, kind="opinion") + self.editions(False)
        assert curation.Shelf(Section(), mixed).shape == "plain"

    def test_beside_a_large_picture_those_with_pictures_come_first(self):
        editions = self.editions(True, False, True)
        assert [id(one) for one in curation.Shelf(Section(), editions).beside] == [id(editions[2]), id(editions[1])]

    def test_headlines_of_nearly_one_length_end_alike(self):
        for longest, is_even in ((49, True), (50, False)):
            editions = [Edition(headline="H" * letters) for letters in (30, longest)]
            assert curation.Shelf(Section(), editions).is_even == is_even, longest

    def test_latest_stands_beside_pictures_if_it_fills_the_column(self):
        [pictured, bare] = self.editions(True, False)
        for lead, lines, has_side in ((pictured, 4, True), (pictured, 3, False), (bare, 4, False)):
            assert self.page(lead, latest=self.editions(*[False] * lines)).has_side == has_side, (lead, lines)
        assert self.page(bare, self.editions(True, True), self.editions(*[False] * 4)).has_side
        assert self.page(bare).is_bare
        assert not self.page(pictured).is_bare

    def test_latest_with_nothing_above_it_is_the_newest(self):
        assert self.page(latest=self.editions(False)).has_newest

    def test_one_article_of_one_country_is_enough_for_their_row(self):
        [edition] = self.editions(False)
        assert self.page(countries=[(Section(), None), (Section(), edition)]).tells_of_countries
        assert not self.page(countries=[(Section(), None)]).tells_of_countries


class SectionTopTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.now = timezone.now()
        cls.section = make_section(slug="business")
        cls.editions = [make_edition(section=cls.section, live_from=cls.now - HOUR * n) for n in range(1, 46)]

    def place(self, slot, edition, **times):
        times = {"starts_at": self.now - HOUR, **times}
        return Placement.objects.create(section=self.section, slot=slot, article=edition.article, **times)

    def pages(self, query=""):
        answers = [self.client.get(f"/business/?page={number}{query}") for number in (1, 2, 3)]
        return [list(answer.context["page"].items) for answer in answers]

    def test_placed_ones_lead_and_over_all_pages_nothing_is_lost_or_doubled(self):
        self.place(1, self.editions[30])
        self.place(3, self.editions[25])
        self.place(5, self.editions[0])
        first, second, third = self.pages()
        placed = [self.editions[number] for number in (30, 25, 0)]
        rest = [edition for edition in self.editions if edition not in placed]
        assert first[:5] == [self.editions[30], rest[0], self.editions[25], rest[1], self.editions[0]]
        assert first[5:] + second + third == rest[2:]
        assert [len(first), len(second), len(third)] == [20, 20, 5]

    def test_article_of_another_section_can_be_placed(self):
        other = make_edition(live_from=self.now - HOUR)
        self.place(2, other)
        first, second, third = self.pages()
        assert first[1] == other
        assert len({edition.pk for edition in first + second + third}) == 46

    def test_without_placements_the_newest_leads(self):
        page = self.client.get("/business/").context["page"]
        assert page.lead == self.editions[0]
        assert page.seconds == self.editions[1:5]
        assert page.rows == self.editions[5:20]
        assert self.client.get("/business/?page=2").context["page"].rows == self.editions[20:40]

    def test_what_is_not_live_and_what_ended_leave_the_place(self):
        self.place(1, make_edition(section=self.section, live_from=self.now + HOUR))
        self.place(2, self.editions[9], ends_at=self.now - HOUR / 2)
        assert self.pages()[0][:2] == self.editions[:2]

    def test_placed_ones_take_no_query_each(self):
        self.client.get("/robots.txt")
        for slot in range(1, 6):
            self.place(slot, self.editions[slot + 20], image=make_image())
        for path in ("/business/", "/business/?page=2"):
            with self.assertNumQueries(6):
                self.client.get(path)

    def test_staff_see_the_top_of_another_time(self):
        self.place(1, self.editions[30], starts_at=self.now + HOUR)
        self.client.force_login(make_chief())
        at = (self.now + 2 * HOUR).strftime("%Y-%m-%dT%H:%MZ")
        assert self.client.get("/business/", {"at": at}).context["page"].lead == self.editions[30]
        assert self.client.get("/business/").context["page"].lead == self.editions[0]


class NextChangeTests(TestCase):
    def test_nearest_start_or_end_is_the_next_change(self):
        now = timezone.now()
        make_edition(live_from=now - HOUR)
        assert curation.next_timed_change(now) is None
        first = make_edition(live_from=now - HOUR, live_until=now + 5 * HOUR)
        assert curation.next_timed_change(now) == now + 5 * HOUR
        Placement.objects.create(slot=1, article=first.article, starts_at=now + 3 * HOUR, ends_at=now + 4 * HOUR)
        assert curation.next_timed_change(now) == now + 3 * HOUR
        make_edition(live_from=now + 2 * HOUR)
        assert curation.next_timed_change(now) == now + 2 * HOUR
        Alert.objects.create(text="Snow", starts_at=now - HOUR, ends_at=now + HOUR)
        assert curation.next_timed_change(now) == now + HOUR
