"""Sections, authors, placements, tags and the paper's settings in the admin."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.desk import boards, roles
from articles.models import Author, Placement, Section, SiteSettings
from articles.tests.factories import make_article, make_author, make_edition, make_section, make_user
from ground.times import FOR_EVER
from newsroom.tests.forms import loaded


def local(moment):
    return moment.astimezone(ZoneInfo("Asia/Bishkek")).strftime("%Y-%m-%dT%H:%M")


class LibraryTestCase(TestCase):
    def setUp(self):
        self.client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))

    def add(self, model, data, app="articles"):
        return self.client.post(reverse(f"admin:{app}_{model}_add"), data)

    def change(self, row, data):
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        return self.client.post(address, data | loaded(self.client, address))


class SectionTests(LibraryTestCase):
    def form(self, **changes):
        return {"name": "Rail", "slug": "rail", "kind": "theme", "order": "0", "in_menu": "on"} | changes

    def test_section_gets_its_editors_among_those_with_the_role(self):
        editor, other = make_user(roles.SECTION_EDITOR), make_user()
        self.assertContains(self.add("section", self.form(editors=[other.pk])), "not one of the available choices")
        self.add("section", self.form(editors=[editor.pk]))
        assert list(Section.objects.get().editors.all()) == [editor]

    def test_addresses_of_other_pages_and_sections_are_refused_in_words(self):
        make_section(name="The first", slug="first")
        self.assertContains(self.add("section", self.form(slug="latest")), "is the address of another page")
        self.assertContains(self.add("section", self.form(slug="first")), "“The first” has this address already")
        self.assertContains(self.add("section", self.form(slug="123")), "at least one letter")
        assert Section.objects.count() == 1

    def test_tree_has_two_levels(self):
        child = make_section(parent=make_section())
        self.assertContains(self.add("section", self.form(parent=child.pk)), "the tree has two")

    def test_list_shows_those_within_a_section_after_it(self):
        last, first = make_section(name="Last", order=2), make_section(name="First", order=1)
        within, beside = make_section(name="Within", parent=first), make_section(name="Beside", order=1)
        rows = self.client.get(reverse("admin:articles_section_changelist")).context["cl"].result_list
        assert list(rows) == [beside, first, within, last]


class AuthorTests(LibraryTestCase):
    def test_author_is_added_and_a_broken_link_refused(self):
        data = {"name": "Aigul Tash", "slug": "aigul-tash", "links": "javascript:alert(1)", "biography": "Kept words"}
        response = self.add("author", data)
        self.assertContains(response, "not an address beginning with https://")
        self.assertContains(response, "Kept words")
        self.add("author", data | {"links": "https://example.org/aigul"})
        assert Author.objects.get().links == "https://example.org/aigul"

    def test_author_with_bylines_is_not_deleted(self):
        author = make_author()
        make_edition(authors=[author])
        self.client.post(reverse("admin:articles_author_delete", args=[author.pk]), {"post": "yes"})
        assert Author.objects.exists()


class PlacementTests(LibraryTestCase):
    def setUp(self):
        super().setUp()
        self.article = make_edition().article

    def form(self, **changes):
        return {"slot": "1", "article": self.article.pk, "starts_at": "2026-01-05T10:00", "ends_at": ""} | changes

    def test_placement_without_an_end_stands_until_further_notice(self):
        self.add("placement", self.form())
        placement = Placement.objects.get()
        assert placement.ends_at == FOR_EVER
        page = self.client.get(reverse("admin:articles_placement_change", args=[placement.pk]))
        assert page.context["adminform"].form["ends_at"].value() is None
        self.assertContains(self.client.get(reverse("admin:articles_placement_changelist")), "further notice")

    def test_times_are_the_papers(self):
        self.add("placement", self.form())
        assert Placement.objects.get().starts_at.isoformat() == "2026-01-05T04:00:00+00:00"

    def test_end_before_the_start_and_a_taken_slot_are_refused_in_words(self):
        self.assertContains(self.add("placement", self.form(ends_at="2026-01-05T09:00")), "must end after it starts")
        self.add("placement", self.form())
        self.assertContains(self.add("placement", self.form()), "takes slot 1 at that very time")
        self.assertContains(self.add("placement", self.form(slot="10")), "This board has 9 places.</li>")

    def test_slot_that_another_board_lacks_is_refused_when_the_placement_moves_there(self):
        section = make_section()
        last = boards.most_slots(section)
        at = timezone.now() + timedelta(days=1)
        placement = Placement.objects.create(slot=last + 1, article=self.article, starts_at=at)
        moved = self.form(starts_at=local(at), slot=str(last + 1), section=section.pk)
        self.assertContains(self.change(placement, moved), f"This board has {last} places.")
        assert Placement.objects.get().section is None

    def test_saving_again_keeps_the_seconds_of_the_start(self):
        placement = Placement.objects.create(slot=1, article=self.article, starts_at=timezone.now() + timedelta(days=1))
        self.change(placement, self.form(starts_at=local(placement.starts_at), slot="2"))
        was, placement = placement.starts_at, Placement.objects.get()
        assert (placement.slot, placement.starts_at) == (2, was)

    def test_filter_tells_now_from_past_and_to_come(self):
        now, hour = timezone.now(), timedelta(hours=1)
        spans = {"now": (now - hour, FOR_EVER), "future": (now + hour, FOR_EVER), "past": (now - 2 * hour, now - hour)}
        rows = {
            name: Placement.objects.create(slot=1, article=self.article, starts_at=start, ends_at=end)
            for name, (start, end) in spans.items()
        }
        for name, row in rows.items():
            with self.subTest(name):
                page = self.client.get(reverse("admin:articles_placement_changelist"), {"when": name})
                assert list(page.context["cl"].result_list) == [row]


class TagTests(LibraryTestCase):
    def test_names_are_one_spelling_without_commas(self):
        self.add("tag", {"name": "Silk Road", "slug": "silk-road"}, app="taggit")
        again = self.add("tag", {"name": "silk  road", "slug": "silk"}, app="taggit")
        self.assertContains(again, "There is a tag “Silk Road” already.")
        self.assertContains(self.add("tag", {"name": "a, b", "slug": "ab"}, app="taggit"), "holds no comma")
        assert Tag.objects.count() == 1

    def test_page_of_a_tag_lists_none_of_what_carries_it(self):
        make_article(headline="Carries it", tags=["Rail"])
        page = self.client.get(reverse("admin:taggit_tag_change", args=[Tag.objects.get().pk]))
        self.assertNotContains(page, "Carries it")


class SiteSettingsTests(LibraryTestCase):
    FORM = {
        "name": "The Silk Paper",
        "time_zone": "Asia/Almaty",
        "day_form": "classic",
        "rate_look": "exact",
        "feed_text": "full",
    }

    def test_time_zone_is_chosen_out_of_a_list_with_offsets(self):
        for address in ("admin:articles_sitesettings_change", "admin:articles_section_add"):
            page = self.client.get(reverse(address, args=[1] if "change" in address else []))
            self.assertContains(page, '<option value="Asia/Kathmandu">Kathmandu, UTC+5:45</option>', html=True)
            self.assertNotContains(page, "<datalist")

    def test_zone_that_the_list_lacks_stays_as_it_is_stored(self):
        SiteSettings.objects.create(name="The Silk Paper", time_zone="Etc/GMT-6")
        address = reverse("admin:articles_sitesettings_change", args=[1])
        self.assertContains(
            self.client.get(address), '<option value="Etc/GMT-6" selected>Etc/GMT-6</option>', html=True
        )
        sent = self.FORM | {"name": "Renamed", "time_zone": "Etc/GMT-6"} | loaded(self.client, address)
        assert self.client.post(address, sent).status_code == 302
        assert SiteSettings.objects.get().time_zone == "Etc/GMT-6"

    def test_section_needs_no_zone(self):
        form = {"name": "Trade", "slug": "trade", "kind": "theme", "order": "0", "time_zone": ""}
        assert self.client.post(reverse("admin:articles_section_add"), form).status_code == 302
        assert Section.objects.get(slug="trade").time_zone == ""

    def test_link_leads_to_the_one_form_which_makes_the_row(self):
        page = self.client.get(reverse("admin:articles_sitesettings_changelist"), follow=True)
        self.assertContains(page, 'value="The Paper"')
        address = reverse("admin:articles_sitesettings_change", args=[1])
        self.client.post(address, self.FORM | loaded(self.client, address))
        assert SiteSettings.objects.get().zone.key == "Asia/Almaty"
        self.client.post(address, self.FORM | {"name": "Renamed"} | loaded(self.client, address))
        assert SiteSettings.objects.get().name == "Renamed"

    def test_unknown_time_zone_is_refused_in_words(self):
        address = reverse("admin:articles_sitesettings_change", args=[1])
        response = self.client.post(address, self.FORM | {"time_zone": "Asia/Atlantis"})
        self.assertContains(response, "is not a time zone")

    def test_there_is_no_second_row_and_no_deleting(self):
        assert self.client.get(reverse("admin:articles_sitesettings_add")).status_code == 403
        assert self.client.get(reverse("admin:articles_sitesettings_delete", args=[1])).status_code == 403
