"""What a save of a board says of itself: one line for a move, however many made way; and its number of places."""

import random
from dataclasses import replace

from django.contrib.admin.models import LogEntry
from django.urls import reverse

from articles.desk import boards, roles
from articles.desk.boards import Placing
from articles.models import BoardRevision, Placement
from articles.tests.test_admin_board import BOARD, BoardScreenTestCase
from articles.tests.test_boards import HOUR, BoardError, BoardTestCase, pytest
from newsroom.tests.forms import loaded


class LinesTestCase(BoardTestCase):
    def rows(self, section=None):
        return [Placing.of(placement) for placement in boards.load(section, self.now)]

    def save(self, rows, slots=None, section=None):
        last = boards.last_save(section)
        return boards.save(section, rows, by=self.chief, loaded=last.pk if last else 0, slots=slots)

    def arrange(self, *numbers):
        """A new board with these headlines in its slots, 0 for a slot that fills itself."""
        Placement.objects.all().delete()
        BoardRevision.objects.all().delete()
        self.save([Placing(slot, self.articles[number - 1]) for slot, number in enumerate(numbers, start=1) if number])

    def moved(self, start, end):
        """The note of a save after the article in slot ``start`` was carried to ``end``."""
        rows = sorted(self.rows(), key=lambda row: row.slot)
        places = {row.slot: number for number, row in enumerate(rows)}
        rows, _dropped = boards.put_row(rows, places, places[start], end, 9)
        return self.save(rows).note


class LinesTests(LinesTestCase):
    def test_move_over_any_distance_is_one_line_that_names_who_was_moved(self):
        names = [boards.slot_name(slot) for slot in range(1, 10)]
        for start in range(1, 10):
            for end in range(1, 10):
                distance = abs(start - end)
                if distance < 2:
                    continue  # of two neighbours either is moved
                with self.subTest(start=start, end=end):
                    self.arrange(*range(1, 10))
                    made_way = f"({distance} others moved one place)"
                    expected = f"moved “H{start}” from {names[start - 1]} to {names[end - 1]} {made_way}"
                    with self.later(1):
                        assert self.moved(start, end) == expected

    def test_neighbours_change_places_in_one_line(self):
        self.arrange(1, 2, 3)
        with self.later(1):
            note = self.moved(2, 1)
        assert note in {
            "moved “H2” from Slot 2 to Lead (1 other moved one place)",
            "moved “H1” from Lead to Slot 2 (1 other moved one place)",
        }

    def test_placed_replaced_taken_off_and_moved_to_a_free_place(self):
        self.arrange(1, 2, 3)
        rows = self.rows()
        with self.later(1):
            assert self.save([*rows, Placing(5, self.articles[8])]).note == "placed “H9”: Slot 5"
        with self.later(2):
            kept = [row for row in self.rows() if row.slot != 2]
            expected = "placed “H12”: Slot 2, instead of “H2”"
            assert self.save([*kept, Placing(2, self.articles[11])]).note == expected
        with self.later(3):
            assert self.save([row for row in self.rows() if row.slot != 3]).note == "took off “H3”: Slot 3"
        with self.later(4):
            assert self.moved(5, 8) == "moved “H9” from Slot 5 to Slot 8"

    def test_one_that_falls_off_the_end_is_named(self):
        self.arrange(*range(1, 10))
        with self.later(1):
            rows = sorted(self.rows(), key=lambda row: row.slot)
            places = {row.slot: number for number, row in enumerate(rows)}
            rows, dropped = boards.put_row(rows, places, Placing(0, self.articles[19]), 1, 9)
            note = self.save(boards.remove_row(rows, dropped, self.now, self.now)).note
        assert note == "placed “H20”: Lead; took off “H9”: Slot 9 (8 others moved one place)"

    def test_for_a_time_to_come_it_is_one_line_too(self):
        self.arrange(*range(1, 7))
        at = self.now + 9 * HOUR
        with self.later(1):
            now, before = self.now + HOUR, sorted(self.rows(), key=lambda row: row.slot)
            places = {row.slot: number for number, row in enumerate(before)}
            rows, _dropped = boards.put_row(before, places, places[5], 1, 9)
            note = self.save(boards.arrangement_from(before, rows, at, now)).note
        assert note.startswith("from ")
        assert note.endswith(": moved “H5” from Slot 5 to Lead (4 others moved one place)")
        assert ";" not in note

    def test_every_change_is_said_and_nothing_said_did_not_happen(self):
        chance = random.Random(7)
        for _ in range(40):
            before, after = (chance.sample(range(1, 13), chance.randint(2, 9)) for _side in range(2))
            self.arrange(*before)
            with self.later(1):
                old = self.rows()
                wanted = [Placing(slot, self.articles[number - 1]) for slot, number in enumerate(after, start=1)]
                kept = [row for row in old if any(row.is_like(other) for other in wanted)]
                new = [row for row in wanted if not any(row.is_like(other) for other in old)]
                saved = self.save([*kept, *new])
            note = LogEntry.objects.first().get_change_message() if saved else ""  # the save's own may be cut
            with self.subTest(before=before, after=after):
                for number in range(1, 13):
                    title = f"“H{number}”"
                    if number in after and number not in before:
                        assert f"placed {title}" in note
                    elif number in before and number not in after:
                        assert f"took off {title}" in note or f"instead of {title}" in note
                    elif number not in before or before.index(number) == after.index(number):
                        assert f"moved {title}" not in note

    def test_what_was_placed_is_said_first_and_a_long_note_ends_at_a_whole_entry(self):
        self.arrange(*range(1, 9))
        rows = sorted(self.rows(), key=lambda row: row.slot)
        with self.later(1):
            until = self.now + 9 * HOUR
            kept = [replace(row, ends_at=until) for row in rows[2:]]
            note = self.save([Placing(1, self.articles[18]), Placing(2, self.articles[19]), *kept]).note
        assert note.startswith("placed “H19”: Lead, instead of “H1”; placed “H20”: Slot 2, instead of “H2”; ")
        assert len(note) <= 300
        shown, more = note.rsplit(" and ", 1)
        lines = shown.split("; ")
        assert more == f"{8 - len(lines)} more"
        assert all(line.endswith(")") for line in lines[2:])  # the zone's name, whole
        told = LogEntry.objects.first().get_change_message()
        assert told.startswith(f"Front page: {shown}; ")
        assert told.count("; ") == 7

    def test_moved_stands_before_ended(self):
        self.arrange(1, 2, 3, 4)
        rows = sorted(self.rows(), key=lambda row: row.slot)
        with self.later(1):
            note = self.save([rows[0], rows[1], replace(rows[3], slot=7), Placing(8, self.articles[10])]).note
        assert note == "placed “H11”: Slot 8; moved “H4” from Slot 4 to Slot 7; took off “H3”: Slot 3"


class SlotsTests(LinesTestCase):
    def test_number_of_places_is_kept_by_each_save_and_rolled_back(self):
        first = self.save([Placing(1, self.articles[9])])
        assert first.slots == 9
        with self.later(1):
            assert self.save(self.rows(), slots=4).note == "4 places instead of 9"
        with self.later(2):
            assert self.save([*self.rows(), Placing(4, self.articles[8])]).slots == 4
            assert boards.record(None, by=self.chief, note="x").slots == 4
        with self.later(3):
            last = boards.last_save(None)
            saved, _left = boards.roll_back(first, by=self.chief, loaded=last.pk)
            assert saved.slots == 9

    def test_every_number_within_the_bounds_is_taken_and_no_other(self):
        for section, most in ((None, 9), (self.section, 5)):
            for slots in range(1, most + 1):
                rows = [Placing(slot, self.articles[slot]) for slot in range(1, slots + 1)]
                assert self.save(rows, slots=slots, section=section).slots == slots
                Placement.objects.all().delete()
            for slots in (most + 1, 99):
                with pytest.raises(BoardError, match=f"between 1 and {most}"):
                    self.save([], slots=slots, section=section)

    def test_nothing_stands_beyond_the_last_place(self):
        self.arrange(1, 2, 3, 4, 5)
        with pytest.raises(BoardError, match="“H5” stands in place 5 of a board of 4"):
            self.save(self.rows(), slots=4)
        later = Placing(6, self.articles[10], starts_at=self.now + HOUR)
        with pytest.raises(BoardError, match="place 6"):
            self.save([*self.rows(), later], slots=5)


class SlotsScreenTests(BoardScreenTestCase):
    def setUp(self):
        super().setUp()
        rows = [Placing(slot, self.articles[slot]) for slot in range(1, 10)]
        boards.save(None, rows, by=self.chief, loaded=0)

    def test_fewer_places_name_what_leaves_before_anything_is_saved(self):
        data = self.form_of(self.client.get(BOARD)) | {"slots": "7"}
        drawn = self.client.post(BOARD, data | {"_save": "1"})
        assert drawn.status_code == 422
        self.assertContains(
            drawn, "With as few places this leaves the board: “H9” (Slot 8), “H10” (Slot 9).", status_code=422
        )
        self.assertContains(drawn, "7 places instead of 9", status_code=422)
        assert Placement.objects.filter(slot__gt=7).count() == 2
        assert len(drawn.context["places"]) == 7
        saved = self.client.post(BOARD, self.form_of(drawn) | {"slots": "7", "_save": "1"}, follow=True)
        self.assertContains(saved, "7 places instead of 9; took off “H9”: Slot 8; took off “H10”: Slot 9")
        assert len(saved.context["places"]) == 7
        again = self.client.post(BOARD, self.form_of(saved) | {"slots": "9", "_save": "1"}, follow=True)
        assert len(again.context["places"]) == 9

    def test_nonsense_is_the_number_it_has_or_the_nearest(self):
        for typed, slots in (("", 9), ("x", 9), ("0", 9), ("99", 9), ("-3", 9), ("9" * 40, 9)):
            data = self.form_of(self.client.get(BOARD)) | {"slots": typed, "_edit": "1"}
            assert len(self.client.post(BOARD, data).context["places"]) == slots, typed

    def test_places_stand_in_columns_in_the_order_of_the_page(self):
        for slots, rows in ((9, 3), (8, 3), (6, 2), (5, 2), (3, 1), (1, 1)):
            data = self.form_of(self.client.get(BOARD)) | {"slots": str(slots), "_edit": "1"}
            page = self.client.post(BOARD, data)
            self.assertContains(page, f'class="board rows-{rows}"', status_code=page.status_code)
            assert [place.slot for place in page.context["places"]] == list(range(1, slots + 1))

    def test_stock_form_places_nothing_where_there_is_no_place(self):
        boards.save(None, [], by=self.chief, loaded=boards.last_save(None).pk, slots=3)
        address = reverse("admin:articles_placement_add")
        sent = {"section": "", "slot": "4", "article": self.articles[0], "starts_at": "2999-01-01T00:00", "ends_at": ""}
        sent |= {"headline": "", "kicker": "", "image": "", "crop": ""} | loaded(self.client, address)
        self.assertContains(self.client.post(address, sent), "This board has 3 places.")
        assert roles.may_curate(self.chief)
