"""The board's screen, and placements, alerts and saves of boards in the stock admin."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.admin.times import FORMAT
from articles.desk import boards, roles
from articles.desk.boards import Placing
from articles.models import Alert, BoardRevision, Placement, SiteSettings
from articles.tests.factories import make_edition, make_image, make_section, make_user
from articles.tests.test_admin_library import local
from newsroom.tests.forms import loaded

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BOARD = reverse("admin:articles_placement_board")


class BoardScreenTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post", time_zone="Asia/Bishkek")
        cls.chief = make_user(roles.CHIEF_EDITOR)
        cls.editor = make_user(roles.SECTION_EDITOR)
        cls.section, cls.other = make_section(name="Business"), make_section(name="Culture")
        cls.editor.edited_sections.add(cls.section)
        cls.now = timezone.now()
        cls.editions = [
            make_edition(section=cls.section, headline=f"H{n}", live_from=cls.now - HOUR * n) for n in range(1, 15)
        ]
        cls.articles = [edition.article_id for edition in cls.editions]

    def setUp(self):
        roles.make_groups()
        self.client.force_login(self.chief)

    def form_of(self, response):
        """What a browser would send of the board's form, as it was drawn."""
        context = response.context
        state = context["state"]
        data = {
            "section": state.section.pk if state.section else "",
            "loaded": state.loaded,
            "drawn_at": state.at_typed,
            "at": state.at_typed,
            "rows": len(state.rows),
        }
        for place in context["places"]:
            for row in [place.row, *place.others]:
                if row:
                    data |= {field.html_name: self.shown(field) for field in row.form}
        return data

    def shown(self, field):
        value = field.value() if field.form.is_bound else field.form.initial.get(field.name)
        if hasattr(value, "strftime"):
            return timezone.localtime(value, SiteSettings.current().zone).strftime(FORMAT)
        return "" if value is None else value

    def open(self, **asked):
        return self.client.get(BOARD, asked)

    def send(self, response, **more):
        return self.client.post(BOARD, self.form_of(response) | more)

    def headlines(self, response):
        return [place.edition.headline_here for place in response.context["places"]]


class DrawingTests(BoardScreenTestCase):
    def test_it_shows_the_page_with_what_fills_it_in_grey(self):
        Placement.objects.create(slot=2, article_id=self.articles[9], headline="Here only", starts_at=self.now)
        response = self.open()
        assert self.headlines(response)[:3] == ["H1", "Here only", "H2"]
        by_itself = [place.slot for place in response.context["places"] if not place.row]
        assert by_itself == [1, 3, 4, 5, 6, 7, 8, 9]
        self.assertContains(response, "by itself", count=8)
        self.assertContains(response, "Asia/Bishkek")

    def test_stack_of_a_place_says_what_comes_then(self):
        Placement.objects.create(slot=1, article_id=self.articles[9], starts_at=self.now)
        later = Placement.objects.create(slot=1, article_id=self.articles[8], starts_at=self.now + 2 * HOUR)
        response = self.open()
        [other] = response.context["places"][0].others
        assert other.placing.pk == later.pk
        assert other.note.startswith("Then, from ")
        local = timezone.localtime(self.now + 3 * HOUR, SiteSettings.current().zone)
        response = self.open(at=local.strftime(FORMAT))
        assert self.headlines(response)[0] == "H9"
        assert response.context["places"][0].others[0].note == "Behind what started later"

    def test_placed_article_that_is_not_live_yet_says_since_when_it_shows(self):
        coming = make_edition(headline="Coming", section=self.section, live_from=self.now + 5 * HOUR)
        Placement.objects.create(slot=1, article_id=coming.article_id, starts_at=self.now)
        response = self.open()
        self.assertContains(response, "Not live then: it will show from")
        assert response.context["places"][0].row is None
        assert "Coming" in [candidate.headline for candidate in response.context["candidates"]]

    def test_candidate_that_will_have_ended_says_so(self):
        make_edition(headline="Ending", section=self.section, live_until=self.now + 2 * HOUR)
        follows = make_edition(headline="Going on", section=self.section, live_until=self.now + 2 * HOUR)
        make_edition(article=follows.article, headline="Going on", live_from=self.now + 2 * HOUR, took_over=True)
        said = {}
        for asked in ({}, {"at": local(self.now + 24 * HOUR)}):
            for candidate in self.open(**asked).context["candidates"]:
                said.setdefault(candidate.headline, []).append("will have ended by then" in candidate.about)
        assert said["Ending"] == [False, True]
        assert said["Going on"] == [False, False]

    def queries(self, **asked):
        with CaptureQueriesContext(connection) as caught:
            assert self.open(**asked).status_code == 200
        return len(caught)

    def test_as_many_queries_for_many_as_for_few(self):
        image = make_image()
        self.open()  # the frame is ready
        for asked in ({}, {"section": self.section.pk}):
            Placement.objects.all().delete()
            board = {"section_id": asked.get("section"), "starts_at": self.now}
            Placement.objects.create(slot=1, article_id=self.articles[13], image=image, **board)
            boards.record(None, by=self.chief, note="x")
            few = self.queries(**asked)
            later = {"starts_at": self.now + HOUR, "section_id": asked.get("section")}
            for slot, article in enumerate(self.articles[:4], start=2):
                Placement.objects.create(slot=slot, article_id=article, image=make_image(), **board)
                Placement.objects.create(slot=slot, article_id=article, image=image, **later)
            boards.record(None, by=self.chief, note="x")
            assert self.queries(**asked) == few <= 20

    def test_section_has_five_places_and_its_own_articles_beside_it(self):
        make_edition(headline="Elsewhere", section=self.other)
        response = self.open(section=self.section.pk)
        assert self.headlines(response) == ["H1", "H2", "H3", "H4", "H5"]
        assert "Elsewhere" not in [candidate.headline for candidate in response.context["candidates"]]
        response = self.open(section=self.section.pk, q="elsewh")
        assert [candidate.headline for candidate in response.context["candidates"]] == ["Elsewhere"]

    def test_strange_addresses_are_answered(self):
        assert self.open(section="x").status_code == 404
        assert self.open(section=9**20).status_code == 404
        assert self.open(at="never").status_code == 422
        assert self.open(at="0001-01-01T00:00").status_code == 422
        self.assertContains(self.open(at="2020-01-01T00:00"), "is past", status_code=422)


class ArrangingTests(BoardScreenTestCase):
    def setUp(self):
        super().setUp()
        for slot in (1, 2):
            Placement.objects.create(
                slot=slot, article_id=self.articles[8 + slot], starts_at=self.now - HOUR, headline=f"P{slot}"
            )

    def test_steps_arrange_without_saving(self):
        response = self.send(self.open(), _do="down:0")
        assert self.headlines(response)[:2] == ["P2", "P1"]
        self.assertContains(response, "“P1” moved: Slot 2.")
        self.assertContains(response, "Not saved yet")
        response = self.send(response, _do=f"place:{self.articles[13]}", **{f"to-{self.articles[13]}": "1"})
        assert self.headlines(response)[:3] == ["H14", "P2", "P1"]
        response = self.send(response, _do="remove:1")
        assert self.headlines(response)[:3] == ["H14", "H1", "P1"] or self.headlines(response)[:3] == [
            "H14",
            "P2",
            "H1",
        ]
        assert not BoardRevision.objects.exists()
        response = self.send(response, _save="1")
        self.assertRedirects(response, BOARD)
        assert self.headlines(self.open())[0] == "H14"

    def test_arrangement_goes_through_other_times_and_saves(self):
        response = self.send(self.open(), _do="down:0", _when="morning")
        assert self.headlines(response)[:2] == ["P2", "P1"]
        response = self.send(self.open(), _when="morning")
        response = self.send(response, _do="down:0")
        at = response.context["state"].at
        response = self.send(response, _when="now")
        assert self.headlines(response)[:2] == ["P1", "P2"]
        self.send(response, _save="1")
        assert self.headlines(self.open())[:2] == ["P1", "P2"]
        response = self.open(at=timezone.localtime(at, SiteSettings.current().zone).strftime(FORMAT))
        assert self.headlines(response)[:2] == ["P2", "P1"]

    def test_fields_of_a_place_are_for_it_alone(self):
        image = make_image()
        response = self.send(
            self.open(),
            **{"row-0-headline": "Only here", "row-0-image": image.pk, "row-0-crop": "square", "_save": "1"},
        )
        assert response.status_code == 302
        page = self.client.get("/").context["page"]
        assert (page.lead.headline_here, page.lead.image_here, page.lead.crop_here) == ("Only here", image, "square")
        assert "Only here" not in self.client.get(page.lead.path).content.decode()

    def test_unsaved_arrangement_is_previewed_as_the_public_page_and_forgotten(self):
        response = self.send(self.open(), _do="remove:0")
        preview = self.send(response, _preview="1")
        self.assertTemplateUsed(preview, "articles/front_page.html")
        assert "no-store" in preview.headers["Cache-Control"]
        assert preview.context["page"].lead.headline == "H1"
        assert self.client.get("/").context["page"].lead.headline_here == "P1"
        for section in (self.section,):
            form = self.form_of(self.open(section=section.pk))
            preview = self.client.post(BOARD, form | {"_preview": "1"})
            self.assertTemplateUsed(preview, "articles/section_page.html")

    def test_save_over_anothers_is_refused_and_keeps_what_was_arranged(self):
        mine = self.send(self.open(), _do="remove:1")
        self.send(self.send(self.open(), _do="down:0"), _save="1")
        response = self.send(mine, _save="1")
        self.assertContains(response, "Somebody saved this board after you opened it", status_code=409)
        self.assertContains(response, str(self.chief), status_code=409)
        assert self.headlines(response)[:2] == ["P1", "H1"]
        theirs = BoardRevision.objects.get()
        response = self.send(response, _over=theirs.pk)
        assert response.status_code == 302
        assert self.headlines(self.open())[:2] == ["P1", "H1"]

    def test_what_is_not_right_is_marked_and_nothing_is_lost(self):
        response = self.send(self.open(), **{"row-0-ends_at": "soon", "row-1-headline": "Typed", "_save": "1"})
        self.assertContains(response, "Something is not right yet", status_code=422)
        self.assertContains(response, 'value="soon"', status_code=422)
        self.assertContains(response, "Typed", status_code=422)
        assert not BoardRevision.objects.exists()

    def test_hostile_forms_get_an_answer(self):
        form = self.form_of(self.open())
        for change in (
            {"rows": "99999999"},
            {"rows": "x"},
            {"row-0-slot": "77"},
            {"row-0-article": "\0"},
            {"row-0-image": "9" * 40},
            {"row-0-starts_at": "0000-99-99T00:00"},
            {"row-0-headline": "\0"},
            {"row-0-pk": str(10**14)},
            {"_do": "up"},
            {"_do": "up:999999"},
            {"_do": "to:0:99"},
            {"_do": "place:0:1"},
            {"_do": f"place:{10**14}:1"},
            {"_do": "place:1:1:1:1:\0"},
            {"_do": "\0"},
            {"drawn_at": "\0"},
            {"at": "\0", "_show": "1"},
            {"loaded": "9" * 50, "_save": "1"},
            {"q": "\0" * 5000},
        ):
            with self.subTest(change):
                assert self.client.post(BOARD, form | change).status_code in {200, 302, 409, 422}
        assert self.client.post(BOARD, {}).status_code == 200
        assert self.client.put(BOARD).status_code == 405

    def test_rolling_back(self):
        self.send(self.send(self.open(), _do="down:0"), _save="1")
        first = BoardRevision.objects.get()
        self.send(self.send(self.open(), _do="remove:0"), _save="1")
        address = reverse("admin:articles_placement_roll_back")
        response = self.client.post(address, {"revision": first.pk, "loaded": first.pk}, follow=True)
        self.assertContains(response, "Somebody saved this board after you opened it")
        last = boards.last_save(None)
        response = self.client.post(address, {"revision": first.pk, "loaded": last.pk}, follow=True)
        self.assertContains(response, "Rolled back to")
        assert self.headlines(response)[:2] == ["P2", "P1"]
        assert self.client.post(address, {"revision": "x"}).status_code == 404
        assert self.client.get(address).status_code == 405


class RightsTests(BoardScreenTestCase):
    def test_section_editor_arranges_the_own_section_and_looks_at_the_front_page(self):
        self.client.force_login(self.editor)
        front = self.open()
        self.assertContains(front, "You can look at this board")
        assert self.client.post(BOARD, {"rows": "0", "_save": "1"}).status_code == 403
        assert self.client.post(BOARD, {"rows": "0", "section": self.other.pk, "_save": "1"}).status_code == 403
        mine = self.open(section=self.section.pk)
        response = self.send(self.send(mine, _do=f"place:{self.articles[9]}:1"), _save="1")
        assert response.status_code == 302
        assert Placement.objects.get().section == self.section

    def test_reporter_sees_no_board(self):
        self.client.force_login(make_user(roles.REPORTER))
        assert self.open().status_code == 403

    def test_rolling_back_is_for_whoever_arranges(self):
        boards.save(None, [Placing(1, self.articles[0])], by=self.chief, loaded=0)
        revision = BoardRevision.objects.get()
        self.client.force_login(self.editor)
        response = self.client.post(reverse("admin:articles_placement_roll_back"), {"revision": revision.pk})
        assert response.status_code == 403

    def test_stock_form_keeps_to_the_same_rights(self):
        front = Placement.objects.create(slot=1, article_id=self.articles[0], starts_at=self.now)
        later = self.now + timedelta(days=3)
        mine = Placement.objects.create(slot=1, article_id=self.articles[0], section=self.section, starts_at=later)
        self.client.force_login(self.editor)
        add = reverse("admin:articles_placement_add")
        data = {"slot": 2, "article": self.articles[3], "starts_at": "2026-01-05T10:00", "ends_at": ""}
        self.assertContains(self.client.post(add, data), "Choose a section of your own")
        self.assertContains(self.client.post(add, data | {"section": self.other.pk}), "Choose a section of your own")
        self.assertContains(self.client.post(add, data | {"section": self.section.pk, "slot": 6}), "has 5 places")
        assert self.client.post(add, data | {"section": self.section.pk}).status_code == 302
        for placement, answer in ((front, 403), (mine, 302)):
            delete = reverse("admin:articles_placement_delete", args=[placement.pk])
            assert self.client.post(delete, {"post": "yes"}).status_code == answer
            change = reverse("admin:articles_placement_change", args=[front.pk])
            assert self.client.post(change, data | {"section": self.section.pk}).status_code == 403


class StockListTests(BoardScreenTestCase):
    def test_save_in_the_list_is_in_the_boards_history_and_refuses_an_open_board(self):
        board = self.open()
        data = {"slot": 1, "article": self.articles[3], "starts_at": "2030-01-05T10:00", "ends_at": ""}
        self.client.post(reverse("admin:articles_placement_add"), data)
        assert "Added in the list" in BoardRevision.objects.get().note
        response = self.send(board, _do=f"place:{self.articles[5]}:1")
        assert self.send(response, _save="1").status_code == 409
        placement = Placement.objects.get()
        change = reverse("admin:articles_placement_change", args=[placement.pk])
        sent = data | {"section": self.section.pk, "headline": "For this place"}
        self.client.post(change, sent | loaded(self.client, change))
        notes = list(BoardRevision.objects.order_by("pk").values_list("section", "note"))[1:]
        assert [section for section, _note in notes] == [None, self.section.pk]
        self.client.post(reverse("admin:articles_placement_delete", args=[placement.pk]), {"post": "yes"})
        assert BoardRevision.objects.count() == 4

    def test_one_that_has_begun_only_gets_another_end(self):
        begun = Placement.objects.create(slot=1, article_id=self.articles[3], starts_at=self.now - timedelta(hours=2))
        change = reverse("admin:articles_placement_change", args=[begun.pk])
        ended = timezone.localtime(self.now - timedelta(hours=1))
        for ends_at, status in ((f"{ended:%Y-%m-%dT%H:%M}", 200), ("2030-01-05T10:00", 302)):
            sent = {"slot": 4, "headline": "Rewritten", "ends_at": ends_at} | loaded(self.client, change)
            assert self.client.post(change, sent).status_code == status
        begun.refresh_from_db()
        assert (begun.slot, begun.headline, begun.ends_at.year) == (1, "", 2030)
        delete = reverse("admin:articles_placement_delete", args=[begun.pk])
        assert self.client.post(delete, {"post": "yes"}).status_code == 403

    def test_article_twice_at_a_time_is_refused(self):
        Placement.objects.create(slot=1, article_id=self.articles[3], starts_at=self.now)
        data = {"slot": 2, "article": self.articles[3], "starts_at": "2026-01-05T10:00", "ends_at": ""}
        self.assertContains(
            self.client.post(reverse("admin:articles_placement_add"), data), "in slot 1: end that first"
        )

    def test_saves_of_boards_are_shown_and_nobody_changes_them(self):
        boards.save(None, [Placing(1, self.articles[0])], by=self.chief, loaded=0)
        revision = BoardRevision.objects.get()
        change = reverse("admin:articles_boardrevision_change", args=[revision.pk])
        self.assertContains(self.client.get(change), "Lead: H1")
        assert self.client.post(change, {"note": "x"}).status_code == 403
        self.assertContains(self.client.get(reverse("admin:articles_boardrevision_changelist")), "front page")

    def test_ways_to_the_board(self):
        for path in (
            reverse("admin:articles_placement_changelist"),
            reverse("admin:articles_section_change", args=[self.section.pk]),
            reverse("admin:index"),
        ):
            self.assertContains(self.client.get(path), BOARD)


class AlertTests(BoardScreenTestCase):
    def form(self, **changes):
        times = {"starts_at": "2026-01-05T10:00", "ends_at": "2026-01-05T11:00"}
        return {"text": "Snow closes the pass", "link": "/latest/"} | times | changes

    def test_alert_has_an_end_an_hour_away_unless_another_is_typed(self):
        form = self.client.get(reverse("admin:articles_alert_add")).context["adminform"].form
        assert form["ends_at"].value() - form["starts_at"].value() == HOUR
        self.client.post(reverse("admin:articles_alert_add"), self.form())
        alert = Alert.objects.get()
        assert (alert.created_by, alert.ends_at - alert.starts_at) == (self.chief, HOUR)

    def test_wrong_alerts_are_refused_in_words(self):
        add = reverse("admin:articles_alert_add")
        self.assertContains(self.client.post(add, self.form(ends_at="")), "This field is required")
        self.assertContains(self.client.post(add, self.form(ends_at="2026-01-05T09:00")), "must end after it starts")
        self.assertContains(self.client.post(add, self.form(link="javascript:alert(1)")), "Write a page of this paper")
        self.assertContains(self.client.post(add, self.form(link="//evil.example/")), "Write a page of this paper")
        self.assertContains(self.client.post(add, self.form(text="\0")), "This field is required")

    def test_words_typed_as_a_link_find_the_article_or_say_what_is_needed(self):
        edition = make_edition(headline="Snow closes the pass", section=self.section)
        make_edition(headline="Snow opens the pass", section=self.section)
        add = reverse("admin:articles_alert_add")
        host = "http://paper.example"
        for typed in (
            "Snow closes the pass",
            "  snow  closes the pass ",
            f"{host}{edition.path}",
            edition.path.strip("/"),
            edition.path,
        ):
            with self.subTest(typed):
                self.client.post(add, self.form(link=typed))
                assert Alert.objects.get().link == edition.path
                Alert.objects.all().delete()
        for typed, part in (
            ("snow", f"“Snow closes the pass” is at {edition.path}"),
            ("nothing of the kind", "neither an address nor the whole headline"),
        ):
            with self.subTest(typed):
                page = self.client.post(add, self.form(link=typed))
                self.assertContains(page, part)
                self.assertContains(page, f'value="{typed}"')
                assert not Alert.objects.exists()

    def test_headline_of_two_articles_is_asked_about(self):
        paths = [make_edition(headline="Snow", section=self.section).path for _each in range(2)]
        page = self.client.post(reverse("admin:articles_alert_add"), self.form(link="Snow"))
        for part in ("Several articles have this headline", *paths):
            self.assertContains(page, part)

    def test_standing_one_is_on_the_board_and_ended_there(self):
        alert = Alert.objects.create(text="Snow", starts_at=self.now - HOUR, ends_at=self.now + HOUR)
        self.assertContains(self.open(), "Above every page now")
        end = reverse("admin:articles_alert_end", args=[alert.pk])
        self.assertContains(self.client.post(end, follow=True), "The alert is over")
        alert.refresh_from_db()
        assert alert.ends_at <= timezone.now()
        assert LogEntry.objects.filter(change_message="Ended at once").exists()
        self.assertContains(self.client.post(end, follow=True), "nothing to end")
        assert self.client.get(end).status_code == 405

    def test_of_several_that_stand_one_is_said_to_be_above_every_page(self):
        older = Alert.objects.create(text="Snow", starts_at=self.now - HOUR, ends_at=self.now + HOUR)
        newer = self.form(text="Quake", starts_at=local(self.now - MINUTE), ends_at=local(self.now + HOUR))
        told = self.client.post(reverse("admin:articles_alert_add"), newer, follow=True)
        self.assertContains(told, "readers see only “Quake”")
        page = self.open()
        self.assertContains(page, "Above every page now", count=1)
        self.assertContains(page, "Not shown: a newer one stands above every page", count=1)
        later = self.form(text="Thaw", starts_at=local(older.ends_at + HOUR), ends_at=local(older.ends_at + 2 * HOUR))
        told = self.client.post(reverse("admin:articles_alert_add"), later, follow=True)
        self.assertNotContains(told, "at the same time")

    def test_alerts_are_the_chief_editors(self):
        alert = Alert.objects.create(text="Snow", starts_at=self.now - HOUR, ends_at=self.now + HOUR)
        self.client.force_login(self.editor)
        assert self.client.post(reverse("admin:articles_alert_end", args=[alert.pk])).status_code == 403
        assert self.client.post(reverse("admin:articles_alert_add"), self.form()).status_code == 403
