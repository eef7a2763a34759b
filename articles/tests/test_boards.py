"""Boards: what saving does to placements, what it refuses, and that readers' past is never changed."""

import random
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.utils import timezone

from articles.desk import boards, roles
from articles.desk.boards import BoardError, BoardMovedError, Placing
from articles.models import BoardRevision, Placement
from articles.public import curation
from articles.tests.factories import make_article, make_chief, make_edition, make_image, make_section, make_user
from ground.times import FOR_EVER

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


class BoardTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()
        cls.section = make_section()
        cls.now = timezone.now().replace(second=0, microsecond=0)
        cls.editions = [
            make_edition(section=cls.section, headline=f"H{n}", live_from=cls.now - HOUR * n) for n in range(1, 21)
        ]
        cls.articles = [edition.article_id for edition in cls.editions]

    def setUp(self):
        self.enterContext(time_machine.travel(self.now, tick=False))

    def later(self, hours):
        return time_machine.travel(self.now + HOUR * hours, tick=False)

    def rows(self, section=None):
        return [Placing.of(placement) for placement in boards.load(section, timezone.now())]

    def save(self, rows, section=None, by=None, loaded=None):
        last = boards.last_save(section)
        loaded = (last.pk if last else 0) if loaded is None else loaded
        return boards.save(section, rows, by=by or self.chief, loaded=loaded)

    def lead(self, at=None):
        return curation.front_page_at(at or timezone.now()).lead.article_id

    def slots(self, at=None):
        return [edition.article_id for edition in curation.front_page_at(at or timezone.now()).slots]


class SavingTests(BoardTestCase):
    def test_save_places_and_leaves_a_revision_and_a_line_in_the_log(self):
        revision = self.save([Placing(1, self.articles[9])])
        assert self.lead() == self.articles[9]
        assert revision.note == "placed “H10”: Lead"
        entry = LogEntry.objects.get()
        assert (entry.user, entry.change_message) == (self.chief, "Front page: placed “H10”: Lead")
        assert [row["article_id"] for row in revision.placements] == [self.articles[9]]

    def test_nothing_new_is_no_save(self):
        self.save([Placing(1, self.articles[9])])
        with self.later(1):
            assert self.save(self.rows()) is None
        assert BoardRevision.objects.count() == 1

    def test_what_readers_saw_stays_when_the_board_changes(self):
        self.save([Placing(1, self.articles[9])])
        with self.later(2):
            self.save([replace(self.rows()[0], article_id=self.articles[8])])
            assert self.lead() == self.articles[8]
            assert self.lead(self.now + HOUR) == self.articles[9]
        with self.later(3):
            self.save([])
            assert self.lead() == self.articles[0]
            assert self.lead(self.now + 2 * HOUR) == self.articles[8]

    def test_what_nobody_saw_yet_is_taken_away_without_a_trace(self):
        self.save([Placing(1, self.articles[9], starts_at=self.now + HOUR)])
        self.save([])
        assert not Placement.objects.exists()

    def test_words_changed_for_a_place_leave_it_where_it_is_behind_another(self):
        self.save([Placing(1, self.articles[9])])
        with self.later(1):
            self.save([*self.rows(), Placing(1, self.articles[8], ends_at=self.now + 3 * HOUR)])
        with self.later(2):
            rows = [replace(row, headline="New") if row.article_id == self.articles[9] else row for row in self.rows()]
            self.save(rows)
            assert self.lead() == self.articles[8]
            page = curation.front_page_at(self.now + 3 * HOUR)
            assert (page.lead.article_id, page.lead.headline_here) == (self.articles[9], "New")
            assert curation.front_page_at(self.now).lead.headline_here == "H10"

    def test_end_alone_is_changed_in_place(self):
        self.save([Placing(1, self.articles[9])])
        kept = Placement.objects.get()
        with self.later(1):
            self.save([replace(self.rows()[0], ends_at=self.now + 5 * HOUR)])
        assert Placement.objects.get() == kept

    def test_two_swap_places(self):
        self.save([Placing(1, self.articles[9]), Placing(2, self.articles[8])])
        with self.later(1):
            first, second = self.rows()
            self.save([replace(first, slot=2), replace(second, slot=1)])
            assert self.slots()[:2] == [self.articles[8], self.articles[9]]

    def test_changes_for_a_time_to_come_hold_from_then_on(self):
        self.save([Placing(1, self.articles[9])])
        with self.later(1):
            before, at = self.rows(), self.now + 10 * HOUR
            rows = boards.arrangement_from(before, [replace(before[0], slot=3)], at, timezone.now())
            self.save(rows)
            assert self.lead() == self.articles[9]
            assert self.lead(at - TICK) == self.articles[9]
            assert self.slots(at)[2] == self.articles[9]
            assert self.lead(at) == self.articles[0]

    def test_removed_for_a_time_to_come_it_ends_then(self):
        self.save([Placing(1, self.articles[9])])
        with self.later(1):
            at = self.now + 10 * HOUR
            self.save(boards.remove_row(self.rows(), 0, at, timezone.now()))
            assert self.lead(at - TICK) == self.articles[9]
            assert self.lead(at) == self.articles[0]


class RefusalTests(BoardTestCase):
    def refused(self, rows, words, **kwargs):
        with pytest.raises(BoardError, match=words):
            self.save(rows, **kwargs)
        assert not BoardRevision.objects.exists()

    def test_article_twice_at_a_time(self):
        self.refused([Placing(1, self.articles[9]), Placing(3, self.articles[9])], "“H10” would stand twice")

    def test_article_again_after_its_end_is_fine(self):
        then = self.now + HOUR
        self.save([Placing(1, self.articles[9], ends_at=then), Placing(3, self.articles[9], starts_at=then)])
        assert Placement.objects.count() == 2

    def test_two_that_begin_in_one_place_at_one_time(self):
        self.refused([Placing(1, self.articles[9]), Placing(1, self.articles[8])], "would begin in one place")

    def test_what_is_neither_live_nor_scheduled(self):
        draft = make_article(headline="Draft", section=self.section)
        self.refused([Placing(1, draft.pk)], "“Draft” is neither live nor scheduled")
        self.refused([Placing(1, 10**12)], "neither live nor scheduled")

    def test_scheduled_article_waits_in_its_place(self):
        coming = make_edition(section=self.section, live_from=self.now + HOUR)
        self.save([Placing(1, coming.article_id)])
        assert self.lead() == self.articles[0]
        assert self.lead(self.now + HOUR) == coming.article_id

    def test_wrong_times_slots_pictures_and_words(self):
        article = self.articles[9]
        self.refused([Placing(1, article, ends_at=self.now)], "must end after it starts")
        self.refused([Placing(10, article)], "in place 10 of a board of 9")
        self.refused([Placing(6, article)], "in place 6 of a board of 5", section=self.section)
        self.refused([Placing(1, article, image_id=10**12)], "no longer in the library")
        self.refused([Placing(1, article, headline="x" * 201)], "200 characters")
        self.refused([Placing(1, article, crop="round")], "not a valid choice")

    def test_more_than_a_board_holds(self):
        rows = [Placing(1, self.articles[0], self.now + HOUR * n, self.now + HOUR * (n + 1)) for n in range(61)]
        self.refused(rows, "60 placements at most")

    def test_others_save_since_is_not_overwritten(self):
        first = self.save([Placing(1, self.articles[9])])
        self.save([*self.rows(), Placing(2, self.articles[8])])
        with pytest.raises(BoardMovedError) as moved:
            self.save([Placing(1, self.articles[7])], loaded=first.pk)
        assert "Slot 2" in moved.value.last.note
        assert self.lead() == self.articles[9]

    def test_board_belongs_to_chiefs_and_a_section_to_its_editors(self):
        editor, reporter = make_user(roles.SECTION_EDITOR), make_user(roles.REPORTER)
        editor.edited_sections.add(self.section)
        child = make_section(parent=self.section)
        rows = [Placing(1, self.articles[9])]
        self.refused(rows, "You may not place articles here", by=editor)
        self.refused(rows, "You may not place articles here", by=editor, section=make_section())
        self.refused(rows, "You may not place articles here", by=reporter, section=self.section)
        for section in (self.section, child):
            assert self.save(rows, by=editor, section=section)
        assert self.save(rows)


class RollBackTests(BoardTestCase):
    def test_board_is_again_what_it_was(self):
        image = make_image()
        rows = [Placing(1, self.articles[9], headline="Here", image_id=image.pk), Placing(4, self.articles[8])]
        first = self.save(rows)
        with self.later(1):
            self.save([*self.rows(), Placing(1, self.articles[5])])
        with self.later(2):
            second = boards.last_save(None)
            self.save([Placing(2, self.articles[7])])
        with self.later(3):
            kept, left_out = boards.roll_back(second, by=self.chief, loaded=boards.last_save(None).pk)
            assert left_out == []
            assert kept.note.startswith("Rolled back to ")
            assert self.slots()[0] == self.articles[5]
            assert self.slots()[3] == self.articles[8]
        with self.later(4):
            boards.roll_back(first, by=self.chief, loaded=boards.last_save(None).pk)
            page = curation.front_page_at(timezone.now())
            assert (page.lead.headline_here, page.lead.image_here) == ("Here", image)
            assert self.slots(self.now + 2 * HOUR)[1] == self.articles[7]

    def test_what_readers_do_not_see_any_more_is_left_out_and_named(self):
        first = self.save([Placing(1, self.articles[9]), Placing(2, self.articles[8])])
        with self.later(1):
            self.save([])
            self.editions[9].live_until = timezone.now()
            self.editions[9].save()
            _kept, left_out = boards.roll_back(first, by=self.chief, loaded=boards.last_save(None).pk)
            assert left_out == ["H10"]
            assert [placement.slot for placement in boards.load(None, timezone.now())] == [2]


class PuttingTests(TestCase):
    """Where things go that stand in the way."""

    def arranged(self, slots, moving, slot, last=9):
        rows = [Placing(at, article) for article, at in enumerate(slots, start=1)]
        places = {row.slot: number for number, row in enumerate(rows)}
        moved, dropped = boards.put_row(rows, places, moving, slot, last)
        assert [row.article_id for row in moved[: len(rows)]] == [row.article_id for row in rows]
        return [row.slot for row in moved], dropped

    def test_to_a_free_slot(self):
        assert self.arranged([1, 2], 0, 5) == ([5, 2], None)

    def test_up_and_down_push_towards_where_it_came_from(self):
        assert self.arranged([1, 2, 3], 2, 1) == ([2, 3, 1], None)
        assert self.arranged([1, 2, 3], 0, 3) == ([3, 1, 2], None)
        assert self.arranged([1, 2, 4], 2, 1) == ([2, 3, 1], None)

    def test_new_one_pushes_down_and_the_last_falls_off(self):
        assert self.arranged([1, 2], Placing(0, 9), 1) == ([2, 3, 1], None)
        assert self.arranged([1, 2, 3, 4, 5], Placing(0, 9), 1, last=5) == ([2, 3, 4, 5, 5, 1], 4)


class AnyArrangementTests(BoardTestCase):
    """Random boards at random times: each article once, every slot filled, the placed ones in their slots."""

    def test_front_page_and_section_keep_their_promises(self):
        chance = random.Random(4)
        for _ in range(40):
            Placement.objects.all().delete()
            rows = self.random_rows(chance)
            for section in (None, self.section):
                Placement.objects.bulk_create(self.placements(rows, section))
                for hours in (-5, 0, 7):
                    self.check(section, self.now + HOUR * hours)

    def test_random_saves_never_change_the_past(self):
        chance = random.Random(5)
        seen = {}
        for step in range(25):
            with self.later(step):
                rows = [row for row in self.rows() if chance.random() < 0.7]
                rows = [replace(row, slot=chance.randint(1, 9)) if chance.random() < 0.4 else row for row in rows]
                rows.append(Placing(chance.randint(1, 9), chance.choice(self.articles)))
                try:
                    self.save(rows)
                except BoardError:
                    continue
                seen[timezone.now()] = self.slots()
                for then, slots in seen.items():
                    assert self.slots(then) == slots
        assert len(seen) > 5

    def random_rows(self, chance):
        rows = set()
        for _ in range(chance.randint(0, 14)):
            rows.add((chance.randint(1, 9), chance.choice(self.articles), chance.randint(-10, 10)))
        return sorted({(slot, start): (slot, article, start) for slot, article, start in rows}.values())

    def placements(self, rows, section):
        return [
            Placement(
                section=section,
                slot=slot,
                article_id=article,
                starts_at=self.now + HOUR * start,
                ends_at=FOR_EVER if article % 2 else self.now + HOUR * (start + 6),
            )
            for slot, article, start in rows
        ]

    def check(self, section, at):
        live = [edition.article_id for edition in self.editions if edition.live_from <= at]
        slots = curation.section_slots(section, at) if section else curation.front_page_at(at).slots
        shown = [edition.article_id for edition in slots if edition]
        assert len(shown) == len(set(shown))
        assert len(shown) == min(len(slots), len(live))
        taken = set()
        tops = {}
        for placement in boards.rows_standing(Placement.objects.on(section), at):
            if placement.slot <= len(slots) and placement.slot not in tops and placement.article_id not in taken:
                tops[placement.slot] = placement.article_id
                taken.add(placement.article_id)
        for slot, article in tops.items():
            if article in live:
                assert slots[slot - 1].article_id == article
        if section is None:
            page = curation.front_page_at(at)
            large = [page.lead, *page.with_lead, *page.seconds]
            shelved = [edition for shelf in page.shelves for edition in shelf.editions]
            for shown in ([*large, *page.latest], [*large, *shelved]):  # a line of Latest may stand on its shelf, too
                numbers = [edition.article_id for edition in shown if edition]
                assert len(numbers) == len(set(numbers))


class RaceTests(TransactionTestCase):
    def test_of_two_saves_at_once_one_wins_and_the_other_is_told(self):
        chief = make_chief()
        articles = [make_edition().article_id for _ in range(4)]
        for round_ in range(5):
            last = boards.last_save(None)
            loaded, answers, start = (last.pk if last else 0), [], Barrier(2)

            def save(article, loaded=loaded, answers=answers, start=start):
                start.wait()
                try:
                    answers.append(boards.save(None, [Placing(1, article)], by=chief, loaded=loaded))
                except BoardMovedError as moved:
                    answers.append(moved)
                finally:
                    connection.close()

            threads = [Thread(target=save, args=[articles[(2 * round_ + n) % 4]]) for n in (0, 1)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(type(answer).__name__ for answer in answers) == ["BoardMovedError", "BoardRevision"]
            winner = next(answer for answer in answers if isinstance(answer, BoardRevision))
            [standing] = boards.load(None, timezone.now())
            assert winner.placements[0]["article_id"] == standing.article_id
