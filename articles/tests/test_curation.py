from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from articles import curation
from articles.models import Placement
from articles.tests.factories import make_edition, make_section

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
        page = curation.front_page(at or self.now)
        shelved = [edition for shelf in page.shelves for edition in shelf.editions]
        return [page.lead, *page.seconds, *page.latest, *shelved]

    def test_newest_fill_the_page_in_order(self):
        assert self.everything()[:13] == self.editions[:13]

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
        assert curation.front_page(self.now).latest[1] == self.editions[0]  # slot 7: the second row

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
        self.place(2, hidden)
        assert self.everything()[1] == hidden

    def test_empty_paper_has_an_empty_page(self):
        page = curation.front_page(self.now - timedelta(days=900))
        assert (page.lead, page.seconds, page.latest, page.shelves) == (None, [], [], [])


class NextChangeTests(TestCase):
    def test_nearest_start_or_end_is_the_next_change(self):
        now = timezone.now()
        make_edition(live_from=now - HOUR)
        assert curation.next_change(now) is None
        first = make_edition(live_from=now - HOUR, live_until=now + 5 * HOUR)
        assert curation.next_change(now) == now + 5 * HOUR
        Placement.objects.create(slot=1, article=first.article, starts_at=now + 3 * HOUR, ends_at=now + 4 * HOUR)
        assert curation.next_change(now) == now + 3 * HOUR
        make_edition(live_from=now + 2 * HOUR)
        assert curation.next_change(now) == now + 2 * HOUR
